# Who gets alerts, and what is shown.

variable "alerts" {
  description = "Where alerts go. Each cost center has an SNS topic that its `alert_emails` are subscribed to; what concerns no single one has another."
  type        = any
  default     = {}
  nullable    = false
}

variable "observability" {
  description = "Dashboards, alarms and saved log queries."
  type        = any
  default     = {}
  nullable    = false
}
