# Deployment and runtime settings.

variable "functions" {
  description = <<-EOT
    The Lambda functions.

    - `bundle_directory` - Folder with a zip file for each function, `<function>.zip`. Default: the module's `dist/functions`.
    - `memory_mb` - Memory by function name, 128 to 10240. Default: 512.
    - `reserved_concurrency` - Reserved concurrent executions by function name; 0 stops the function. Default: none reserved.
    - `tracing` - Whether X-Ray tracing is on. Default: `false`.
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
    condition     = alltrue([for arn in var.workflow.starters : can(regex(local.starter_pattern, arn))])
    error_message = join("\n", [for index, arn in var.workflow.starters : "workflow.starters[${index}]: \"${arn}\" is not the ARN of a role with a letter or digit in its last segment: use arn:aws:iam::<account>:role/<name>." if !can(regex(local.starter_pattern, arn))])
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
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: use arn:aws:kms:<region>:<account>:key/<id>."
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

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of all roles. Default: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", coalesce(var.permissions_boundary_arn, "-")))
    error_message = "permissions_boundary_arn: \"${coalesce(var.permissions_boundary_arn, "-")}\" is not the ARN of an IAM policy: use one such as arn:aws:iam::111122223333:policy/boundary."
  }
}

variable "role_path" {
  description = "Path of all roles, which begins and ends with a slash."
  type        = string
  default     = "/"
  nullable    = false

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  validation {
    condition     = can(regex("^/([!-.0-~]{1,64}/)*$", var.role_path)) && length(var.role_path) <= 512
    error_message = "role_path: \"${var.role_path}\" is not the path of a role: write names between slashes, such as \"/platform/\"."
  }
}

variable "role_name_prefix" {
  description = "Prefix of the names of all roles, up to 32 characters."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{0,32}$", var.role_name_prefix))
    error_message = "role_name_prefix: \"${var.role_name_prefix}\" is not the prefix of a role's name: write up to 32 letters, digits and + = , . @ _ -."
  }
}

variable "tags" {
  description = "Tags of every resource. On inference profiles, those of `tag_keys` take precedence."
  type        = map(string)
  default     = {}
  nullable    = false

  # The characters that every service takes: Bedrock takes no other letters.
  # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Tag.html
  validation {
    condition     = alltrue([for key in keys(var.tags) : can(regex(local.tag_key_pattern, key)) && !startswith(lower(key), "aws:")])
    error_message = join("\n", [for key in keys(var.tags) : "tags.${key}: \"${key}\" is not the key of a tag: ${local.tag_key_advice}." if !can(regex(local.tag_key_pattern, key)) || startswith(lower(key), "aws:")])
  }

  validation {
    condition     = alltrue([for value in values(var.tags) : can(regex(local.tag_value_pattern, value))])
    error_message = join("\n", [for key, value in var.tags : "tags.${key}: \"${value}\" is not the value of a tag: ${local.tag_value_advice}." if !can(regex(local.tag_value_pattern, value))])
  }
}
