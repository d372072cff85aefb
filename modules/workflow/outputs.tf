output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = aws_sfn_state_machine.this.arn
}

output "role_arn" {
  description = "ARN of the state machine's role."
  value       = aws_iam_role.this.arn
}

output "definition" {
  description = "Rendered state machine, in Amazon States Language."
  value       = local.definition
}

output "policy_json" {
  description = "IAM policy of the role, as JSON."
  value       = local.policy_json
}

output "log_group_name" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "role" {
  description = "Its role: `name`, `path` and `boundary`."
  value       = { name = aws_iam_role.this.name, path = aws_iam_role.this.path, boundary = aws_iam_role.this.permissions_boundary }
}
