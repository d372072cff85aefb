variable "name" {
  description = "Name of the export, and prefix of the bucket's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,45}$", var.name))
    error_message = "name: \"${var.name}\" is not a valid name: use 1 to 46 lower-case letters, digits and hyphens, beginning with a letter or digit."
  }
}

variable "account_id" {
  description = "Account of the export and the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: \"${var.account_id}\" is not an account id: use the 12 digits."
  }
}

variable "tag_keys" {
  description = "Keys of cost allocation tags that have a separate column, such as `user_cost_center` for `costCenter`. Each must be active. All active tags are also in the column `resource_tags`."
  type        = list(string)
  default     = ["costCenter", "applicationId", "environment"]
  nullable    = false

  validation {
    condition     = alltrue([for key in var.tag_keys : can(regex("^[a-zA-Z0-9 _.:/=+@-]{1,128}$", key)) && !startswith(key, "user:")])
    error_message = "tag_keys: ${join(", ", [for key in var.tag_keys : "\"${key}\"" if !can(regex("^[a-zA-Z0-9 _.:/=+@-]{1,128}$", key)) || startswith(key, "user:")])} is not the key of a tag: use the key as on the resource, without \"user:\", such as \"costCenter\"."
  }
}

variable "iam_principal" {
  description = "Whether lines have the role or user that called Bedrock, in the column `line_item_iam_principal`, and its tags, in `tags` with the prefix `iamPrincipal/`."
  type        = bool
  default     = false
  nullable    = false
}

variable "time_granularity" {
  description = "Period of a line in the export: `hourly`, `daily` or `monthly`."
  type        = string
  default     = "daily"
  nullable    = false

  validation {
    condition     = contains(["hourly", "daily", "monthly"], var.time_granularity)
    error_message = "time_granularity: unknown granularity \"${var.time_granularity}\": use one of hourly, daily, monthly."
  }
}

variable "format" {
  description = "`parquet`, or `csv` (compressed with gzip)."
  type        = string
  default     = "parquet"
  nullable    = false

  validation {
    condition     = contains(["parquet", "csv"], var.format)
    error_message = "format: unknown format \"${var.format}\": use one of parquet, csv."
  }
}

variable "bucket_name" {
  description = "Name of the bucket. Default: `<name>-cur-<account>`."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", coalesce(var.bucket_name, "-")))
    error_message = "bucket_name: \"${coalesce(var.bucket_name, "-")}\" is not the name of a bucket: use 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "prefix" {
  description = "Folder in the bucket."
  type        = string
  default     = "cur"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9!_.*'()-]+(/[a-zA-Z0-9!_.*'()-]+)*$", var.prefix))
    error_message = "prefix: \"${var.prefix}\" is not a folder: use names of letters, digits and !_.*'()-, separated by slashes, without a slash at the start or end."
  }
}

variable "retention_days" {
  description = "Days that files are retained after they were last written; 0 retains them forever."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.retention_days >= 0 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days: must be a whole number of days (0 retains files forever), got ${var.retention_days}."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the files. Its policy must allow `bcm-data-exports.amazonaws.com` to use it. Default: the key that S3 owns."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: use arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "force_destroy" {
  description = "Whether a destroy also deletes a bucket with files."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
