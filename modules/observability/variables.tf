variable "name" {
  description = "Name of the main dashboard, and prefix of all other names."
  type        = string
  nullable    = false
}

variable "namespace" {
  description = "Namespace of the metrics."
  type        = string
  default     = "GenAIRateLimiting"
  nullable    = false
}

variable "models" {
  description = "Aliases of the models: values of the dimension `Model`."
  type        = list(string)
  nullable    = false
}

variable "applications" {
  description = "Names of the applications: values of the dimension `Application`."
  type        = list(string)
  nullable    = false
}

variable "environments" {
  description = "Names of the environments: values of the dimension `Environment`."
  type        = list(string)
  nullable    = false
}

variable "cost_centers" {
  description = "Names of the cost centers: values of the dimension `CostCenter`."
  type        = list(string)
  nullable    = false
}

variable "limits" {
  description = <<-EOT
    Limits, with their names in the metrics.

    - `cost_center` - Value of the dimension `CostCenter`: the cost center, or `all` for limits of models and of the organization.
    - `limit` - Value of the dimension `Limit`: the name of the limit; with the prefix `<alias>/` or `organization/` for limits of models and of the organization.
    - `window` - `minute`, `hour`, `day` or `month`.
    - `mode` - `enforce` or `observe`; only `enforce` limits have an alarm.
  EOT
  type = list(object({
    cost_center = string
    limit       = string
    window      = string
    mode        = optional(string, "enforce")
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for limit in var.limits : contains(concat(["all"], var.cost_centers), limit.cost_center)])
    error_message = "limits.*.cost_center: unknown cost center ${join(", ", distinct([for limit in var.limits : "\"${limit.cost_center}\"" if !contains(concat(["all"], var.cost_centers), limit.cost_center)]))}: use one of ${join(", ", concat(["all"], var.cost_centers))}."
  }
}

variable "counts_users" {
  description = "Whether a limit has `per`: the dashboard and saved queries then list the users that spend most, and the denials of their limits, from the audit log. Metrics have no users."
  type        = bool
  default     = false
  nullable    = false
}

variable "function_names" {
  description = "Names of the Lambda functions."
  type        = list(string)
  nullable    = false
}

variable "front" {
  description = <<-EOT
    Front of the proxy. Default: there is none.

    - `kind` - `function_url`, `cloudfront` or `rest_api`.
    - `function_name` - Name of the function that serves the proxy.
    - `distribution_id` - Id of the distribution of `cloudfront`.
    - `rest_api` - Of `rest_api`: its `name` and `stage`.
  EOT
  type = object({
    kind            = string
    function_name   = string
    distribution_id = optional(string)
    rest_api        = optional(object({ name = string, stage = string }))
  })
  default = null
}

variable "state_machine_arn" {
  description = "ARN of the state machine."
  type        = string
  nullable    = false
}

variable "ledger_table_name" {
  description = "Name of the ledger's table."
  type        = string
  nullable    = false
}

variable "audit_log_group_name" {
  description = "Name of the log group with the audit lines, which the saved queries read."
  type        = string
  nullable    = false
}

variable "shards" {
  description = "Number of shards of the ledger, which the alarm on item sizes compares with the number to set."
  type        = number
  default     = 1
  nullable    = false
}

variable "metrics" {
  description = "Detail of the metrics that the functions write: `full` (five dimensions), `cost_center` (cost center and model) or `none`."
  type        = string
  default     = "full"
  nullable    = false
}

variable "dashboard" {
  description = "Whether to create dashboards."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarms" {
  description = "Whether to create alarms."
  type        = bool
  default     = true
  nullable    = false
}

variable "thresholds" {
  description = <<-EOT
    Values at which alarms fire; counts are per 5 minutes; 0 disables that alarm.

    - `utilization_percent` - Usage of a limit, in percent. Default: 90.
    - `denials` - Denied calls of a cost center. Default: 50.
    - `failed_settlements` - Calls that could not be settled. Default: 1.
    - `expired_reservations` - Calls that did not complete. Default: 1.
    - `function_errors` - Errors of a function. Default: 1.
    - `workflow_failures` - Executions that failed or timed out. Default: 1.
    - `throttles` - Calls that Bedrock, DynamoDB or Lambda throttled. Default: 10.
    - `front_errors` - Answers of the proxy's front with a status of 5xx. Default: 5.
    - `front_refusals` - Answers of the proxy's front with a status of 4xx. Default: 1000.
    - `shards_item_kilobytes` - Average size of the largest account item at which an alarm names a number of shards to set. Default: 16.
    - `item_kilobytes` - Size of the largest account item, of at most 400. Default: 200.
  EOT
  type = object({
    utilization_percent   = optional(number, 90)
    denials               = optional(number, 50)
    failed_settlements    = optional(number, 1)
    expired_reservations  = optional(number, 1)
    function_errors       = optional(number, 1)
    workflow_failures     = optional(number, 1)
    throttles             = optional(number, 10)
    front_errors          = optional(number, 5)
    front_refusals        = optional(number, 1000)
    shards_item_kilobytes = optional(number, 16)
    item_kilobytes        = optional(number, 200)
  })
  default  = {}
  nullable = false
}

variable "drift_percent" {
  description = "Drift of a cost center's daily reconciliation at which an alarm fires, as a percentage of metered cost; 0 disables the alarm."
  type        = number
  default     = 0
  nullable    = false
}

variable "utilization_windows" {
  description = "Windows whose limits have an alarm of their usage: of `minute`, `hour`, `day` and `month`. A `minute` limit is often reached and resets soon."
  type        = list(string)
  default     = ["day", "month"]
  nullable    = false
}

variable "topic_arns" {
  description = "ARNs of the SNS topics for a cost center's alarms, by cost center. The topics' policies must allow `cloudwatch.amazonaws.com` to publish."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "organization_topic_arn" {
  description = "ARN of the SNS topic for all other alarms."
  type        = string
  nullable    = false
}

variable "alarm_actions" {
  description = "ARNs of additional actions of every alarm, such as another SNS topic; at most 4."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of the alarms; dashboards and saved queries cannot have tags."
  type        = map(string)
}
