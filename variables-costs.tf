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
  description = "Reports of what Bedrock cost, by cost center, that come by themselves: a page and a CSV file in a bucket, and a message with the link to the organization's topic. docs/reporting.md shows one."
  type        = any
  default     = {}
  nullable    = false
}

variable "reconciliation" {
  description = "What was metered beside what AWS observed and billed, once a day over the last seven: a metric of the drift, and an alert where it is over the tolerance. docs/reconciliation.md explains the reasons."
  type        = any
  default     = {}
  nullable    = false
}
