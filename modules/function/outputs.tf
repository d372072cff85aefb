output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.this.arn
}

output "policy_json" {
  description = "IAM policy of the role, as JSON."
  value       = local.policy_json
}

output "log_group" {
  description = "Log group of the function: `name` and `arn`."
  value       = local.log_group
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue with failed calls; null if there is none."
  value       = one(values(aws_sqs_queue.dead_letters)[*].arn)
}

output "schedules" {
  description = "Schedules that call the function, by name: `expression` and `input`."
  value = { for key, schedule in aws_scheduler_schedule.this : key => {
    expression = schedule.schedule_expression
    input      = one(schedule.target).input
  } }
}

output "schedule_arns" {
  description = "ARNs of the schedules that call the function."
  value       = values(aws_scheduler_schedule.this)[*].arn
}

output "schedule_role_arns" {
  description = "ARNs of the roles of these schedules; none without schedules."
  value       = values(aws_iam_role.schedule)[*].arn
}
