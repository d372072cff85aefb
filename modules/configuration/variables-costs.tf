# What AWS bills, next to what the ledger counts.

variable "budgets" {
  description = <<-EOT
    AWS Budgets, one per cost center: notifications about billed cost, up to a day late. They need the cost allocation tags.

    - `enabled` - Whether to create budgets. Default: `true` where the partition has AWS Budgets.
    - `amounts` - USD per month by cost center. Default: its smallest `month` limit in `usd` without a scope; a cost center without such a limit has no budget.
    - `notifications` - Notifications of each budget: `type` (`actual` or `forecasted`) and `percent`. Default: 80 and 100 actual, 100 forecasted.
    - `action` - Automatic action when a budget is exceeded: attaches the policy `policy_arn` to `roles` (names of roles, by cost center) at `percent` (default 100); `approval` is `automatic` (default) or `manual`. Default: no action.
  EOT
  type = object({
    enabled = optional(bool)
    amounts = optional(map(number), {})
    notifications = optional(list(object({
      type    = string
      percent = number
    })))
    action = optional(object({
      policy_arn = string
      roles      = map(list(string))
      percent    = optional(number, 100)
      approval   = optional(string, "automatic")
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.budgets.amounts), keys(var.cost_centers))) == 0
    error_message = join("\n", [for name in setsubtract(keys(var.budgets.amounts), keys(var.cost_centers)) : "budgets.amounts.${name}: unknown cost center \"${name}\": use one of ${join(", ", keys(var.cost_centers))}."])
  }

  validation {
    condition     = alltrue([for amount in values(var.budgets.amounts) : tonumber(format("%.2f", amount)) == amount])
    error_message = join("\n", [for name, amount in var.budgets.amounts : "budgets.amounts.${name}: must be USD with at most 2 decimals, got ${amount}." if tonumber(format("%.2f", amount)) != amount])
  }

  validation {
    condition     = length(setsubtract(keys(try(var.budgets.action.roles, {})), keys(var.cost_centers))) == 0
    error_message = join("\n", [for name in setsubtract(keys(try(var.budgets.action.roles, {})), keys(var.cost_centers)) : "budgets.action.roles.${name}: unknown cost center \"${name}\": use one of ${join(", ", keys(var.cost_centers))}."])
  }
}

variable "anomaly_detection" {
  description = <<-EOT
    Cost Anomaly Detection for the cost centers. Only for an account without an organization: in an organization, AWS allows monitors of tags only in the payer account, where examples/payer-account creates them.

    - `enabled` - Whether to create it. Default: `false`.
    - `monitor_arns` - ARNs of existing monitors to use. Default: the module creates monitors.
    - `cost_centers_per_monitor` - Cost centers per monitor, 1 to 10. Default: 10.
    - `frequency` - `immediate` (to the topic in `organization_alert_topic_arn`), `daily` or `weekly` (by email to `alerts.emails`). Default: `immediate`.
    - `minimum_impact_usd` - USD above the expected cost from which an anomaly is reported. Default: 10.
  EOT
  type = object({
    enabled                  = optional(bool, false)
    monitor_arns             = optional(list(string), [])
    cost_centers_per_monitor = optional(number, 10)
    frequency                = optional(string, "immediate")
    minimum_impact_usd       = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.anomaly_detection.enabled || var.anomaly_detection.frequency == "immediate" || length(var.alerts.emails) > 0
    error_message = "anomaly_detection.frequency: \"${var.anomaly_detection.frequency}\" is sent by email, and alerts.emails is empty: add an address, or use \"immediate\"."
  }
}

variable "cost_allocation_tags" {
  description = <<-EOT
    Activation of the cost allocation tags. Only the payer account can activate them, and only after the keys have appeared in billing: see examples/payer-account.

    - `enabled` - Whether this deployment activates the tags. Default: `false`.
    - `keys` - Keys of the tags. Default: those of `tag_keys`.
  EOT
  type = object({
    enabled = optional(bool, false)
    keys    = optional(set(string))
  })
  default  = {}
  nullable = false
}

variable "reporting" {
  description = <<-EOT
    Export of the cost and usage report (CUR 2.0) to a bucket, with the tags as columns. us-east-1 only.

    - `enabled` - Whether to create the export. Default: `false`.
    - `tag_keys` - Keys of active tags that have a column. Default: those of `tag_keys` of the module.
    - `iam_principal` - Whether lines have the role or user that called Bedrock, in the column `line_item_iam_principal`. Default: `false`.
    - `time_granularity` - `hourly`, `daily` or `monthly`. Default: `daily`.
    - `format` - `parquet` or `csv`. Default: `parquet`.
    - `bucket_name` - Name of the bucket. Default: `<name>-cur-<account>`.
    - `retention_days` - Days that files are kept; 0 keeps them forever. Default: 0.
    - `kms_key_arn` - ARN of the KMS key that encrypts the files. Default: the key that S3 owns.
    - `force_destroy` - Whether a destroy also deletes the files. Default: `false`.
  EOT
  type = object({
    enabled          = optional(bool, false)
    tag_keys         = optional(list(string))
    iam_principal    = optional(bool, false)
    time_granularity = optional(string, "daily")
    format           = optional(string, "parquet")
    bucket_name      = optional(string)
    retention_days   = optional(number, 0)
    kms_key_arn      = optional(string)
    force_destroy    = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "cost_reports" {
  description = <<-EOT
    Scheduled Bedrock cost reports by cost center: HTML and CSV files in a bucket, and a link sent to the organization's topic. docs/reporting.md shows one.

    - `enabled` - Whether to create reports. Default: `false`.
    - `periods` - `week` (Monday to Sunday, created on Tuesday) and `month` (created on the 3rd). Default: both.
    - `bucket_name` - Name of the bucket. Default: `<name>-reports-<account>-<region>`, cut to 63 characters.
    - `retention_days` - Days that reports are kept; 0 keeps them forever. Default: 400.
    - `kms_key_arn` - ARN of the KMS key that encrypts the reports. Default: the key that S3 owns.
    - `force_destroy` - Whether a destroy also deletes the reports. Default: `false`.
  EOT
  type = object({
    enabled        = optional(bool, false)
    periods        = optional(set(string), ["week", "month"])
    bucket_name    = optional(string)
    retention_days = optional(number, 400)
    kms_key_arn    = optional(string)
    force_destroy  = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "reconciliation" {
  description = <<-EOT
    Daily comparison of metered usage with what AWS observed and billed in the last seven days: a metric of the drift, and an alert above the tolerance. docs/reconciliation.md explains the reasons.

    - `enabled` - Whether to run it. Default: `false`.
    - `tolerance_percent` - Difference to ignore, as a percentage of metered cost: 0.1 to 1000, at most one decimal. Default: 5.
    - `bill` - Whether to compare with the bill; Cost Explorer charges USD 0.01 for each request. Default: `true` where the partition has Cost Explorer.
    - `fold` - Whether unmetered usage that CloudWatch observed on the previous day is charged to the limits of a day and a month. Default: `false`.
  EOT
  type = object({
    enabled           = optional(bool, false)
    tolerance_percent = optional(number, 5)
    bill              = optional(bool)
    fold              = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.reconciliation.enabled || var.observability.metrics == "full"
    error_message = "reconciliation.enabled: compares the metrics of each inference profile: set observability.metrics = \"full\", or leave reconciliation out."
  }

  validation {
    condition     = can(regex("^[0-9]+([.][0-9])?$", tostring(var.reconciliation.tolerance_percent)))
    error_message = "reconciliation.tolerance_percent: must have at most one decimal, got ${var.reconciliation.tolerance_percent}."
  }
}
