variable "name" {
  description = "Prefix of the names of the bucket, the schedules and their role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,32}$", var.name))
    error_message = "name: \"${var.name}\" is not a valid name: write 1 to 33 lower-case letters, digits and hyphens, beginning with a letter or digit."
  }
}

variable "account_id" {
  description = "Account of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: \"${var.account_id}\" is not an account: write its 12 digits."
  }
}

variable "function_arn" {
  description = "ARN of the function that makes a report of the last whole `week` or `month`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:.+$", var.function_arn))
    error_message = "function_arn: \"${var.function_arn}\" is not the ARN of a function: write it as arn:aws:lambda:<region>:<account>:function:<name>."
  }
}

variable "dead_letters" {
  description = "Whether calls that the schedules could not make are kept in the queue of `dead_letter_queue_arn`."
  type        = bool
  default     = false
  nullable    = false
}

variable "dead_letter_queue_arn" {
  description = "ARN of an SQS queue, with `dead_letters`."
  type        = string
  default     = null

  validation {
    condition     = !var.dead_letters || var.dead_letter_queue_arn != null
    error_message = "dead_letter_queue_arn: is missing: with dead_letters, write the ARN of an SQS queue."
  }
}

variable "periods" {
  description = "What there are reports of: `week`, from Monday to Sunday, made on Tuesday; `month`, made on the 3rd."
  type        = set(string)
  default     = ["week", "month"]
  nullable    = false

  validation {
    condition     = length(var.periods) > 0 && length(setsubtract(var.periods, ["week", "month"])) == 0
    error_message = "periods: unknown ${join(", ", [for period in setsubtract(var.periods, ["week", "month"]) : "\"${period}\""])}: write week, month or both."
  }
}

variable "bucket_name" {
  description = "Name of the bucket. Default: `<name>-reports-<account>`."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", coalesce(var.bucket_name, "-")))
    error_message = "bucket_name: \"${coalesce(var.bucket_name, "-")}\" is not the name of a bucket: write 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "retention_days" {
  description = "Days that reports are kept; 0 keeps them for ever."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.retention_days >= 0 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days: must be a whole number of days, 0 for ever, got ${var.retention_days}."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the reports. Default: the key that S3 owns."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: write it as arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "force_destroy" {
  description = "Whether a destroy also deletes a bucket that holds reports."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
