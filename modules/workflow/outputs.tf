output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = aws_sfn_state_machine.this.arn
}

output "definition" {
  description = "Rendered state machine, in Amazon States Language."
  value       = local.definition
}

output "policy_json" {
  description = "IAM policy of the role, as JSON."
  value       = local.policy_json
}

output "role" {
  description = "Its role: `arn`, `name`, `path` and `boundary`."
  value       = module.role.identity
}
