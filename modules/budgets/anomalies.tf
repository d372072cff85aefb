# Cost Anomaly Detection: what is unlike the days before, even far below the budget.

resource "aws_ce_anomaly_monitor" "this" {
  for_each = local.monitors

  name         = "${local.prefix}_${each.key}"
  monitor_type = "CUSTOM"
  tags         = var.tags

  # All six keys, as they are read back: a missing one would be a difference at every plan.
  monitor_specification = jsonencode({
    And            = null
    CostCategories = null
    Dimensions     = null
    Not            = null
    Or             = null
    Tags = {
      Key          = var.tag_key
      MatchOptions = null
      Values       = each.value
    }
  })
}

resource "aws_ce_anomaly_subscription" "this" {
  for_each = local.subscriptions

  name             = "${local.prefix}_${each.key}"
  frequency        = upper(each.value.frequency)
  monitor_arn_list = local.monitor_arns
  tags             = var.tags

  # As they happen through a topic, in digests by mail: the service has no other combination.
  dynamic "subscriber" {
    for_each = (each.value.frequency == "immediate"
      ? [{ type = "SNS", address = each.value.topic_arn }]
      : [for email in each.value.emails : { type = "EMAIL", address = email }]
    )

    content {
      type    = subscriber.value.type
      address = subscriber.value.address
    }
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(each.value.minimum_impact_usd)]
    }
  }
}

locals {
  # From lengths, which are known also where the ARNs are not.
  is_watched       = var.anomaly_detection == null ? false : length(var.cost_centers) + length(var.anomaly_detection.monitor_arns) > 0
  has_own_monitors = var.anomaly_detection == null ? false : length(var.anomaly_detection.monitor_arns) == 0

  # A monitor takes ten values of a tag; its values are watched together.
  monitors = {
    for index, names in chunklist(local.has_own_monitors ? keys(var.cost_centers) : [], try(var.anomaly_detection.cost_centers_per_monitor, 10)) :
    format("anomalies-%02d", index + 1) => [for name in names : coalesce(var.cost_centers[name].tag_value, name)]
  }
  monitor_arns = (local.has_own_monitors
    ? [for monitor in aws_ce_anomaly_monitor.this : monitor.arn]
    : try(var.anomaly_detection.monitor_arns, [])
  )

  # None where there is nothing to hear of.
  subscriptions = {
    for name in local.is_watched ? ["anomalies"] : [] : name => var.anomaly_detection
  }
}
