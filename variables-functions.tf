# Deployment and runtime settings.

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

variable "keep_audit_log" {
  description = "Whether a destroy leaves the log group of the audit log."
  type        = any
  default     = false
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of all roles. Default: none."
  type        = string
  default     = null
}

variable "role_path" {
  description = "Path of all roles, which begins and ends with a slash."
  type        = string
  default     = "/"
  nullable    = false
}

variable "role_name_prefix" {
  description = "Prefix of the names of all roles, up to 32 characters."
  type        = string
  default     = ""
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource. On inference profiles, those of `tag_keys` take precedence."
  type        = any
  default     = {}
  nullable    = false
}
