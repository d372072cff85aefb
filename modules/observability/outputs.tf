output "dashboard_name" {
  description = "Name of the dashboard to begin with; null without dashboards."
  value       = one([for key, dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name if key == var.name])
}

output "dashboard_names" {
  description = "Names of all dashboards: with more than 20 cost centers, about every 20 have one of their own."
  value       = [for dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name]
}

output "dashboard_url" {
  description = "URL of the dashboard to begin with, in the console of partition `aws`; null without dashboards."
  value       = one([for key in keys(aws_cloudwatch_dashboard.this) : "${local.dashboard_url}${key}-${local.region}" if key == var.name])
}

output "cost_center_dashboard_urls" {
  description = "URLs of the dashboards that cost centers are on, by cost center, in the console of partition `aws`; none without dashboards."
  value = merge([for key, group in local.cost_center_groups : {
    for name in group : name => "${local.dashboard_url}${key}-${local.region}" if var.dashboard
  }]...)
}

locals {
  dashboard_url = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards:name="
}

output "alarms" {
  description = "The alarms as rendered, by what they are about: what each reads, from what on it goes off, and whom it tells."
  value = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => {
    namespace  = alarm.namespace
    metric     = alarm.metric_name
    dimensions = alarm.dimensions
    statistic  = alarm.statistic
    query      = one(alarm.metric_query[*].expression)
    threshold  = alarm.threshold
    missing    = alarm.treat_missing_data
    actions    = alarm.alarm_actions
  } }
}

output "denials" {
  description = "What counts the denials of a cost center: the pattern of log lines, and the metric they become."
  value       = local.denials
}

output "query_names" {
  description = "Names of the saved queries of CloudWatch Logs Insights."
  value       = [for query in aws_cloudwatch_query_definition.this : query.name]
}
