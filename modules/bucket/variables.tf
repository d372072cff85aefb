variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
  nullable    = false
}

variable "writers" {
  description = <<-EOT
    AWS services that can write to the bucket, each on behalf of one account.

    - `sid` - Sid of the statement in the bucket policy.
    - `services` - Service principals, such as `bcm-data-exports.amazonaws.com`.
    - `actions` - Actions that they can call.
    - `source_account` - Account that they must act for.
    - `source_arns` - ARNs of the resources that they must act for; `*` matches any characters.
  EOT
  type = list(object({
    sid            = string
    services       = list(string)
    actions        = list(string)
    source_account = string
    source_arns    = list(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for writer in var.writers : can(regex("^[0-9]{12}$", writer.source_account)) && length(writer.source_arns) > 0])
    error_message = "writers: ${join(", ", [for writer in var.writers : "\"${writer.sid}\"" if !can(regex("^[0-9]{12}$", writer.source_account)) || length(writer.source_arns) == 0])} would let a service write for any account: set the 12 digits of source_account and at least one of source_arns."
  }
}

variable "retention_days" {
  description = "Days that files are retained; 0 retains them forever."
  type        = number
  default     = 0
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the files. Default: the key that S3 owns."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether a destroy also deletes a bucket with files."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
}
