output "dashboard_name" {
  description = "Name of the main dashboard; null without dashboards."
  value       = one([for key, dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name if key == var.name])
}

output "dashboard_names" {
  description = "Names of all dashboards: beyond 20 cost centers, about every further 20 add one."
  value       = [for dashboard in aws_cloudwatch_dashboard.this : dashboard.dashboard_name]
}

output "dashboard_url" {
  description = "URL of the main dashboard; null without dashboards."
  value       = one([for key in keys(aws_cloudwatch_dashboard.this) : "${local.dashboard_url}${key}-${local.region}" if key == var.name])
}

output "cost_center_dashboard_urls" {
  description = "URLs of the dashboards with each cost center, by cost center; empty without dashboards."
  value = merge([for key, group in local.cost_center_groups : {
    for name in group : name => "${local.dashboard_url}${key}-${local.region}" if var.dashboard
  }]...)
}

locals {
  # https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/working-with-console.html
  console = lookup({
    aws-us-gov = "console.amazonaws-us-gov.com"
    aws-cn     = "console.amazonaws.cn"
  }, data.aws_partition.current.partition, "${local.region}.console.aws.amazon.com")
  dashboard_url = "https://${local.console}/cloudwatch/home?region=${local.region}#dashboards:name="
}

output "alarms" {
  description = "Rendered alarms by subject: their metrics, thresholds and actions."
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

output "alarm_descriptions" {
  description = "Descriptions of the alarms, by subject."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.alarm_description }
}

output "denials" {
  description = "Metric filter for the denials of a cost center: the pattern of log lines, and the metric."
  value       = local.denials
}

output "query_names" {
  description = "Names of the saved queries of CloudWatch Logs Insights."
  value       = [for query in aws_cloudwatch_query_definition.this : query.name]
}

output "dashboard_bodies" {
  description = "Rendered dashboards, as JSON, by name without the region."
  value       = { for name, widgets in local.dashboards : name => jsonencode(widgets) }
}
