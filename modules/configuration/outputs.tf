output "config" {
  description = "Every variable with its defaults, once nothing in it is refused. `models`, `cost_centers` and `organization` have their `limits` again."
  value = {
    name                 = var.name
    models               = { for name, settings in var.models : name => merge(settings, { limits = var.limits["models.${name}"], price = lookup(var.price, name, null) }) }
    applications         = var.applications
    cost_centers         = { for name, settings in var.cost_centers : name => merge(settings, { limits = var.limits["cost_centers.${name}"] }) }
    default_cost_center  = var.default_cost_center
    organization         = { limits = var.limits["organization"] }
    time_zone            = var.time_zone
    ledger               = var.ledger
    log_prompts          = var.log_prompts
    proxy                = var.proxy
    api                  = merge(var.api, { function_url = local.has_function_url })
    identity             = var.identity
    operators            = var.operators
    access_policies      = var.access_policies
    functions            = var.functions
    workflow             = var.workflow
    log_retention_days   = var.log_retention_days
    deletion_protection  = var.deletion_protection
    keep_audit_log       = var.keep_audit_log
    tags                 = var.tags
    tag_keys             = var.tag_keys
    budgets              = merge(var.budgets, { enabled = local.has_budgets })
    anomaly_detection    = var.anomaly_detection
    cost_allocation_tags = merge(var.cost_allocation_tags, { keys = coalesce(var.cost_allocation_tags.keys, toset(local.tag_keys)) })
    reporting            = merge(var.reporting, { tag_keys = coalesce(var.reporting.tag_keys, local.tag_keys) })
    cost_reports         = var.cost_reports
    reconciliation       = merge(var.reconciliation, { bill = local.reads_bill })
    alerts               = var.alerts
    observability        = var.observability
  }

  precondition {
    condition     = length(local.policy_problems) == 0
    error_message = join("\n", local.policy_problems)
  }

  precondition {
    condition     = length(local.region_problems) == 0
    error_message = join("\n", local.region_problems)
  }

  precondition {
    condition     = length(local.front_problems) == 0
    error_message = join("\n", local.front_problems)
  }

  # ARNs apart: they may be known only after apply.
  precondition {
    condition     = length(local.role_problems) == 0
    error_message = join("\n", local.role_problems)
  }

  precondition {
    condition     = length(local.front_arn_problems) == 0
    error_message = join("\n", local.front_arn_problems)
  }
}

output "limits" {
  description = "All limits in one list, each with its `path`, `owner` and `full_name`."
  value       = local.limits
}

output "resolved_models" {
  description = "By alias, the `base_id` and geography `prefix` of the model id, and whether it `is_arn`."
  value       = local.resolved_models
}

output "may_have_profile" {
  description = "By alias, whether the model gets application inference profiles."
  value       = local.may_have_profile
}

output "function_names" {
  description = "Names of all functions, without the prefix."
  value       = local.function_names
}

output "alert_types" {
  description = "Types of all alerts."
  value       = local.alert_types
}

output "region_warnings" {
  description = "Problems of the region that do not prevent an apply."
  value       = local.has_service.bedrock ? [] : ["models: AWS has no Amazon Bedrock in ${var.region}: calls will fail there"]
}

output "amount_max_usd" {
  description = "Largest amount of a limit in USD."
  value       = local.amount_max_usd
}
