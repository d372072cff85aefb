# Alerts, dashboards and alarms.

variable "alerts" {
  description = "Recipients of alerts. Each cost center has an SNS topic with its `alert_emails`; alerts that belong to no single cost center have a separate topic."
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
