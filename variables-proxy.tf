# The front for clients of model APIs.

variable "proxy" {
  description = "The proxy for unchanged clients of Bedrock, OpenAI and Anthropic, with keys of this service."
  type        = any
  default     = {}
  nullable    = false
}
