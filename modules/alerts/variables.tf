variable "name" {
  description = "Prefix of the names of topics and rules."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{1,64}$", var.name))
    error_message = "name: \"${var.name}\" is not a valid name: use 1 to 64 letters, digits and hyphens."
  }
}

variable "cost_centers" {
  description = <<-EOT
    Cost centers that have a topic, by name.

    - `emails` - Email addresses subscribed to the topic.
  EOT
  type = map(object({
    emails = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.cost_centers) : can(regex("^[a-zA-Z0-9-]{1,100}$", name))])
    error_message = "cost_centers: ${join(", ", [for name in keys(var.cost_centers) : "\"${name}\"" if !can(regex("^[a-zA-Z0-9-]{1,100}$", name))])} can't be part of a topic's name: use 1 to 100 letters, digits and hyphens."
  }

  validation {
    condition     = alltrue(flatten([for center in values(var.cost_centers) : [for email in center.emails : can(regex("^\\S+@\\S+$", email))]]))
    error_message = "cost_centers.*.emails: ${join(", ", flatten([for center in values(var.cost_centers) : [for email in center.emails : "\"${email}\"" if !can(regex("^\\S+@\\S+$", email))]]))} is not an email address: use one such as \"finops@example.com\"."
  }
}

variable "emails" {
  description = "Email addresses subscribed to the organization's topic: limits of models and of the organization, and cost anomalies."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^\\S+@\\S+$", email))])
    error_message = "emails: ${join(", ", [for email in var.emails : "\"${email}\"" if !can(regex("^\\S+@\\S+$", email))])} is not an email address: use one such as \"finops@example.com\"."
  }
}

variable "types" {
  description = "Types of alerts that are sent to the topics, as in EventBridge's detail-type; the others are events on the bus only."
  type        = list(string)
  default     = ["LimitThresholdCrossed", "CallDenied", "FallbackBegun", "LimitBurnRate", "ReservationsExpired", "ReconciliationDrift", "CostReportPublished"]
  nullable    = false

  validation {
    condition     = length(var.types) > 0
    error_message = "types: is empty, and EventBridge rejects a rule without events: use at least one, such as \"LimitThresholdCrossed\"."
  }
}

variable "event_bus_name" {
  description = "EventBridge bus that the functions send alerts to."
  type        = string
  default     = "default"
  nullable    = false
}

variable "account_id" {
  description = "Account whose budgets, anomaly detection and alarms can publish."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: \"${var.account_id}\" is not an account id: use the 12 digits."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the topics. Its policy must allow EventBridge, Budgets, Cost Anomaly Detection and CloudWatch to use it. Default: not encrypted with a KMS key."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: use arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
