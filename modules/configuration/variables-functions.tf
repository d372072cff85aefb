# Deployment and runtime settings.

variable "functions" {
  description = <<-EOT
    The Lambda functions.

    - `bundle_directory` - Folder with a zip file for each function, `<function>.zip`. Default: the module's `dist/functions`.
    - `memory_mb` - Memory by function name, 128 to 10240. Default: 512.
    - `reserved_concurrency` - Reserved concurrent executions by function name; 0 stops the function. Default: none reserved.
    - `tracing` - Whether X-Ray tracing is on, and Lambda logs a report of each call with the duration of a start and the memory used. Default: `false`.
    - `vpc` - VPC that they run in; docs/aws.md lists the endpoints that they need. Default: no VPC.
      - `subnet_ids` - Ids of private subnets, at least one.
      - `security_group_ids` - Ids of security groups that allow HTTPS out, at least one.
    - `dead_letters` - Whether failed scheduled calls are retained for 14 days in an SQS queue of each function. Default: `true`.
  EOT
  type = object({
    bundle_directory     = optional(string)
    memory_mb            = optional(map(number), {})
    reserved_concurrency = optional(map(number), {})
    tracing              = optional(bool, false)
    dead_letters         = optional(bool, true)
    vpc = optional(object({
      subnet_ids         = list(string)
      security_group_ids = list(string)
    }))
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
    condition     = !var.workflow.include_execution_data || var.log_prompts
    error_message = "workflow.include_execution_data: would write prompts to the log: set log_prompts = true as well, or leave it false."
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

variable "keep_audit_log" {
  description = "Whether a destroy leaves the log group of the audit log."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource. On inference profiles, those of `tag_keys` take precedence."
  type        = map(string)
  default     = {}
  nullable    = false
}
