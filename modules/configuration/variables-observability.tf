# Alerts, dashboards and alarms.

variable "alerts" {
  description = <<-EOT
    Recipients of alerts. Each cost center has an SNS topic with its `alert_emails`; alerts that belong to no single cost center have a separate topic.

    - `emails` - Email addresses for alerts that belong to no single cost center: limits of models and of the organization, and cost anomalies.
    - `types` - Types of alerts that are sent to the topics (docs/alerts.md); the others are events on the bus only. Default: all.
    - `kms_key_arn` - ARN of the KMS key that encrypts the topics. Its policy must allow `events.amazonaws.com`, `budgets.amazonaws.com`, `costalerts.amazonaws.com` and `cloudwatch.amazonaws.com` to use it. Default: none.
  EOT
  type = object({
    emails      = optional(list(string), [])
    types       = optional(list(string))
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "observability" {
  description = <<-EOT
    Dashboards, alarms and saved log queries.

    - `metrics` - Detail of the metrics of calls: `full` (by model, cost center, application and environment), `cost_center` (by cost center and model) or `none`. CloudWatch bills every combination; docs/costs.md has the amounts. Default: `cost_center`.
    - `namespace` - Namespace of the metrics. Two deployments in one account and region whose cost centers have the same names need two. Default: `GenAIRateLimiting`.
    - `warn_above_usd` - Monthly cost of metrics, alarms and dashboards without requests above which a plan warns; 0 turns the warning off. Default: 300.
    - `dashboard` - Whether to create dashboards. Default: `true`.
    - `alarms` - Whether there are alarms. They notify the cost center's SNS topic, or the organization's. Default: `true`.
    - `alarm_actions` - ARNs that every alarm also notifies, such as SNS topics; at most 4.
    - `thresholds` - Values at which alarms fire; counts are per 5 minutes; 0 disables that alarm:
      - `utilization_percent` - Usage of a limit, in percent. Default: 90.
      - `denials` - Denied calls of a cost center. Default: 50.
      - `failed_settlements`, `expired_reservations`, `function_errors`, `workflow_failures` - Default: 1.
      - `throttles` - Calls that Bedrock, DynamoDB or Lambda throttled. Default: 10.
      - `front_errors`, `front_refusals` - Answers of the proxy's front with a status of 5xx and of 4xx. Default: 5 and 1000.
      - `shards_item_kilobytes` - Size of the largest account item at which an alarm names the number of shards to set. Default: 16.
      - `item_kilobytes` - Size of the largest account item, of at most 400. Default: 200.
    - `utilization_windows` - Windows whose limits have an alarm of their usage. Default: `day` and `month`.
  EOT
  type = object({
    metrics        = optional(string, "cost_center")
    namespace      = optional(string, "GenAIRateLimiting")
    warn_above_usd = optional(number, 300)
    dashboard      = optional(bool, true)
    alarms         = optional(bool, true)
    alarm_actions  = optional(list(string), [])
    thresholds = optional(object({
      utilization_percent   = optional(number)
      denials               = optional(number)
      failed_settlements    = optional(number)
      expired_reservations  = optional(number)
      function_errors       = optional(number)
      workflow_failures     = optional(number)
      throttles             = optional(number)
      front_errors          = optional(number)
      front_refusals        = optional(number)
      shards_item_kilobytes = optional(number)
      item_kilobytes        = optional(number)
    }), {})
    utilization_windows = optional(list(string), ["day", "month"])
  })
  default  = {}
  nullable = false
}
