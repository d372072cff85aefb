# How callers reach the sentry, and what keeps them from bypassing it.

variable "api" {
  description = <<-EOT
    The HTTP API.

    - `enabled` - Whether there is one, with its Function URL. Without it, callers start the state machine. Default: `true`.
    - `authorization` - `iam` (signed requests), `jwt` or `none`. Default: `iam`.
    - `jwt` - For `jwt`: `issuer` is the URL of the identity provider; `audience` lists accepted audiences, and a token must have at least one. `user_claim` names the claim that says who the user is, for limits with `per = "user"`: usually `email`, which counts if `email_verified` is true. Default: `sub`. `groups_claim` names the claim with the groups of the user. Default: none.
    - `throttling` - Limits for all callers together: `rate` in requests per second (default 50), `burst` in requests (default 100).
    - `cors` - Web pages that can call it from a browser: `allow_origins`, such as `https://app.example.com`. Default: none.
    - `function_url` - Whether to create a Function URL (signed requests only) for responses that take longer than the API's 30 seconds. Default: `true` where the region has Function URLs.
  EOT
  type = object({
    enabled       = optional(bool, true)
    authorization = optional(string, "iam")
    jwt = optional(object({
      issuer   = string
      audience = list(string)

      user_claim   = optional(string)
      groups_claim = optional(string)
    }))
    throttling = optional(object({
      rate  = optional(number, 50)
      burst = optional(number, 100)
    }), {})
    cors         = optional(object({ allow_origins = list(string) }))
    function_url = optional(bool)
  })
  default  = {}
  nullable = false

  validation {
    condition     = (var.api.authorization == "jwt") == (var.api.jwt != null)
    error_message = "api.jwt: is required with authorization = \"jwt\", and only allowed then, got authorization = \"${var.api.authorization}\"."
  }
}

variable "identity" {
  description = "How callers are matched to `callers`: `iam` (role of the signed request), `jwt` (claims of the token) or `off` (the cost center in a request is not verified). Default: `api.authorization` if that is not `none` and a cost center has `callers`, otherwise `off`."
  type        = string
  default     = null

  validation {
    condition     = contains(["off", var.api.authorization], coalesce(var.identity, "off"))
    error_message = "identity: \"${coalesce(var.identity, "off")}\" conflicts with api.authorization = \"${var.api.authorization}\": use one of ${join(", ", distinct(["off", var.api.authorization == "none" ? "off" : var.api.authorization]))}."
  }
}

variable "operators" {
  description = <<-EOT
    Identities that can change limits and keys, and see the usage of all, with tokens of `cost-sentry token --operator`. Default: no one; the command line then needs rights on the ledger table.

    - `iam_role_arns` - IAM role ARNs; `*` matches any characters of a role's name, as in `cost_centers.*.callers`. Their sessions get tokens that are valid for at most an hour.
    - `jwt` - Claims that a token of the identity provider must have, with these values; `email` counts if `email_verified` is true. The provider is that of `api.jwt`, or else of `proxy.jwt`.
  EOT
  type = object({
    iam_role_arns = optional(list(string), [])
    jwt           = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.operators.jwt) == 0 || var.api.jwt != null || var.proxy.jwt != null
    error_message = "operators.jwt: needs an identity provider: set api.authorization = \"jwt\" with api.jwt, or proxy.authentication with \"jwt\" and proxy.jwt."
  }

  validation {
    condition     = var.api.enabled || length(var.operators.iam_role_arns) + length(var.operators.jwt) == 0
    error_message = "operators: are served by the API: set api.enabled = true, or leave operators out and use the command line with --table."
  }
}

variable "access_policies" {
  description = <<-EOT
    Policies that deny Bedrock calls that bypass the sentry, in the outputs `deny_direct_bedrock_*_json`.

    - `exceptions` - ARNs of roles and users that can still call Bedrock directly; `*` and `?` match characters of the account or the name.
    - `confine_sentry` - Whether the policies also restrict the sentry's roles to the models and profiles of this configuration. Default: restricted if the model list fits into a document; with `true`, a list that fits into none is an error.
    - `operators` - ARNs of roles and users that deploy and operate the sentry; `*` and `?` match characters. Name the role that applies this configuration.
    - `protect_sentry` - Whether the policies also deny everyone but the operators to use or change the sentry's functions, state machine, table, schedules and inference profiles. Default: protected if there are operators and it fits into a document; with `true`, a list of operators that fits into none is an error.
  EOT
  type = object({
    exceptions     = optional(list(string), [])
    confine_sentry = optional(bool)
    protect_sentry = optional(bool)
    operators      = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.access_policies.protect_sentry != true || length(var.access_policies.operators) > 0
    error_message = "access_policies.operators: must name at least one role with protect_sentry = true, or no one could change the sentry any more."
  }
}
