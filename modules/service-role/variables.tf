variable "name" {
  description = "Name of the role, without `settings.name_prefix` and the region. Beyond 64 characters it is cut, with a hash at its end."
  type        = string
  nullable    = false
}

variable "description" {
  description = "Purpose of the role, for people."
  type        = string
  nullable    = false
}

variable "service" {
  description = "AWS service that assumes the role, such as `lambda`."
  type        = string
  nullable    = false
}

variable "conditions" {
  description = "Conditions under which the service can assume the role, as in an IAM policy. Default: none."
  type        = map(map(string))
  default     = {}
  nullable    = false
}

variable "policy_name" {
  description = "Name of the inline policy."
  type        = string
  nullable    = false
}

variable "policy_json" {
  description = "Inline policy of the role, as JSON."
  type        = string
  nullable    = false
}

variable "settings" {
  description = <<-EOT
    Settings that all roles of a deployment share.

    - `permissions_boundary_arn` - ARN of the policy that limits what they can do. Default: none.
    - `path` - Their path. Default: `/`.
    - `name_prefix` - Prefix of their names. Default: none.
  EOT
  type = object({
    permissions_boundary_arn = optional(string)
    path                     = optional(string, "/")
    name_prefix              = optional(string, "")
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
}
