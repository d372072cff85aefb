variable "name" {
  description = "Name of the state machine, 80 characters at most."
  type        = string
  nullable    = false
}

variable "function_arns" {
  description = "ARNs of the four functions: `validate-and-set-context`, `reserve-budget`, `invoke-model` and `record-outcome`."
  type        = map(string)
  nullable    = false

  validation {
    condition     = join(" ", sort(keys(var.function_arns))) == "invoke-model record-outcome reserve-budget validate-and-set-context"
    error_message = "function_arns: is required for invoke-model, record-outcome, reserve-budget and validate-and-set-context, got ${join(", ", keys(var.function_arns))}."
  }
}

variable "log_level" {
  description = "Log level: `OFF`, `ALL`, `ERROR` or `FATAL`."
  type        = string
  default     = "ERROR"
  nullable    = false
}

variable "include_execution_data" {
  description = "Whether the log contains inputs and outputs, and so prompts and answers."
  type        = bool
  default     = false
  nullable    = false
}

variable "tracing" {
  description = "Whether X-Ray tracing is on."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that events of the log group are retained; 0 retains them forever."
  type        = number
  default     = 365
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log group. Default: a key that AWS owns."
  type        = string
  default     = null
}

variable "roles" {
  description = "Settings of its IAM roles, in the form of `settings` of modules/service-role, which checks them."
  type        = any
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
}
