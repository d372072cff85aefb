output "api_endpoint" {
  description = "URL of the HTTP API."
  value       = module.cost_sentry.api_endpoint
}

output "caller_policy_json" {
  description = "By cost center, the IAM policy that a caller's role needs."
  value       = module.cost_sentry.caller_policy_json
}
