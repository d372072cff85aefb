# The front for clients of model APIs.

variable "proxy" {
  description = <<-EOT
    The proxy for unchanged clients of Bedrock, OpenAI and Anthropic, with keys of this service.

    - `enabled` - Whether the proxy is created. Default: `false`.
    - `authentication` - Accepted credentials: `key`. Default: `["key"]`.
    - `front` - What receives the requests: `function_url`, a public URL of the function. Default: `function_url`.
    - `stream_seconds` - Maximum seconds of a response, 30 to 900. Default: 900.
    - `allow_fields` - Paths of request fields that are passed on although their effect on the cost is unknown, such as `additionalModelRequestFields.novelty`. Default: none.
  EOT
  type = object({
    enabled        = optional(bool, false)
    authentication = optional(list(string), ["key"])
    front          = optional(string, "function_url")
    stream_seconds = optional(number, 900)
    allow_fields   = optional(list(string), [])
  })
  default  = {}
  nullable = false
}
