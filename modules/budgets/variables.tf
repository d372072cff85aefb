variable "name" {
  description = "Prefix of the names of budgets, monitors and the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{1,34}$", var.name))
    error_message = "name: \"${var.name}\" is not a valid name: use 1 to 34 letters, digits and hyphens."
  }
}

variable "cost_centers" {
  description = <<-EOT
    Cost centers by name.

    - `tag_value` - Value of their cost allocation tag. Default: the name.
    - `amount` - USD per calendar month (UTC), in whole cents. Default: no budget.
    - `topic_arn` - SNS topic for notifications. Its policy must allow `budgets.amazonaws.com` to publish.
    - `emails` - Email addresses for notifications without a topic, at most 10.
  EOT
  type = map(object({
    tag_value = optional(string)
    amount    = optional(number)
    topic_arn = optional(string)
    emails    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for center in values(var.cost_centers) : center.amount == null ? true : center.amount > 0 && tonumber(format("%.2f", center.amount)) == center.amount])
    error_message = "cost_centers.*.amount: must be USD greater than 0 with at most 2 decimals, got ${join(", ", [for name, center in var.cost_centers : "${center.amount} for \"${name}\"" if center.amount == null ? false : center.amount <= 0 || tonumber(format("%.2f", center.amount)) != center.amount])}."
  }

  validation {
    condition     = alltrue([for center in values(var.cost_centers) : length(center.emails) <= 10])
    error_message = "cost_centers.*.emails: a budget can notify at most 10 addresses; \"${join("\", \"", [for name, center in var.cost_centers : name if length(center.emails) > 10])}\" has more: subscribe them to a topic and set topic_arn."
  }

  validation {
    condition     = alltrue([for center in values(var.cost_centers) : center.amount == null || center.topic_arn != null || length(center.emails) > 0])
    error_message = "cost_centers: the budget of \"${join("\", \"", [for name, center in var.cost_centers : name if center.amount != null && center.topic_arn == null && length(center.emails) == 0])}\" has no recipient: set topic_arn or emails."
  }

  validation {
    condition     = alltrue([for name in keys(var.cost_centers) : can(regex("^[^:\\\\/]{1,50}$", name))])
    error_message = "cost_centers: ${join(", ", [for name in keys(var.cost_centers) : "\"${name}\"" if !can(regex("^[^:\\\\/]{1,50}$", name))])} can't be part of a budget's name: use 1 to 50 characters without colons and slashes."
  }
}

variable "tag_key" {
  description = "Key of the cost allocation tag with the cost center. Only the payer account can activate it: see modules/cost-allocation-tags."
  type        = string
  default     = "costCenter"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9 _.:/=+@-]{1,128}$", var.tag_key)) && !startswith(var.tag_key, "user:")
    error_message = "tag_key: \"${var.tag_key}\" is not the key of a tag: use the key as on the resource, without \"user:\", such as \"costCenter\"."
  }
}

variable "notifications" {
  description = <<-EOT
    Notifications of each budget, 1 to 10.

    - `type` - `actual` (cost so far) or `forecasted` (expected cost of the month; needs about five weeks of history).
    - `percent` - Percentage of the amount at which a notification is sent, up to 1000.
  EOT
  type = list(object({
    type    = string
    percent = number
  }))
  default = [
    { type = "actual", percent = 80 },
    { type = "actual", percent = 100 },
    { type = "forecasted", percent = 100 },
  ]
  nullable = false

  validation {
    condition     = length(var.notifications) >= 1 && length(var.notifications) <= 10
    error_message = "notifications: a budget has 1 to 10 notifications, got ${length(var.notifications)}."
  }

  validation {
    condition     = alltrue([for notification in var.notifications : contains(["actual", "forecasted"], notification.type)])
    error_message = "notifications: unknown type ${join(", ", [for notification in var.notifications : "\"${notification.type}\"" if !contains(["actual", "forecasted"], notification.type)])}: use one of actual, forecasted."
  }

  validation {
    condition     = alltrue([for notification in var.notifications : notification.percent > 0 && notification.percent <= 1000])
    error_message = "notifications: percent must be greater than 0 and at most 1000, got ${join(", ", [for notification in var.notifications : notification.percent if notification.percent <= 0 || notification.percent > 1000])}."
  }

  validation {
    condition     = length(distinct(var.notifications)) == length(var.notifications)
    error_message = "notifications: ${join(", ", distinct([for notification in var.notifications : "${notification.percent} ${notification.type}" if length([for other in var.notifications : other if other == notification]) > 1]))} is listed twice: remove one."
  }
}

