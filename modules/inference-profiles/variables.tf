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
    The profiles to make, by any key that is known at plan time, such as `<costCenter>/<application>/<environment>/<alias>`.

    - `cost_center`, `application`, `environment` - Become the tags `costCenter`, `applicationId` and `environment`.
    - `alias` - How the policy calls the model.
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
  description = "Account whose system-defined profiles the ones with a geography prefix are copied from."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of every profile, besides its own three."
  type        = map(string)
  default     = {}
  nullable    = false
}
