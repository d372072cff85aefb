# How callers reach the sentry, and what keeps them from bypassing it.

variable "api" {
  description = "The HTTP API."
  type        = any
  default     = {}
  nullable    = false
}

variable "identity" {
  description = "How a caller is bound to the cost centers that name it in `callers`: `iam` (the role of the signed request), `jwt` (the claims of the token) or `off` (tags are taken on trust). Default: as the API authorizes, or `off` when no cost center has `callers`."
  type        = string
  default     = null
}

variable "access_policies" {
  description = "Policies that deny Bedrock calls that bypass the sentry, in the outputs `deny_direct_bedrock_*_json`."
  type        = any
  default     = {}
  nullable    = false
}
