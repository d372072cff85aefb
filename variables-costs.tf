# What AWS bills, next to what the ledger counts.

variable "budgets" {
  description = "AWS Budgets, one per cost center: notifications about billed cost, up to a day late. They need the cost allocation tags."
  type        = any
  default     = {}
  nullable    = false
}

variable "anomaly_detection" {
  description = "Cost Anomaly Detection for the cost centers. Only for an account without an organization: in an organization, AWS allows monitors of tags only in the payer account, where examples/payer-account creates them."
  type        = any
  default     = {}
  nullable    = false
}

variable "cost_allocation_tags" {
  description = "Activation of the cost allocation tags. Only the payer account can activate them, and only after the keys have appeared in billing: see examples/payer-account."
  type        = any
  default     = {}
  nullable    = false
}

variable "reporting" {
  description = "Export of the cost and usage report (CUR 2.0) to a bucket, with the tags as columns. us-east-1 only."
  type        = any
  default     = {}
  nullable    = false
}

variable "cost_reports" {
  description = "Scheduled Bedrock cost reports by cost center: HTML and CSV files in a bucket, and a link sent to the organization's topic. docs/reporting.md shows one."
  type        = any
  default     = {}
  nullable    = false
}

variable "reconciliation" {
  description = "Daily comparison of metered usage with what AWS observed and billed in the last seven days: a metric of the drift, and an alert above the tolerance. docs/reconciliation.md explains the reasons."
  type        = any
  default     = {}
  nullable    = false
}
