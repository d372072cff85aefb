variable "sentry_role_arns" {
  description = "ARNs of the roles that may call Bedrock: those of the sentry's functions. A session of a role counts as the role."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.sentry_role_arns) > 0
    error_message = "sentry_role_arns: is empty, which would deny the sentry's own calls too: write the ARN of at least one role."
  }

  validation {
    condition     = alltrue([for arn in var.sentry_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "sentry_role_arns: ${join(", ", [for arn in var.sentry_role_arns : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])} must be the whole ARN of a role, without wildcards: write it as arn:aws:iam::<account>:role/<name>."
  }
}

variable "confinement" {
  description = <<-EOT
    What those roles may call, whatever other policies allow them. Default: what other policies allow them.

    - `model_arns` - ARNs of foundation models, imported models and system-defined inference profiles; `*` stands for any characters, but not for the whole name of a model.
    - `profile_tag` - `key` and `value` of the tag that their application inference profiles have.
    - `required` - Whether it is an error when the models do not fit into a document; else that document does without the confinement. Default: `false`.
  EOT
  type = object({
    model_arns  = list(string)
    profile_tag = object({ key = string, value = string })
    required    = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.confinement == null ? true : length(var.confinement.model_arns) > 0
    error_message = "confinement.model_arns: is empty, which would deny the sentry every model: write the ARN of at least one, or set confinement = null."
  }

  validation {
    condition     = alltrue([for arn in try(var.confinement.model_arns, []) : can(regex("^arn:[a-z-]+:bedrock:[^:]*:[^:]*:[a-z-]+/[A-Za-z0-9]", arn))])
    error_message = "confinement.model_arns: ${join(", ", [for arn in try(var.confinement.model_arns, []) : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:bedrock:[^:]*:[^:]*:[a-z-]+/[A-Za-z0-9]", arn))])} must be the ARN of a model or inference profile: write it as arn:aws:bedrock:<region>::foundation-model/<model id>."
  }
}

variable "exceptions" {
  description = "ARNs of roles and users that may still call Bedrock in any way; `*` and `?` stand for characters of the account or the name, but not for a whole name. Name a role itself, not a session of it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.exceptions : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]+$", arn))])
    error_message = "exceptions: ${join(", ", [for arn in var.exceptions : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]+$", arn))])} must be the ARN of a role or user: write it as arn:aws:iam::<account>:role/<name>."
  }

  validation {
    condition     = alltrue([for arn in var.exceptions : can(regex("[A-Za-z0-9]", try(split("/", arn)[1], "-")))])
    error_message = "exceptions: ${join(", ", [for arn in var.exceptions : "\"${arn}\"" if !can(regex("[A-Za-z0-9]", try(split("/", arn)[1], "-")))])} would except every role or user: write the beginning of the name or path before the wildcard."
  }
}
