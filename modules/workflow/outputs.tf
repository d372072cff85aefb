output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = aws_sfn_state_machine.this.arn
}

output "definition" {
  description = "The state machine as rendered, in Amazon States Language."
  value       = local.definition
}

output "policy_json" {
  description = "What its role may do, as IAM JSON."
  value       = local.policy_json
}

output "log_group_name" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}
