# The dashboards, as lists of widgets. They have a size and no place: CloudWatch fills row by row.

locals {
  # Beyond so many, cost centers have dashboards of their own, so many to each.
  cost_centers_per_dashboard = 20
  # A graph with more lines is not readable, and one may hold 100 searches.
  lines_per_graph = 50

  cost_center_groups = chunklist(sort(var.cost_centers), local.cost_centers_per_dashboard)
  is_split           = length(local.cost_center_groups) > 1
  group_names        = [for index, _ in local.cost_center_groups : "${var.name}-cost-centers-${index + 1}"]

  dashboards = { for name, widgets in merge(
    { (var.name) = concat(
      local.total_widgets,
      local.is_split ? local.link_widgets : [],
      flatten([for dimension in ["Model", "Application", "Environment"] : local.call_widgets[dimension]]),
      local.latency_widgets,
      flatten(slice(local.group_widgets, 0, local.is_split ? 0 : length(local.group_widgets))),
      local.utilization_widgets["all"],
      local.bedrock_widgets,
      local.drift_widgets,
      local.operation_widgets,
    ) },
    { for index, widgets in local.group_widgets : local.group_names[index] => widgets if local.is_split },
  ) : name => widgets if var.dashboard }

  totals = {
    "Requests" = [
      { metric = "TotalRequests", label = "requests" },
      { metric = "RateLimitApproved", label = "approved" },
      { metric = "RateLimitDenied", label = "denied" },
      { metric = "InvocationFailed", label = "failed" },
    ]
    "USD" = [{ metric = "CostUsd", label = "USD" }]
    "Tokens by kind" = [
      { metric = "InputTokens", label = "input" },
      { metric = "OutputTokens", label = "output" },
      { metric = "CacheReadInputTokens", label = "read from a cache" },
      { metric = "CacheWriteInputTokens", label = "written to a cache" },
    ]
    "What went wrong" = [
      { metric = "SettlementFailed", label = "not settled" },
      { metric = "ReservationExpired", label = "never came back" },
      { metric = "ReservationExceeded", label = "cost more than reserved" },
    ]
  }
  total_widgets = concat(
    [for title in ["Requests", "USD", "Tokens by kind", "What went wrong"] : {
      type = "metric", width = 6, height = 6
      properties = merge(local.graph, { title = title, metrics = [
        for index, line in local.totals[title] : [{
          id         = "e${index}"
          label      = line.label
          expression = "SUM(SEARCH('${local.calls} MetricName=\"${line.metric}\"', 'Sum', ${local.period_seconds}))"
        }]
      ] })
    }],
    [for title, query in {
      "The fullest limits (percent)"      = "SELECT MAX(LimitUtilization) FROM ${local.limit_schema} GROUP BY CostCenter, \"Limit\" ORDER BY MAX() DESC LIMIT 10"
      "The dearest cost centers (USD)"    = "SELECT SUM(CostUsd) FROM ${local.call_schema} GROUP BY CostCenter ORDER BY SUM() DESC LIMIT 10"
      "Most denied cost centers and apps" = "SELECT SUM(RateLimitDenied) FROM ${local.call_schema} GROUP BY CostCenter, Application ORDER BY SUM() DESC LIMIT 10"
      } : {
      type = "metric", width = 8, height = 6
      properties = merge(local.graph, {
        title       = title
        metrics     = [[{ id = "e0", expression = query, label = "" }]]
        annotations = { horizontal = [for line in local.limit_lines : line if strcontains(query, "LimitUtilization")] }
      })
    }],
  )

  link_widgets = [{
    type = "text", width = 24, height = 2
    properties = { markdown = join(" | ", [
      for index, group in local.cost_center_groups :
      "[${group[0]} … ${group[length(group) - 1]}](#dashboards:name=${local.group_names[index]})"
    ]) }
  }]

  # Of calls: what is drawn by each of the dimensions.
  call_graphs = {
    "approved"      = "RateLimitApproved"
    "denied"        = "RateLimitDenied"
    "failed"        = "InvocationFailed"
    "input tokens"  = "InputTokens"
    "output tokens" = "OutputTokens"
    "USD"           = "CostUsd"
  }
  dimension_values = merge(
    { Model = var.models, Application = var.applications, Environment = var.environments },
    { for index, group in local.cost_center_groups : "CostCenter#${index}" => group },
  )
  call_widgets = { for key, values in local.dimension_values : key => flatten([
    for lines in chunklist(values, local.lines_per_graph) : [
      for title in ["approved", "denied", "failed", "input tokens", "output tokens", "USD"] : {
        type = "metric", width = 8, height = 6
        properties = merge(local.graph, {
          title = "By ${local.titles[split("#", key)[0]]}: ${title}"
          metrics = [for index, value in lines : [{
            id         = "e${index}"
            label      = value
            expression = "SUM(SEARCH('${local.calls} MetricName=\"${local.call_graphs[title]}\" ${split("#", key)[0]}=\"${value}\"', 'Sum', ${local.period_seconds}))"
          }]]
        })
      }
    ]
  ]) }
  titles = { Model = "model", Application = "application", Environment = "environment", CostCenter = "cost center" }

  # A percentile of several series can't be made from theirs, so the slowest of them is drawn.
  latency_widgets = flatten([for lines in chunklist(var.models, local.lines_per_graph) : [
    for title, of in { "average" = ["AVG", "Average"], "slowest p95" = ["MAX", "p95"], "slowest p99" = ["MAX", "p99"] } : {
      type                       = "metric", width = 8, height = 6
      properties = merge(local.graph, {
        title = "By model: latency (ms), ${title}"
        metrics = [for index, model in lines : [{
          id         = "e${index}"
          label      = model
          expression = "${of[0]}(SEARCH('${local.calls} MetricName=\"InvocationLatency\" Model=\"${model}\"', '${of[1]}', ${local.period_seconds}))"
        }]]
      })
    }
  ]])

  limit_lines = [{ label = "limit", value = 100, fill = "above", color = "#d62728" }]
  # By cost center; "all" has the limits of models and of the organization, which all share.
  utilization_widgets = { for owner in concat(["all"], var.cost_centers) : owner => [
    for lines in chunklist([for limit in var.limits : limit.limit if limit.cost_center == owner], local.lines_per_graph) : {
      type = "metric", width = 12, height = 6
      properties = merge(local.graph, {
        title       = owner == "all" ? "Limits of models and of the organization (percent used)" : "Limits of ${owner} (percent used)"
        stat        = "Maximum"
        yAxis       = { left = { min = 0 } }
        annotations = { horizontal = local.limit_lines }
        metrics     = [for limit in lines : [local.namespace, "LimitUtilization", "CostCenter", owner, "Limit", limit, { label = limit }]]
      })
    }
  ] }
  group_widgets = [for index, group in local.cost_center_groups : concat(
    local.call_widgets["CostCenter#${index}"],
    flatten([for name in group : local.utilization_widgets[name]]),
  )]

  graph = {
    view    = "timeSeries"
    region  = local.region
    period  = local.period_seconds
    stat    = "Sum"
    stacked = false
  }
}
