# What AWS bills, next to what the ledger counts.

variable "budgets" {
  description = "AWS Budgets, one per cost center: they warn, a day late, on what AWS bills. They need the cost allocation tags."
  type        = any
  default     = {}
  nullable    = false
}

variable "anomaly_detection" {
  description = "Cost Anomaly Detection over the cost centers; needs an account that sees the cost allocation tags in its bill."
  type        = any
  default     = {}
  nullable    = false
}

variable "cost_allocation_tags" {
  description = "Activation of the cost allocation tags. Only the payer account can, and only once the keys have appeared in billing: see examples/payer-account."
  type        = any
  default     = {}
  nullable    = false
}

variable "reporting" {
  description = "Export of the cost and usage report (CUR 2.0) into a bucket, with the tags as columns. In us-east-1 only."
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
