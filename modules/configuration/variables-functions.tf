# What is deployed, and how it runs.

variable "functions" {
  description = <<-EOT
    The Lambda functions.

    - `bundle_directory` - Folder with a zip file for each function, `<function>.zip`. Default: the module's `dist/functions`.
    - `memory_mb` - Memory by function name, 128 to 10240. Default: 512.
    - `reserved_concurrency` - Reserved concurrent executions by function name; 0 stops the function. Default: none reserved.
    - `tracing` - Whether X-Ray tracing is on. Default: `false`.
    - `dead_letters` - Whether failed scheduled calls are retained for 14 days in an SQS queue of each function. Default: `true`.
  EOT
  type = object({
    bundle_directory     = optional(string)
    memory_mb            = optional(map(number), {})
    reserved_concurrency = optional(map(number), {})
    tracing              = optional(bool, false)
    dead_letters         = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "workflow" {
  description = <<-EOT
    The state machine.

    - `log_level` - `OFF`, `ALL`, `ERROR` or `FATAL`. Default: `ERROR`.
    - `include_execution_data` - Whether the log contains inputs and outputs, and so prompts; requires `log_prompts`. Default: `false`.
    - `tracing` - Whether X-Ray tracing is on. Default: `false`.
    - `starters` - ARNs of roles that can start it directly, without the API; `*` and `?` match characters of the name. With `identity` on, all other direct starts are rejected. The cost center in a direct start is not verified.
  EOT
  type = object({
    log_level              = optional(string, "ERROR")
    include_execution_data = optional(bool, false)
    tracing                = optional(bool, false)
    starters               = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in var.workflow.starters : can(regex(local.starter_pattern, arn))])
    error_message = join("\n", [for index, arn in var.workflow.starters : "workflow.starters[${index}]: \"${arn}\" is not the ARN of a role with a letter or digit in its last segment: write it as arn:aws:iam::<account>:role/<name>." if !can(regex(local.starter_pattern, arn))])
  }

  validation {
    condition     = !var.workflow.include_execution_data || var.log_prompts
    error_message = "workflow.include_execution_data: would write prompts to the log: set log_prompts = true as well, or leave it false."
  }
}

variable "event_bus_name" {
  description = "Name of the EventBridge bus for alerts."
  type        = string
  default     = "default"
  nullable    = false

  # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
  validation {
    condition     = can(regex("^[/.A-Za-z0-9_-]{1,256}$", var.event_bus_name))
    error_message = "event_bus_name: \"${var.event_bus_name}\" is not the name of an event bus: write 1 to 256 letters, digits, dots, hyphens, underscores and slashes."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key for the ledger and the logs. Its policy must allow CloudWatch Logs to use it. Default: keys that AWS owns."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: write it as arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "log_retention_days" {
  description = "Days that log groups keep their events, the audit log included; 0 keeps them forever."
  type        = number
  default     = 365
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the ledger table is protected from deletion. Set it to false, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource. On inference profiles, `costCenter`, `applicationId` and `environment` take precedence."
  type        = map(string)
  default     = {}
  nullable    = false
}
