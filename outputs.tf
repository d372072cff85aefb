output "api_endpoint" {
  description = "URL of the HTTP API; its routes begin with /v1."
  value       = one(values(module.api)[*].endpoint)
}

output "function_url" {
  description = "URL for responses that take longer than the API's 30 seconds; null if there is none."
  value       = one(values(module.api)[*].function_url)
}

output "proxy_url" {
  description = "Base URL for clients of Bedrock; others add /openai/v1 or /anthropic; null without a proxy."
  value       = one(values(module.proxy)[*].url)
}

output "proxy_dns_target" {
  description = "Target of the DNS record of `proxy.domain`, as an alias or CNAME: `name` and `zone_id`; null without a domain."
  value       = one(values(module.proxy)[*].dns_target)
}

output "token_function_arn" {
  description = "ARN of the function that `cost-sentry token --function` gets tokens of the proxy from; null with an API, which does that."
  value       = local.token_function ? module.functions["gateway"].arn : null
}

output "client_settings" {
  description = "Lines to paste for each client of the proxy, with its URL and region; `$KEY` stands for the key. Empty without a proxy."
  value       = local.client_settings
}

output "state_machine_arn" {
  description = "ARN of the Express state machine that runs a request."
  value       = module.workflow.state_machine_arn
}

output "ledger_table_name" {
  description = "Name of the DynamoDB table with the policy and the counters."
  value       = module.ledger.table_name
}

output "inference_profile_arns" {
  description = "ARNs of the application inference profiles, by `<costCenter>/<application>/<environment>/<alias>`."
  value       = module.inference_profiles.arns

  precondition {
    condition     = length(local.models_too_long) == 0
    error_message = "models: their ARNs take ${max(values(local.model_characters)...)} characters in the policy of a role (${join(", ", local.models_too_long)}), which has room for ${local.policy_characters_max - local.policy_characters_besides_models}: remove models, or divide them between two deployments."
  }
}

output "audit_log_group_name" {
  description = "Name of the log group with one line per request."
  value       = module.functions["record-outcome"].log_group.name
}

output "dashboard_name" {
  description = "Name of the main CloudWatch dashboard; null without dashboards."
  value       = module.observability.dashboard_name
}

output "dashboard_url" {
  description = "URL of the main CloudWatch dashboard; null without dashboards."
  value       = module.observability.dashboard_url
}

output "cost_center_dashboard_urls" {
  description = "URLs of the CloudWatch dashboards with each cost center, by cost center; empty without dashboards."
  value       = module.observability.cost_center_dashboard_urls
}

output "alert_topic_arns" {
  description = "ARNs of the SNS topics for a cost center's alerts, by cost center."
  value       = module.alerts.topic_arns
}

output "organization_alert_topic_arn" {
  description = "ARN of the SNS topic for alerts about models, the organization and cost anomalies."
  value       = module.alerts.organization_topic_arn
}

output "budget_names" {
  description = "Names of the AWS Budgets, by cost center; a cost center without a monthly amount has none."
  value       = module.budgets.budget_names
}

output "cost_report_bucket_name" {
  description = "Name of the bucket with the cost and usage report; null without `reporting`."
  value       = one([for report in module.reporting : report.bucket_name])
}

output "caller_policy_json" {
  description = "IAM policies for the callers' roles, by cost center; null if callers sign no requests."
  value = {
    for name in keys(local.config.cost_centers) : name => length(local.caller_statements) == 0 ? null : jsonencode({
      Version   = "2012-10-17"
      Statement = local.caller_statements
    })
  }
}

output "deny_direct_bedrock_policy_json" {
  description = "IAM policy that denies calls to Bedrock that bypass the sentry, for the roles and users of the account; null if one document cannot hold what `access_policies` requires."
  value       = module.access_policies.policy_json
}

output "deny_direct_bedrock_scp_json" {
  description = "The same policy as a service control policy, for accounts and organizational units; null if one document cannot hold what `access_policies` requires."
  value       = module.access_policies.scp_json
}

output "deny_direct_bedrock_policy_documents" {
  description = "The same IAM policy as a list: one document, or several to attach together if one cannot hold all statements."
  value       = module.access_policies.policy_documents
}

output "deny_direct_bedrock_scp_documents" {
  description = "The same service control policy as a list: one document, or several to attach together if one cannot hold all statements."
  value       = module.access_policies.scp_documents
}

output "report_bucket_name" {
  description = "Name of the bucket with cost reports; null without `cost_reports`."
  value       = one(values(module.report_bucket)[*].name)
}
