variable "sentry_role_arns" {
  description = "ARNs of the roles that can call Bedrock: the roles of the sentry's functions. Sessions of a role are included."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.sentry_role_arns) > 0
    error_message = "sentry_role_arns: is empty, which would deny the sentry's own calls too: use the ARN of at least one role."
  }

  validation {
    condition     = alltrue([for arn in var.sentry_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "sentry_role_arns: ${join(", ", [for arn in var.sentry_role_arns : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])} must be the whole ARN of a role, without wildcards: use arn:aws:iam::<account>:role/<name>."
  }
}

variable "confinement" {
  description = <<-EOT
    Restricts these roles to some models, even if other policies allow more. Default: no restriction.

    - `model_arns` - ARNs of foundation models, imported models and system-defined inference profiles; `*` matches any characters, but cannot replace the whole name of a model.
    - `profile_tag` - `key` and `value` of the tag of their application inference profiles.
    - `required` - Whether the plan fails if the models do not fit into a document. Otherwise, that document has no restriction. Default: `false`.
  EOT
  type = object({
    model_arns  = list(string)
    profile_tag = object({ key = string, value = string })
    required    = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.confinement == null ? true : length(var.confinement.model_arns) > 0
    error_message = "confinement.model_arns: is empty, which would deny every model to the sentry: use the ARN of at least one model, or set confinement = null."
  }

  validation {
    condition     = alltrue([for arn in try(var.confinement.model_arns, []) : can(regex("^arn:[a-z-]+:bedrock:[^:]*:[^:]*:[a-z-]+/[A-Za-z0-9]", arn))])
    error_message = "confinement.model_arns: ${join(", ", [for arn in try(var.confinement.model_arns, []) : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:bedrock:[^:]*:[^:]*:[a-z-]+/[A-Za-z0-9]", arn))])} must be the ARN of a model or inference profile: use arn:aws:bedrock:<region>::foundation-model/<model id>."
  }
}

variable "exceptions" {
  description = "ARNs of roles and users that can still call Bedrock directly; `*` and `?` match characters of the account or the name, but cannot replace a whole name. Use the ARN of a role, not of a session."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.exceptions : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]+$", arn))])
    error_message = "exceptions: ${join(", ", [for arn in var.exceptions : "\"${arn}\"" if !can(regex("^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]+$", arn))])} must be the ARN of a role or user: use arn:aws:iam::<account>:role/<name>."
  }

  validation {
    condition     = alltrue([for arn in var.exceptions : can(regex("[A-Za-z0-9]", try(split("/", arn)[1], "-")))])
    error_message = "exceptions: ${join(", ", [for arn in var.exceptions : "\"${arn}\"" if !can(regex("[A-Za-z0-9]", try(split("/", arn)[1], "-")))])} would exempt every role or user: put the start of the name or path before the wildcard."
  }
}

variable "protection" {
  description = <<-EOT
    The sentry's own parts, which no one else may use or change. Default: the policies do not protect them.

    - `function_arns`, `table_arn`, `state_machine_arn`, `schedule_arns` - ARNs of the parts.
    - `role_arns` - ARNs of the roles of these parts, which use them.
    - `starter_arns` - ARNs of the roles that may start the state machine.
    - `operator_arns` - ARNs of roles and users that deploy and operate the sentry, at least one; `*` and `?` match characters.
    - `profile_tag` - `key` and `value` of the tag of the sentry's inference profiles.
    - `required` - Whether it is an error when this does not fit into a document. Default: `false`.
  EOT
  type = object({
    function_arns     = list(string)
    table_arn         = string
    state_machine_arn = string
    schedule_arns     = list(string)
    role_arns         = list(string)
    starter_arns      = list(string)
    operator_arns     = list(string)
    profile_tag       = object({ key = string, value = string })
    required          = optional(bool, false)
  })
  default = null

  validation {
    condition     = try(length(var.protection.operator_arns), 1) > 0
    error_message = "protection.operator_arns: is empty, so no one could change the sentry any more: write the ARN of the role that deploys it."
  }
}
