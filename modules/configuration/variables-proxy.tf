# The front for clients of model APIs.

variable "proxy" {
  description = <<-EOT
    The proxy for unchanged clients of Bedrock, OpenAI and Anthropic, with keys of this service.

    - `enabled` - Whether the proxy is created. Default: `false`.
    - `authentication` - Accepted credentials: `key` (keys, and tokens of `cost-sentry token`), `jwt` (tokens of an identity provider). Default: `["key"]`.
    - `jwt` - For `jwt`: `issuer` is the URL of the identity provider; `audience` lists accepted audiences, and a token must have at least one. `callers.jwt` binds its claims to cost centers. `user_claim` names the claim that says who the user is, for limits with `per = "user"`: usually `email`, which counts if `email_verified` is true. Default: `sub`. `groups_claim` names the claim with the groups of the user. Default: none.
    - `front` - What receives the requests: `function_url`, a public URL of the function. Default: `function_url`.
    - `stream_seconds` - Maximum seconds of a response, 30 to 900. Default: 900.
    - `allow_fields` - Paths of request fields that are passed on although their effect on the cost is unknown, such as `additionalModelRequestFields.novelty`. Default: none.
  EOT
  type = object({
    enabled        = optional(bool, false)
    authentication = optional(list(string), ["key"])
    jwt = optional(object({
      issuer   = string
      audience = list(string)

      user_claim   = optional(string)
      groups_claim = optional(string)
    }))
    front          = optional(string, "function_url")
    stream_seconds = optional(number, 900)
    allow_fields   = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(var.proxy.authentication, "jwt") == (var.proxy.jwt != null)
    error_message = "proxy.jwt: is required with \"jwt\" in proxy.authentication, and only allowed then."
  }
}
