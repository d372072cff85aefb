data "aws_partition" "current" {}

data "aws_region" "current" {}

# Dashboards are the account's, in whichever region they were made: hence the region in their names.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.dashboards

  dashboard_name = "${each.key}-${local.region}"
  dashboard_body = jsonencode({ widgets = each.value })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  # Keys alone: Terraform looks through the whole of it for every alarm that it makes.
  for_each = local.alarm_keys

  alarm_name          = "${var.name}_${each.key}"
  alarm_description   = local.alarms[each.key].description
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = local.alarms[each.key].threshold
  evaluation_periods  = 1
  treat_missing_data  = local.alarms[each.key].missing
  alarm_actions       = concat([local.alarms[each.key].topic_arn], var.alarm_actions)
  tags                = var.tags

  # Either one metric, or a query that adds up many.
  namespace   = local.alarms[each.key].query == null ? local.alarms[each.key].namespace : null
  metric_name = local.alarms[each.key].query == null ? local.alarms[each.key].metric : null
  dimensions  = local.alarms[each.key].query == null ? local.alarms[each.key].dimensions : null
  statistic   = local.alarms[each.key].query == null ? local.alarms[each.key].statistic : null
  period      = local.alarms[each.key].query == null ? local.period_seconds : null

  dynamic "metric_query" {
    for_each = local.alarms[each.key].query == null ? [] : [local.alarms[each.key].query]

    content {
      id          = "q1"
      expression  = metric_query.value
      period      = local.period_seconds
      return_data = true
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "denials" {
  for_each = toset(length(setintersection(keys(local.alarms), keys(local.denial_alarms))) > 0 ? ["denials"] : [])

  name           = "${var.name}-${each.key}"
  log_group_name = var.audit_log_group_name
  pattern        = local.denials.pattern

  metric_transformation {
    namespace  = local.denials.namespace
    name       = local.denials.metric
    dimensions = local.denials.dimensions
    value      = "1"
    unit       = "Count"
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  name            = "${var.name}/${each.key}"
  query_string    = each.value
  log_group_names = [var.audit_log_group_name]
}

locals {
  region         = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6
  namespace      = var.namespace
  period_seconds = 300

  # Exactly the dimensions of core/telemetry/metric-record.ts and metric-detail.ts: a schema with one
  # more or one less finds nothing.
  call_dimensions = var.metrics == "full" ? ["Model", "ModelId", "CostCenter", "Application", "Environment"] : ["CostCenter", "Model"]
  calls           = "{${join(",", concat([local.namespace], local.call_dimensions))}}"
  call_schema     = "SCHEMA(\"${local.namespace}\", ${join(", ", local.call_dimensions)})"
  # A search returns at most 500 series, and its sum is too low beyond that; a query has no such limit.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html (2026-11)
  series_max = length(var.cost_centers) * length(var.models) * (var.metrics == "full" ? length(var.applications) * length(var.environments) : 1)
  total_of_calls = (local.series_max > 500
    ? "SELECT SUM(METRIC) FROM ${local.call_schema}"
    : "SUM(SEARCH('${local.calls} MetricName=\"METRIC\"', 'Sum', ${local.period_seconds}))"
  )
  # Bedrock's own, of which each inference profile is one.
  total_of_bedrock = (local.series_max > 500
    ? "SELECT SUM(METRIC) FROM SCHEMA(\"AWS/Bedrock\", ModelId)"
    : "SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"METRIC\"', 'Sum', ${local.period_seconds}))"
  )
  # LIMIT is a word of the query language, hence the quotes.
  limit_schema = "SCHEMA(\"${local.namespace}\", CostCenter, \"Limit\")"
}
