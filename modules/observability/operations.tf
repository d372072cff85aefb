# Metrics of AWS: of the models, to compare with the sentry's, and of the deployment.

locals {
  # By ModelId, which is `modelMetric` in a response. A ModelId that only Bedrock has is a call that
  # bypassed the sentry.
  bedrock_pairs = [
    { title = "Calls", ours = "RateLimitApproved", theirs = "Invocations", stat = "Sum" },
    { title = "Input tokens", ours = "InputTokens", theirs = "InputTokenCount", stat = "Sum" },
    { title = "Output tokens", ours = "OutputTokens", theirs = "OutputTokenCount", stat = "Sum" },
    { title = "Latency (ms)", ours = "InvocationLatency", theirs = "InvocationLatency", stat = "Average" },
    { title = "Not answered", ours = "InvocationFailed", theirs = "InvocationThrottles", stat = "Sum" },
  ]
  bedrock_widgets = concat(
    flatten([for pair in local.bedrock_pairs : [
      for side in [
        { title = "the sentry", schema = local.calls, metric = pair.ours },
        { title = "Bedrock", schema = "{AWS/Bedrock,ModelId}", metric = pair.theirs },
        ] : {
        type = "metric", width = 12, height = 6
        properties = merge(local.graph, {
          title = "${pair.title} by ModelId, ${side.title}: ${side.metric}"
          metrics = [[{
            id         = "e0"
            label      = "$${PROP('Dim.ModelId')}"
            expression = "SEARCH('${side.schema} MetricName=\"${side.metric}\"', '${pair.stat}', ${local.period_seconds})"
          }]]
        })
      } if var.metrics == "full" || side.title == "Bedrock"
    ]]),
    [{
      type = "metric", width = 24, height = 6
      properties = merge(local.graph, {
        title = "All calls: sentry and Bedrock"
        metrics = [for index, line in [
          { label = "approved by the sentry", total = local.total_of_calls, metric = "RateLimitApproved" },
          { label = "made, says Bedrock", total = local.total_of_bedrock, metric = "Invocations" },
          { label = "client errors, says Bedrock", total = local.total_of_bedrock, metric = "InvocationClientErrors" },
          { label = "server errors, says Bedrock", total = local.total_of_bedrock, metric = "InvocationServerErrors" },
          ] : [{
            id         = "e${index}"
            label      = line.label
            expression = replace(line.total, "METRIC", line.metric)
        }]]
      })
    }],
  )

  # Days without a run have no point, and a day is the period of what is written once a day.
  drift_widgets = [for percent in var.drift_percent > 0 ? [var.drift_percent] : [] : {
    type = "metric", width = 24, height = 6
    properties = merge(local.graph, {
      title       = "Observed or billed against metered, by cost center (percent)"
      period      = 86400
      yAxis       = { left = { min = 0 } }
      annotations = { horizontal = [{ label = "tolerance", value = percent }] }
      metrics = [[{
        id         = "e0"
        label      = "$${PROP('Dim.CostCenter')}"
        expression = "SEARCH('{${local.namespace},CostCenter} MetricName=\"ReconciliationDrift\"', 'Maximum', 86400)"
      }]]
    })
  }]

  # Of each front, the statuses that it answers and how long it takes.
  front_widgets = flatten([for metrics in values(local.front_metrics) : concat(
    [{
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title = "Proxy, ${var.front.kind}: requests"
        metrics = [for label in ["requests", "refusals", "errors"] :
          flatten([metrics.namespace, metrics[label], [for name, value in local.front_dimensions : [name, value]], { label = { requests = "requests", refusals = "4xx", errors = "5xx" }[label] }])
        ]
      })
    }],
    [{
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title = "Proxy, ${var.front.kind}: latency (ms)"
        metrics = [for stat in ["p50", "p95", "p99"] :
          flatten([metrics.namespace, metrics.latency, [for name, value in local.front_dimensions : [name, value]], { label = stat, stat = stat }])
        ]
      })
    }],
    [for id in var.front.distribution_id[*] : {
      type = "metric", width = 24, height = 6
      properties = merge(local.graph, {
        title  = "Proxy, CloudFront: requests, and percent of 4xx and 5xx"
        region = "us-east-1"
        metrics = [for metric, options in {
          Requests       = { stat = "Sum" }
          "4xxErrorRate" = { stat = "Average", yAxis = "right" }
          "5xxErrorRate" = { stat = "Average", yAxis = "right" }
        } : ["AWS/CloudFront", metric, "Region", "Global", "DistributionId", id, merge({ label = metric }, options)]]
      })
    }],
  )])

  operation_widgets = concat(
    [for metric, stat in { Errors = "Sum", Throttles = "Sum", Duration = "p95" } : {
      type                        = "metric", width = 8, height = 6
      properties = merge(local.graph, {
        title   = "Functions: ${metric}"
        stat    = stat
        metrics = [for name in var.function_names : ["AWS/Lambda", metric, "FunctionName", name, { label = name }]]
      })
    }],
    [{
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title = "Workflow"
        metrics = [for metric in ["ExecutionsStarted", "ExecutionsFailed", "ExecutionsTimedOut"] :
          ["AWS/States", metric, "StateMachineArn", var.state_machine_arn, { label = metric }]
        ]
      })
    }],
    [{
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title = "Ledger"
        metrics = [for index, metric in ["ThrottledRequests", "SystemErrors"] : [{
          id         = "e${index}"
          label      = metric
          expression = "SELECT SUM(${metric}) FROM SCHEMA(\"AWS/DynamoDB\", TableName, Operation) WHERE TableName = '${var.ledger_table_name}'"
        }]]
      })
    }],
    [for metric in ["AccountItemBytes"] : {
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title   = "Largest account item (bytes)"
        stat    = "Maximum"
        metrics = [[local.namespace, metric, "Deployment", var.name, { label = metric }]]
      })
    } if local.has_metrics],
    local.front_widgets,
  )
}
