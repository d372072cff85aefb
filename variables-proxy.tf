# The front for clients of model APIs.

variable "proxy" {
  description = "The proxy for unchanged clients of Bedrock, OpenAI and Anthropic, with keys of this service."
  type        = any
  default     = {}
  nullable    = false
}

variable "proxy_origin_secrets" {
  description = "Values that the proxy accepts in the header by which it recognizes CloudFront, with `proxy.front = \"cloudfront\"`: one, or two while it changes. CloudFront sends the first. Each is 32 to 128 random letters, digits and `_ . ~ + / = -`."
  type        = list(string)
  default     = []
  nullable    = false
  sensitive   = true
}
