# Alarms, their conditions and their actions.

locals {
  thresholds = var.thresholds

  # A limit that is full denies every call, and then nothing is settled and no use is written: its
  # alarm has to stay as it was. Everything else is well when nothing is written.
  utilization_alarms = {
    for limit in var.limits : "utilization_${limit.cost_center}_${limit.limit}" => {
      description = "${limit.limit} of ${limit.cost_center} is used up to ${local.thresholds.utilization_percent} %"
      topic_arn   = lookup(var.topic_arns, limit.cost_center, var.organization_topic_arn)
      namespace   = local.namespace
      metric      = "LimitUtilization"
      dimensions  = { CostCenter = limit.cost_center, Limit = limit.limit }
      statistic   = "Maximum"
      threshold   = local.thresholds.utilization_percent
      missing     = "ignore"
    } if limit.mode == "enforce" && contains(var.utilization_windows, limit.window) && var.metrics != "none"
  }

  # By cost center alone, out of the audit log: calls are measured by more dimensions, only a query adds
  # those up, and a region has 200 alarms on queries.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html (2026-11)
  denials = {
    pattern    = "{ ($.kind = \"audit\") && ($.decision = \"denied\") && ($.tags.costCenter = \"*\") }"
    namespace  = local.namespace
    metric     = "DeniedOfCostCenter"
    dimensions = { CostCenter = "$.tags.costCenter" }
  }
  denial_alarms = {
    for name in var.cost_centers : "denials_${name}" => {
      description = "Calls of ${name} are denied by a limit"
      topic_arn   = lookup(var.topic_arns, name, var.organization_topic_arn)
      namespace   = local.denials.namespace
      metric      = local.denials.metric
      dimensions  = { CostCenter = name }
      threshold   = local.thresholds.denials
    }
  }

  # Written once a day: it stays as it was until the next day's.
  drift_alarms = {
    for name in var.cost_centers : "drift_${name}" => {
      description = "What AWS observed or billed for ${name} differs from what was metered by ${var.drift_percent} % or more"
      topic_arn   = lookup(var.topic_arns, name, var.organization_topic_arn)
      namespace   = local.namespace
      metric      = "ReconciliationDrift"
      dimensions  = { CostCenter = name }
      statistic   = "Maximum"
      threshold   = var.drift_percent
      missing     = "ignore"
    }
  }

  # The sweep writes the size of the largest account item once a minute. Every write of an item pays for
  # each KB of it. With four times as many shards an item has a quarter of the calls in flight.
  next_shards = min(64, 4 * var.shards)
  item_size_alarms = {
    shards = {
      description = join(" ", [
        "The largest item of an account has ${local.thresholds.shards_item_kilobytes} KB or more, and each write of it costs as many units:",
        var.shards < 64 ? "set ledger.shards = ${local.next_shards} (now ${var.shards})," : "64 shards are the most: lower ledger.in_flight_max,",
        "unless calls that do not complete fill it (ReservationExpired)",
      ])
      statistic = "Average"
      threshold = local.thresholds.shards_item_kilobytes * 1024
    }
    item_size = {
      description = join(" ", [
        "The largest item of an account has ${local.thresholds.item_kilobytes} KB or more. At 400 KB its calls are denied:",
        var.shards < 64 ? "set ledger.shards = ${min(64, 16 * var.shards)} (now ${var.shards}) or lower ledger.in_flight_max" : "lower ledger.in_flight_max",
      ])
      statistic = "Maximum"
      threshold = local.thresholds.item_kilobytes * 1024
    }
  }

  # Across all cost centers: notifies the operators of the deployment.
  query_alarms = {
    settlements = {
      description = "Calls that were made and could not be settled: the sweep charges their worst case"
      query       = "SELECT SUM(SettlementFailed) FROM ${local.call_schema}"
      threshold   = local.thresholds.failed_settlements
    }
    expirations = {
      description = "Reservations whose call did not complete"
      query       = "SELECT SUM(ReservationExpired) FROM ${local.call_schema}"
      threshold   = local.thresholds.expired_reservations
    }
    model_throttles = {
      description = "Bedrock throttles calls of this account"
      query       = "SELECT SUM(InvocationThrottles) FROM SCHEMA(\"AWS/Bedrock\", ModelId)"
      threshold   = local.thresholds.throttles
    }
    ledger_throttles = {
      description = "DynamoDB throttles the ledger"
      query       = "SELECT SUM(ThrottledRequests) FROM SCHEMA(\"AWS/DynamoDB\", TableName, Operation) WHERE TableName = '${var.ledger_table_name}'"
      threshold   = local.thresholds.throttles
    }
  }

  function_alarms = merge([
    for name in var.function_names : {
      "errors_${name}" = {
        description = "The function ${name} fails"
        metric      = "Errors"
        dimensions  = { FunctionName = name }
        threshold   = local.thresholds.function_errors
      }
      "throttles_${name}" = {
        description = "Lambda throttles the function ${name}"
        metric      = "Throttles"
        dimensions  = { FunctionName = name }
        threshold   = local.thresholds.throttles
      }
    }
  ]...)

  # A denial of a limit is a 4xx too, hence the high threshold.
  front_metrics = { for metrics in [{
    function_url = { namespace = "AWS/Lambda", requests = "UrlRequestCount", errors = "Url5xxCount", refusals = "Url4xxCount", latency = "UrlRequestLatency" }
    # Its own metrics are in us-east-1 only, where alarms of another region cannot read them. What the
    # function answers to it is here.
    cloudfront = { namespace = "AWS/Lambda", requests = "UrlRequestCount", errors = "Url5xxCount", refusals = "Url4xxCount", latency = "UrlRequestLatency" }
    rest_api   = { namespace = "AWS/ApiGateway", requests = "Count", errors = "5XXError", refusals = "4XXError", latency = "Latency" }
  }] : "front" => metrics[var.front.kind] if var.front != null }
  front_dimensions = try(
    { ApiName = var.front.rest_api.name, Stage = var.front.rest_api.stage },
    { FunctionName = var.front.function_name },
    null,
  )
  front_alarms = merge([for metrics in values(local.front_metrics) : {
    front_errors = {
      description = "The front of the proxy answers with server errors (5xx)"
      namespace   = metrics.namespace
      metric      = metrics.errors
      dimensions  = local.front_dimensions
      threshold   = local.thresholds.front_errors
    }
    front_refusals = {
      description = "The front of the proxy refuses many requests (4xx): wrong keys, denials of limits, or more requests than its throttling lets through"
      namespace   = metrics.namespace
      metric      = metrics.refusals
      dimensions  = local.front_dimensions
      threshold   = local.thresholds.front_refusals
    }
  }]...)

  workflow_alarms = {
    for metric in ["ExecutionsFailed", "ExecutionsTimedOut"] : "workflow_${metric}" => {
      description = "The workflow: ${metric}"
      metric      = metric
      threshold   = local.thresholds.workflow_failures
    }
  }

  # Defaults of the alarms; each lists only its differences.
  usual_alarm = {
    topic_arn  = var.organization_topic_arn
    namespace  = null
    metric     = null
    dimensions = null
    statistic  = "Sum"
    query      = null
    missing    = "notBreaching"
  }
  all_alarms = merge(
    { for key, alarm in local.utilization_alarms : key => merge(local.usual_alarm, alarm) },
    { for key, alarm in local.drift_alarms : key => merge(local.usual_alarm, alarm) },
    { for key, alarm in local.denial_alarms : key => merge(local.usual_alarm, alarm) },
    { for key, alarm in local.query_alarms : key => merge(local.usual_alarm, alarm) if var.metrics != "none" || !strcontains(alarm.query, local.namespace) },
    { for key, alarm in local.item_size_alarms : key => merge(local.usual_alarm, alarm, {
      namespace  = local.namespace
      metric     = "AccountItemBytes"
      dimensions = { Deployment = var.name }
    }) if var.metrics != "none" },
    { for key, alarm in local.function_alarms : key => merge(local.usual_alarm, alarm, { namespace = "AWS/Lambda" }) },
    { for key, alarm in local.front_alarms : key => merge(local.usual_alarm, alarm) },
    { for key, alarm in local.workflow_alarms : key => merge(local.usual_alarm, alarm, {
      namespace  = "AWS/States"
      dimensions = { StateMachineArn = var.state_machine_arn }
    }) },
  )
  alarms     = { for key, alarm in local.all_alarms : key => alarm if var.alarms && alarm.threshold > 0 }
  alarm_keys = tomap({ for key in keys(local.alarms) : key => key })
}