variable "action" {
  description = <<-EOT
    Action of AWS Budgets when actual cost exceeds a budget: attach an IAM policy to roles. It runs hours later, and the policy stays attached until the action is reversed: see docs/billing.md. Default: no action.

    - `policy_arn` - ARN of a policy that denies calls to Bedrock.
    - `roles` - Names of the roles that the policy is attached to, with their path if they have one, by cost center with an amount; 1 to 100 each.
    - `percent` - Percentage of the amount at which the action runs. Default: 100.
    - `approval` - `automatic`, or `manual` to wait for an approval. Default: `automatic`.
  EOT
  type = object({
    policy_arn = string
    roles      = map(list(string))
    percent    = optional(number, 100)
    approval   = optional(string, "automatic")
  })
  default = null

  validation {
    condition     = var.action == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.action.policy_arn))
    error_message = "action.policy_arn: \"${try(var.action.policy_arn, "")}\" is not the ARN of an IAM policy: use one such as arn:aws:iam::111122223333:policy/deny-bedrock."
  }

  validation {
    condition     = alltrue([for name in keys(try(var.action.roles, {})) : try(var.cost_centers[name].amount != null, false)])
    error_message = "action.roles: \"${join("\", \"", [for name in keys(try(var.action.roles, {})) : name if !try(var.cost_centers[name].amount != null, false)])}\" has no budget: use one of ${join(", ", [for name, center in var.cost_centers : name if center.amount != null])}, or give it an amount."
  }

  validation {
    condition     = alltrue([for roles in values(try(var.action.roles, {})) : length(roles) >= 1 && length(roles) <= 100])
    error_message = "action.roles: must be 1 to 100 roles for each cost center, got none or more for \"${join("\", \"", [for name, roles in try(var.action.roles, {}) : name if length(roles) < 1 || length(roles) > 100])}\"."
  }

  # The policy of the role that attaches has 10,240 characters, of which 500 are no roles; the ARN of a
  # role has up to 41 besides its name, with quotes and a comma.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = sum(concat([0], [for role in distinct(flatten(values(try(var.action.roles, {})))) : length(role) + 41])) <= 9740
    error_message = "action.roles: their ARNs take about ${sum(concat([0], [for role in distinct(flatten(values(try(var.action.roles, {})))) : length(role) + 41]))} characters, of the 9740 that the policy of the role of budget actions has for them: name fewer roles."
  }

  validation {
    condition     = alltrue([for role in flatten(values(try(var.action.roles, {}))) : can(regex(local.role_pattern, role))])
    error_message = "action.roles: ${join(", ", formatlist("\"%s\"", [for role in flatten(values(try(var.action.roles, {}))) : role if !can(regex(local.role_pattern, role))]))} is not the name of a role: use its name without the ARN, such as \"sales-app\"."
  }

  validation {
    condition     = var.action == null ? true : var.action.percent > 0 && var.action.percent <= 1000
    error_message = "action.percent: must be greater than 0 and at most 1000, got ${try(var.action.percent, 0)}."
  }

  validation {
    condition     = var.action == null ? true : contains(["automatic", "manual"], var.action.approval)
    error_message = "action.approval: unknown approval \"${try(var.action.approval, "")}\": use one of automatic, manual."
  }
}

variable "anomaly_detection" {
  description = <<-EOT
    Cost Anomaly Detection for the cost centers. Default: none.

    - `monitor_arns` - ARNs of existing monitors to subscribe to, instead of creating monitors.
    - `cost_centers_per_monitor` - Cost centers per monitor, 1 to 10. With 1, the cost of other cost centers cannot hide the anomaly of a small one. Default: 10.
    - `frequency` - `immediate` (to `topic_arn`), `daily` or `weekly` (to `emails`). Default: `immediate`.
    - `topic_arn` - SNS topic; its policy must allow `costalerts.amazonaws.com` to publish.
    - `emails` - Email addresses for `daily` and `weekly`.
    - `minimum_impact_usd` - USD above the expected cost from which an anomaly is reported. Default: 10.
  EOT
  type = object({
    monitor_arns             = optional(list(string), [])
    cost_centers_per_monitor = optional(number, 10)
    frequency                = optional(string, "immediate")
    topic_arn                = optional(string)
    emails                   = optional(list(string), [])
    minimum_impact_usd       = optional(number, 10)
  })
  default = null

  validation {
    condition     = alltrue([for arn in try(var.anomaly_detection.monitor_arns, []) : can(regex("^arn:[a-z-]+:ce::[0-9]{12}:anomalymonitor/.+$", arn))])
    error_message = "anomaly_detection.monitor_arns: ${join(", ", [for arn in try(var.anomaly_detection.monitor_arns, []) : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:ce::[0-9]{12}:anomalymonitor/.+$", arn))])} is not the ARN of a monitor: use arn:aws:ce::<account>:anomalymonitor/<id>."
  }

  validation {
    condition     = var.anomaly_detection == null ? true : contains(range(1, 11), var.anomaly_detection.cost_centers_per_monitor)
    error_message = "anomaly_detection.cost_centers_per_monitor: must be a whole number from 1 to 10, got ${try(var.anomaly_detection.cost_centers_per_monitor, 0)}."
  }

  validation {
    condition     = var.anomaly_detection == null ? true : contains(["immediate", "daily", "weekly"], var.anomaly_detection.frequency)
    error_message = "anomaly_detection.frequency: unknown frequency \"${try(var.anomaly_detection.frequency, "")}\": use one of immediate, daily, weekly."
  }

  validation {
    condition     = var.anomaly_detection == null ? true : var.anomaly_detection.frequency != "immediate" || var.anomaly_detection.topic_arn != null
    error_message = "anomaly_detection.topic_arn: is required with frequency = \"immediate\": set the ARN of a topic, or use frequency = \"daily\" and emails."
  }

  validation {
    condition     = var.anomaly_detection == null ? true : var.anomaly_detection.frequency == "immediate" || length(var.anomaly_detection.emails) > 0
    error_message = "anomaly_detection.emails: must name at least one address with frequency = \"${try(var.anomaly_detection.frequency, "")}\", which is sent by email only."
  }

  validation {
    condition     = var.anomaly_detection == null ? true : var.anomaly_detection.minimum_impact_usd >= 0
    error_message = "anomaly_detection.minimum_impact_usd: must not be negative, got ${try(var.anomaly_detection.minimum_impact_usd, 0)}."
  }
}

variable "account_id" {
  description = "Account of the budgets and of the roles."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: \"${var.account_id}\" is not an account id: use the 12 digits."
  }
}

variable "roles" {
  description = "Settings of its IAM roles, in the form of `settings` of modules/service-role, which checks them."
  type        = any
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
