variable "name" {
  description = "Prefix of the profiles' names."
  type        = string
  nullable    = false
}

variable "profiles" {
  description = <<-EOT
    Inference profiles by any key that is known at plan time, such as `<costCenter>/<application>/<environment>/<alias>`.

    - `cost_center`, `application`, `environment` - Names, and values of the tags with the keys `tag_keys`.
    - `tag_value` - Value of the cost center's tag. Default: `cost_center`.
    - `alias` - Alias of the model in the policy.
    - `model_id` - Model id, with or without a geography prefix such as `us.`.
  EOT
  type = map(object({
    cost_center = string
    tag_value   = optional(string)
    application = string
    environment = string
    alias       = string
    model_id    = string
  }))
  default  = {}
  nullable = false
}

variable "tag_keys" {
  description = "Keys of the tags with the `cost_center`, the `application` and the `environment`."
  type        = map(string)
  nullable    = false
}

variable "account_id" {
  description = "Account of the system-defined profiles that profiles with a geography prefix copy from."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of every profile, in addition to its three own tags."
  type        = map(string)
}
