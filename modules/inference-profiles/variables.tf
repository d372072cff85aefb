variable "name" {
  description = "Prefix of the profiles' names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9]", var.name))
    error_message = "name: \"${var.name}\" must begin with a letter or digit."
  }
}

variable "profiles" {
  description = <<-EOT
    Inference profiles by any key that is known at plan time, such as `<costCenter>/<application>/<environment>/<alias>`.

    - `cost_center`, `application`, `environment` - Values of the tags `costCenter`, `applicationId` and `environment`.
    - `alias` - Alias of the model in the policy.
    - `model_id` - Model id, with or without a geography prefix such as `us.`.
  EOT
  type = map(object({
    cost_center = string
    application = string
    environment = string
    alias       = string
    model_id    = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for profile in values(var.profiles) : !startswith(profile.model_id, "arn:")])
    error_message = "profiles: ${join(", ", [for key, profile in var.profiles : "\"${key}\"" if startswith(profile.model_id, "arn:")])} must have a model id, not an ARN."
  }
}

variable "account_id" {
  description = "Account of the system-defined profiles that profiles with a geography prefix copy from."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of every profile, in addition to its three own tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
