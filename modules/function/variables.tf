variable "name" {
  description = "Name of the function. The name of its role adds the region."
  type        = string
  nullable    = false
}

variable "description" {
  description = "Description of the function."
  type        = string
  default     = null
}

variable "bundle" {
  description = "Path of the zip file with the code; its handler is `index.handler`."
  type        = string
  nullable    = false
}

variable "timeout_seconds" {
  description = "Timeout of a call in seconds, 1 to 900."
  type        = number
  default     = 10
  nullable    = false
}

variable "memory_mb" {
  description = "Memory in MB, 128 to 10240; CPU time grows with it."
  type        = number
  default     = 512
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Reserved concurrent executions, which are also its maximum; 0 stops the function. Default: none reserved."
  type        = number
  default     = null
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "statements" {
  description = <<-EOT
    Permissions of the function, in addition to writing to its log group.

    - `sid` - Name of the statement: letters and digits.
    - `actions` - IAM actions.
    - `resources` - ARNs.
    - `conditions` - Operator -> condition key -> values. Default: none.
  EOT
  type = list(object({
    sid        = string
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))
  default  = []
  nullable = false
}

variable "schedules" {
  description = "Schedules that call the function, by name: the `expression` of EventBridge Scheduler, such as `rate(1 minute)`, and the `input` as JSON, in which the scheduler replaces `<aws.scheduler.scheduled-time>` with the time. Default: none."
  type = map(object({
    expression = string
    input      = optional(string, "{}")
  }))
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  validation {
    condition     = alltrue([for key in keys(var.schedules) : can(regex("^[a-z0-9-]+$", key)) && length("${var.name}-${key}") <= 64])
    error_message = "schedules: ${join(", ", [for key in keys(var.schedules) : "\"${key}\"" if !can(regex("^[a-z0-9-]+$", key)) || length("${var.name}-${key}") > 64])} is not a valid name: use lower-case letters, digits and hyphens, at most 64 with the function's name and a hyphen before them."
  }

  validation {
    condition     = alltrue([for schedule in var.schedules : can(regex("^(rate|cron|at)\\(.+\\)$", schedule.expression))])
    error_message = "schedules: ${join(", ", [for schedule in var.schedules : "\"${schedule.expression}\"" if !can(regex("^(rate|cron|at)\\(.+\\)$", schedule.expression))])} is not a schedule: use rate(...), cron(...) or at(...)."
  }

  validation {
    condition     = alltrue([for schedule in var.schedules : can(jsondecode(schedule.input))])
    error_message = "schedules: the input of ${join(", ", [for key, schedule in var.schedules : "\"${key}\"" if !can(jsondecode(schedule.input))])} is not JSON: use jsonencode(...)."
  }
}

variable "retries" {
  description = "Retries of a failed asynchronous call, 0 to 2. Default: 0 with `schedules`, because the next scheduled call follows, otherwise 2."
  type        = number
  default     = null
}

variable "dead_letters" {
  description = "Whether failed asynchronous calls are retained in an SQS queue for 14 days."
  type        = bool
  default     = false
  nullable    = false
}

variable "tracing" {
  description = "Whether X-Ray tracing is on, and Lambda logs a report of each call."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_group" {
  description = <<-EOT
    Existing log group to write to. Default: a new log group.

    - `name` - Name of the log group.
    - `arn` - ARN of the log group, without `:*`.
  EOT
  type = object({
    name = string
    arn  = string
  })
  default = null
}

variable "log_group_name" {
  description = "Name of the new log group. Default: `/aws/lambda/<name>`."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that events of the new log group are retained; 0 retains them forever."
  type        = number
  default     = 365
  nullable    = false
}

variable "keep_log_group" {
  description = "Whether a destroy leaves its log group."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the new log group. Default: a key that AWS owns."
  type        = string
  default     = null
}

variable "vpc" {
  description = <<-EOT
    VPC that the function runs in. It needs endpoints of the services that it calls, or a way to the internet. Default: no VPC.

    - `subnet_ids` - Ids of private subnets.
    - `security_group_ids` - Ids of security groups that allow HTTPS out.
  EOT
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "roles" {
  description = "Settings of its IAM roles, in the form of `settings` of modules/service-role, which checks them."
  type        = any
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
}
