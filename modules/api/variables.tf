variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "function_name" {
  description = "Name of the function behind the API."
  type        = string
  nullable    = false
}

variable "function_arn" {
  description = "ARN of the function behind the API."
  type        = string
  nullable    = false
}

variable "operate_function" {
  description = <<-EOT
    Function that serves operators below `/v1/operator/`. It checks their tokens itself. Default: none.

    - `name` - Name of the function.
    - `arn` - ARN of the function.
  EOT
  type = object({
    name = string
    arn  = string
  })
  default = null
}

variable "authorization" {
  description = "Authorization of callers: `iam` (signed requests), `jwt` or `none`."
  type        = string
  default     = "iam"
  nullable    = false
}

variable "jwt" {
  description = <<-EOT
    Tokens for `authorization = "jwt"`.

    - `issuer` - URL of the identity provider.
    - `audience` - Accepted audiences; a token must have at least one.
  EOT
  type = object({
    issuer   = string
    audience = list(string)
  })
  default = null
}

variable "cors" {
  description = <<-EOT
    Web pages that may call the API from a browser. Default: none.

    - `allow_origins` - Origins of the pages, such as `https://app.example.com`.
  EOT
  type        = object({ allow_origins = list(string) })
  default     = null
}

variable "throttling" {
  description = <<-EOT
    Limits of the API for all callers together.

    - `rate` - Requests per second. Default: 50.
    - `burst` - Requests in a burst. Default: 100.
  EOT
  type = object({
    rate  = optional(number, 50)
    burst = optional(number, 100)
  })
  default  = {}
  nullable = false
}

variable "function_url" {
  description = "Whether the function also has a Function URL, for signed requests."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that events of the access log are retained; 0 retains them forever."
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
  description = "Tags of all resources."
  type        = map(string)
}
