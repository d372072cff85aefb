output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
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
  description = "Schedules that call the function, by name: `arn`, `expression` and `input`."
  value = { for key, schedule in aws_scheduler_schedule.this : key => {
    arn        = schedule.arn
    expression = schedule.schedule_expression
    input      = one(schedule.target).input
  } }
}

output "role" {
  description = "Its role: `arn`, `name`, `path` and `boundary`."
  value       = module.role.identity
}

output "schedule_role" {
  description = "Role of its schedules: `arn`, `name`, `path` and `boundary`; null when it has none."
  value       = one(values(module.schedule_role)[*].identity)
}

output "vpc" {
  description = "VPC that it runs in: `subnet_ids` and `security_group_ids`; null when it runs in none."
  value       = one([for vpc in aws_lambda_function.this.vpc_config : { subnet_ids = vpc.subnet_ids, security_group_ids = vpc.security_group_ids }])
}

output "keeps_log_group" {
  description = "Whether a destroy leaves its log group."
  value       = anytrue([for group in aws_cloudwatch_log_group.this : group.skip_destroy])
}
