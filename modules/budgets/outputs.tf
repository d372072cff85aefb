output "budget_names" {
  description = "Names of the budgets, by cost center; none for a cost center without an amount."
  value       = { for name, budget in aws_budgets_budget.this : name => budget.name }
}

output "anomaly_monitor_arns" {
  description = "ARNs of the anomaly monitors: created by the module, or set in `monitor_arns`."
  value       = local.monitor_arns
}

output "action_role_arn" {
  description = "ARN of the role that AWS Budgets uses to attach the policy; null without an action."
  value       = one(values(module.action_role)[*].arn)
}

output "action_role" {
  description = "Role of the budget actions: `arn`, `name`, `path` and `boundary`; null without actions."
  value       = one(values(module.action_role)[*].identity)
}

output "tag_filters" {
  description = "Tag that a budget adds up, as `user:<key>$<value>`, by cost center."
  value       = local.tag_filters
}

output "monitored_tags" {
  description = "Tag that a monitor watches: `key` and `values`, by monitor."
  value       = { for name, values in local.monitors : name => { key = var.tag_key, values = values } }
}
