# The front for clients of model APIs.

variable "proxy" {
  description = <<-EOT
    The proxy for unchanged clients of Bedrock, OpenAI and Anthropic, with keys of this service.

    - `enabled` - Whether the proxy is created. Default: `false`.
    - `authentication` - Accepted credentials: `key` (keys, and tokens of `cost-sentry token`), `jwt` (tokens of an identity provider). Default: `["key"]`.
    - `jwt` - For `jwt`: `issuer` is the URL of the identity provider; `audience` lists accepted audiences, and a token must have at least one. `callers.jwt` binds its claims to cost centers. `user_claim` names the claim that says who the user is, for limits with `per = "user"`: usually `email`, which counts if `email_verified` is true. Default: `sub`. `groups_claim` names the claim with the groups of the user. Default: none.
    - `front` - Entry point of the requests: `function_url`, a public URL of the function; `cloudfront`, a distribution in front of that URL; `rest_api`, a REST API, which can be private. See docs/fronts.md. Default: `function_url`.
    - `domain` - Own domain, for `cloudfront` and `rest_api`: its `name`, and the `certificate_arn` of a certificate in ACM, in us-east-1 for `cloudfront` and in the region of the deployment for `rest_api`. Its DNS record must point to the output `proxy_dns_target`. Default: none.
    - `web_acl` - WAF web ACL, for `cloudfront` (scope global) and `rest_api` (scope regional): its `arn`. Default: none.
    - `cloudfront` - For `cloudfront`, which requires `proxy_origin_secrets`: `access_log_bucket` is the domain name of the S3 bucket for access lines, such as `logs.s3.amazonaws.com`. Default: no access lines.
    - `rest_api` - For `rest_api`:
      - `vpc_endpoint_ids` - Ids of the VPC endpoints for `execute-api` that alone can call it. Default: it is public.
      - `throttling` - Limits for all callers together: `rate` in requests per second (default 50), `burst` in requests (default 100).
      - `access_log` - Whether it writes a line for each request. The region of the account must have a role for the logs of API Gateway. Default: `true`.
    - `stream_seconds` - Maximum seconds of a response, 30 to 900. Default: 900.
    - `allow_origins` - Origins of web pages that can call the proxy from a browser, such as `https://app.example.com`. Default: none.
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
    front = optional(string, "function_url")
    domain = optional(object({
      name            = string
      certificate_arn = string
    }))
    web_acl    = optional(object({ arn = string }))
    cloudfront = optional(object({ access_log_bucket = optional(string) }))
    rest_api = optional(object({
      vpc_endpoint_ids = optional(list(string), [])
      throttling = optional(object({
        rate  = optional(number, 50)
        burst = optional(number, 100)
      }), {})
      access_log = optional(bool, true)
    }))
    stream_seconds = optional(number, 900)
    allow_origins  = optional(list(string), [])
    allow_fields   = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(var.proxy.authentication, "jwt") == (var.proxy.jwt != null)
    error_message = "proxy.jwt: is required with \"jwt\" in proxy.authentication, and only allowed then."
  }

  validation {
    condition     = alltrue([for origin in var.proxy.allow_origins : can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$", origin))])
    error_message = join("\n", [for index, origin in var.proxy.allow_origins : "proxy.allow_origins[${index}]: \"${origin}\" is not an origin: write one without wildcards, such as \"https://app.example.com\"" if !can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$", origin))])
  }
}

# Its values are in no message.
variable "proxy_origin_secrets" {
  description = "Values that the proxy accepts in the header by which it recognizes CloudFront, with `proxy.front = \"cloudfront\"`: one, or two while it changes. CloudFront sends the first. Each is 32 to 128 random letters, digits and `_ . ~ + / = -`."
  type        = list(string)
  default     = []
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(var.proxy_origin_secrets) <= 2
    error_message = "proxy_origin_secrets: must name at most 2 secrets, got ${nonsensitive(length(var.proxy_origin_secrets))}."
  }

  validation {
    condition     = alltrue([for secret in var.proxy_origin_secrets : can(regex("^[A-Za-z0-9_.~+/=-]{32,128}$", secret))])
    error_message = join("\n", [for index in nonsensitive([for index, secret in var.proxy_origin_secrets : index if !can(regex("^[A-Za-z0-9_.~+/=-]{32,128}$", secret))]) : "proxy_origin_secrets[${index}]: this value is not a secret for a header: write 32 to 128 random letters, digits and _ . ~ + / = -."])
  }

  validation {
    condition     = length(distinct(var.proxy_origin_secrets)) == length(var.proxy_origin_secrets)
    error_message = "proxy_origin_secrets[1]: this value is named twice: write it once."
  }
}
