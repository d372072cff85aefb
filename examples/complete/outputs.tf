output "api_endpoint" {
  description = "URL of the HTTP API."
  value       = module.cost_sentry.api_endpoint
}

output "function_url" {
  description = "URL for responses that take longer than the API's 30 seconds."
  value       = module.cost_sentry.function_url
}

output "proxy_url" {
  description = "Base URL for clients of Bedrock; null unless the module gets proxy = { enabled = true }."
  value       = module.cost_sentry.proxy_url
}

output "state_machine_arn" {
  description = "ARN of the state machine."
  value       = module.cost_sentry.state_machine_arn
}

output "ledger_table_name" {
  description = "Name of the ledger's table."
  value       = module.cost_sentry.ledger_table_name
}

output "inference_profile_arns" {
  description = "ARNs of the application inference profiles, by `<costCenter>/<application>/<environment>/<alias>`."
  value       = module.cost_sentry.inference_profile_arns
}

output "audit_log_group_name" {
  description = "Name of the log group with one line per request."
  value       = module.cost_sentry.audit_log_group_name
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = module.cost_sentry.dashboard_url
}

output "caller_policy_json" {
  description = "IAM policies for the callers' roles, by cost center."
  value       = module.cost_sentry.caller_policy_json
}

output "alert_topic_arns" {
  description = "ARNs of the SNS topics for a cost center's alerts, by cost center."
  value       = module.cost_sentry.alert_topic_arns
}

output "budget_names" {
  description = "Names of the AWS Budgets, by cost center."
  value       = module.cost_sentry.budget_names
}

output "deny_direct_bedrock_policy_json" {
  description = "IAM policy that denies calls to Bedrock that bypass the sentry."
  value       = module.cost_sentry.deny_direct_bedrock_policy_json
}

output "deny_direct_bedrock_scp_json" {
  description = "The same policy as a service control policy."
  value       = module.cost_sentry.deny_direct_bedrock_scp_json
}
