# How callers reach the sentry, and what keeps them from bypassing it.

variable "api" {
  description = <<-EOT
    The HTTP API.

    - `authorization` - `iam` (signed requests), `jwt` or `none`. Default: `iam`.
    - `jwt` - For `jwt`: `issuer`, the URL of the identity provider, and `audience`, of which a token must have one.
    - `throttling` - `rate` in requests a second (default 50) and `burst` in requests (default 100), over all callers.
    - `function_url` - Whether there is also a Function URL (signed requests only) for answers that take longer than the API's 30 seconds. Default: `true`.
  EOT
  type = object({
    authorization = optional(string, "iam")
    jwt = optional(object({
      issuer   = string
      audience = list(string)
    }))
    throttling = optional(object({
      rate  = optional(number, 50)
      burst = optional(number, 100)
    }), {})
    function_url = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = (var.api.authorization == "jwt") == (var.api.jwt != null)
    error_message = "api.jwt: must be given with authorization = \"jwt\" and only then, got authorization = \"${var.api.authorization}\"."
  }
}

variable "identity" {
  description = "How a caller is bound to the cost centers that name it in `callers`: `iam` (the role of the signed request), `jwt` (the claims of the token) or `off` (tags are taken on trust). Default: as the API authorizes, or `off` when no cost center has `callers`."
  type        = string
  default     = null

  validation {
    condition     = contains(["off", var.api.authorization], coalesce(var.identity, "off"))
    error_message = "identity: \"${coalesce(var.identity, "off")}\" does not go with api.authorization = \"${var.api.authorization}\": write one of ${join(", ", distinct(["off", var.api.authorization == "none" ? "off" : var.api.authorization]))}."
  }
}

variable "access_policies" {
  description = <<-EOT
    Policies that deny Bedrock calls that bypass the sentry, in the outputs `deny_direct_bedrock_*_json`.

    - `exceptions` - ARNs of roles and users that may still call it in any way; `*` and `?` stand for characters of the account or the name.
    - `confine_sentry` - Whether they also confine the sentry's roles to the models and profiles of this policy, whatever other policies allow them. Default: as long as the models fit into a document; with `true` it is an error when they do not.
  EOT
  type = object({
    exceptions     = optional(list(string), [])
    confine_sentry = optional(bool)
  })
  default  = {}
  nullable = false
}
