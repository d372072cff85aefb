output "api_endpoint" {
  description = "URL of the HTTP API."
  value       = module.cost_sentry.api_endpoint
}

output "caller_policy_json" {
  description = "IAM policies for the callers' roles, by cost center."
  value       = module.cost_sentry.caller_policy_json
}
