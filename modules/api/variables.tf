variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "function_name" {
  description = "Name of the function that answers."
  type        = string
  nullable    = false
}

variable "function_arn" {
  description = "ARN of the function that answers."
  type        = string
  nullable    = false
}

variable "authorization" {
  description = "Who is let in: `iam` (signed requests), `jwt` or `none`."
  type        = string
  default     = "iam"
  nullable    = false

  validation {
    condition     = contains(["iam", "jwt", "none"], var.authorization)
    error_message = "authorization: unknown authorization \"${var.authorization}\": write one of iam, jwt, none."
  }
}

variable "jwt" {
  description = <<-EOT
    The tokens of `authorization = "jwt"`.

    - `issuer` - URL of the identity provider.
    - `audience` - Audiences, of which a token must have one.
  EOT
  type = object({
    issuer   = string
    audience = list(string)
  })
  default = null

  validation {
    condition     = (var.authorization == "jwt") == (var.jwt != null)
    error_message = "jwt: must be given with authorization = \"jwt\" and only then, got authorization = \"${var.authorization}\"."
  }
}

variable "throttling" {
  description = <<-EOT
    What the API takes from all callers together.

    - `rate` - Requests a second. Default: 50.
    - `burst` - Requests at once. Default: 100.
  EOT
  type = object({
    rate  = optional(number, 50)
    burst = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttling.rate > 0 && var.throttling.burst >= 1
    error_message = "throttling: rate and burst must be greater than 0, got ${var.throttling.rate} and ${var.throttling.burst}."
  }
}

variable "function_url" {
  description = "Whether the function also has a URL of its own, for signed requests."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the access log keeps events; 0 keeps them for ever."
  type        = number
  default     = 365
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the access log. Default: a key that AWS owns."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
