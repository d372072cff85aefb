# Warns of a monitoring cost that is due without any request. `cost-sentry estimate` has all lines.

locals {
  # Combinations of dimensions that calls can have, and the metrics of each, as
  # core/telemetry/metric-record.ts writes them.
  series = {
    full        = length(local.inference_profiles)
    cost_center = sum([for center in values(local.config.cost_centers) : length(center.models)])
    none        = 0
  }[local.config.observability.metrics]
  metrics_of_series = local.config.observability.metrics == "full" ? 10 : 6

  custom_metrics = local.config.observability.metrics == "none" ? 0 : local.series * local.metrics_of_series + length(local.observed_limits)
  # A query alarm is billed for every metric that it reads: two of every series.
  alarm_metrics = !local.config.observability.alarms ? 0 : length(module.observability.alarms) + 2 * local.series

  # List prices of us-east-1: https://aws.amazon.com/cloudwatch/pricing/ (2026-11).
  monitoring_usd = local.custom_metrics * 0.30 + local.alarm_metrics * 0.10 + length(module.observability.dashboard_names) * 3
}

check "monitoring_cost" {
  assert {
    condition     = local.config.observability.warn_above_usd == 0 || local.monitoring_usd <= local.config.observability.warn_above_usd
    error_message = "observability: ${local.custom_metrics} metrics, ${local.alarm_metrics} metrics of alarms and ${length(module.observability.dashboard_names)} dashboards cost about USD ${format("%.0f", local.monitoring_usd)} a month without any request, more than warn_above_usd (${local.config.observability.warn_above_usd}): set metrics = \"cost_center\" or \"none\", or raise warn_above_usd."
  }
}
