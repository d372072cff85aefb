variable "tag_keys" {
  description = "Keys of the tags to activate, as on the resources. Each must have appeared in billing before. Default: the three keys of the inference profiles."
  type        = set(string)
  default     = ["costCenter", "applicationId", "environment"]
  nullable    = false

  validation {
    condition     = alltrue([for key in var.tag_keys : can(regex("^[a-zA-Z0-9 _.:/=+@-]{1,128}$", key)) && !startswith(key, "user:") && !startswith(key, "aws:")])
    error_message = "tag_keys: ${join(", ", [for key in var.tag_keys : "\"${key}\"" if !can(regex("^[a-zA-Z0-9 _.:/=+@-]{1,128}$", key)) || startswith(key, "user:") || startswith(key, "aws:")])} is not the key of a user-defined tag: use the key as on the resource, without \"user:\" or \"aws:\", such as \"costCenter\"."
  }
}
