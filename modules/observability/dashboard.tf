# The dashboards, as lists of widgets. They have a size and no place: CloudWatch fills row by row.

locals {
  # Beyond this number, cost centers have separate dashboards, with about this number each.
  cost_centers_per_dashboard = 20
  # A graph with more lines is not readable, and one may hold 100 searches.
  lines_per_graph = 50

  # Which one a cost center is on must not depend on the others: a new one would move all that come
  # after it. So it is a hash of its name, and when there is one more dashboard, it takes half of one
  # of the others: https://en.wikipedia.org/wiki/Linear_hashing
  dashboard_count = max(1, ceil(length(var.cost_centers) / local.cost_centers_per_dashboard))
  undivided       = max([for power in range(16) : pow(2, power) if pow(2, power) <= local.dashboard_count]...)
  hashes          = { for name in var.cost_centers : name => parseint(substr(sha256(name), 0, 8), 16) }
  dashboard_index = {
    for name, hash in local.hashes : name =>
    hash % (hash % local.undivided < local.dashboard_count - local.undivided ? 2 * local.undivided : local.undivided)
  }

  is_split    = local.dashboard_count > 1
  group_names = [for index in range(local.dashboard_count) : local.is_split ? "${var.name}-cost-centers-${index + 1}" : var.name]
  # By the names of the dashboards that they are on.
  cost_center_groups = {
    for index, dashboard in local.group_names : dashboard => sort([for name in var.cost_centers : name if local.dashboard_index[name] == index])
  }

  has_metrics      = var.metrics != "none"
  drawn_dimensions = { full = ["Model", "Application", "Environment"], cost_center = ["Model"], none = [] }[var.metrics]

  dashboards = { for name, widgets in merge(
    { (var.name) = concat(
      [for widget in local.total_widgets : widget if local.has_metrics],
      local.is_split ? local.link_widgets : [],
      flatten([for dimension in local.drawn_dimensions : local.call_widgets[dimension]]),
      [for widget in local.latency_widgets : widget if local.has_metrics],
      flatten([for widgets in values(local.group_widgets) : widgets if !local.is_split && local.has_metrics]),
      [for widget in local.utilization_widgets["all"] : widget if local.has_metrics],
      [for widget in local.user_widgets : widget if var.counts_users],
      local.bedrock_widgets,
      local.drift_widgets,
      local.operation_widgets,
    ) },
    { for name, widgets in local.group_widgets : name => concat(local.heading_widgets[name], widgets) if local.is_split },
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
    "Failures" = [
      { metric = "SettlementFailed", label = "not settled" },
      { metric = "ReservationExpired", label = "did not complete" },
      { metric = "ReservationExceeded", label = "cost more than reserved" },
    ]
  }
  total_widgets = concat(
    [for title in ["Requests", "USD", "Tokens by kind", "Failures"] : {
      type = "metric", width = 6, height = 6
      properties = merge(local.graph, { title = title, metrics = [
        for index, line in local.totals[title] : [{
          id         = "e${index}"
          label      = line.label
          expression = replace(local.total_of_calls, "METRIC", line.metric)
        }]
      ] })
    }],
    [for title, query in {
      "The fullest limits (percent)"      = "SELECT MAX(LimitUtilization) FROM ${local.limit_schema} GROUP BY CostCenter, \"Limit\" ORDER BY MAX() DESC LIMIT 10"
      "Most expensive cost centers (USD)" = "SELECT SUM(CostUsd) FROM ${local.call_schema} GROUP BY CostCenter ORDER BY SUM() DESC LIMIT 10"
      "Most denied cost centers and apps" = "SELECT SUM(RateLimitDenied) FROM ${local.call_schema} GROUP BY CostCenter${var.metrics == "full" ? ", Application" : ""} ORDER BY SUM() DESC LIMIT 10"
      } : {
      type = "metric", width = 8, height = 6
      properties = merge(local.graph, {
        title       = title
        metrics     = [[{ id = "e0", expression = query, label = "" }]]
        annotations = { horizontal = [for line in local.limit_lines : line if strcontains(query, "LimitUtilization")] }
      })
    }],
  )

  # Without the names of cost centers, of which each dashboard tells its own: this one then stays as it
  # is when there is one more of them.
  link_widgets = [{
    type = "text", width = 24, height = 2
    properties = { markdown = join(" | ", concat(["Cost centers"], [
      for index in range(local.dashboard_count) : "[${index + 1}](#dashboards:name=${local.group_names[index]}-${local.region})"
    ])) }
  }]
  heading_widgets = { for name, group in local.cost_center_groups : name => [{
    type       = "text", width = 24, height = 3
    properties = { markdown = "[All cost centers](#dashboards:name=${var.name}-${local.region}) | ${join(", ", group)}" }
  }] }

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
    { for name, group in local.cost_center_groups : "CostCenter#${name}" => group },
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
  # Metrics have no users: CloudWatch reads the audit log when someone opens the dashboard.
  user_widgets = [for title, query in {
    "Users by spend (USD)" = "top users"
    "Denials of users"     = "denials of users"
    } : {
    type = "log", width = 12, height = 6
    properties = {
      title  = title
      region = local.region
      view   = "table"
      query  = "SOURCE '${var.audit_log_group_name}' | ${trimspace(local.all_queries[query])}"
    }
  }]
  group_widgets = { for name, group in local.cost_center_groups : name => concat(
    local.call_widgets["CostCenter#${name}"],
    flatten([for cost_center in group : local.utilization_widgets[cost_center]]),
  ) }

  graph = {
    view    = "timeSeries"
    region  = local.region
    period  = local.period_seconds
    stat    = "Sum"
    stacked = false
  }
}
