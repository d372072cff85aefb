# What is deployed, and how it runs.

variable "functions" {
  description = "The Lambda functions."
  type        = any
  default     = {}
  nullable    = false
}

variable "workflow" {
  description = "The state machine."
  type        = any
  default     = {}
  nullable    = false
}

variable "event_bus_name" {
  description = "Name of the EventBridge bus for alerts."
  type        = string
  default     = "default"
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key for the ledger and the logs. Its policy must allow CloudWatch Logs to use it. Default: keys that AWS owns."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that log groups keep their events, the audit log included; 0 keeps them forever."
  type        = any
  default     = 365
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the ledger table is protected from deletion. Set it to false, and apply, before a destroy."
  type        = any
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource. On inference profiles, `costCenter`, `applicationId` and `environment` take precedence."
  type        = any
  default     = {}
  nullable    = false
}
