# How callers reach the sentry, and what keeps them from bypassing it.

variable "api" {
  description = "The HTTP API."
  type        = any
  default     = {}
  nullable    = false
}

variable "identity" {
  description = "How callers are matched to `callers`: `iam` (role of the signed request), `jwt` (claims of the token) or `off` (the cost center in a request is not verified). Default: `api.authorization` if that is not `none` and a cost center has `callers`, otherwise `off`."
  type        = string
  default     = null
}

variable "operators" {
  description = "Identities that can change limits and keys, and see the usage of all, with tokens of `cost-sentry token --operator`."
  type        = any
  default     = {}
  nullable    = false
}

variable "access_policies" {
  description = "Policies that deny Bedrock calls that bypass the sentry, in the outputs `deny_direct_bedrock_*_json`."
  type        = any
  default     = {}
  nullable    = false
}
