variable "name" {
  description = "Prefix of the names of topics and rules."
  type        = string
  nullable    = false
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
}

variable "emails" {
  description = "Email addresses subscribed to the organization's topic: limits of models and of the organization, and cost anomalies."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "types" {
  description = "Types of alerts that are sent to the topics, as in EventBridge's detail-type; the others are events on the bus only."
  type        = list(string)
  default     = ["LimitThresholdCrossed", "CallDenied", "FallbackBegun", "LimitBurnRate", "ReservationsExpired", "ReconciliationDrift", "CostReportPublished"]
  nullable    = false
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
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the topics. Its policy must allow EventBridge, Budgets, Cost Anomaly Detection and CloudWatch to use it. Default: not encrypted with a KMS key."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
}
