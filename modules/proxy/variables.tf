variable "name" {
  description = "Name of the deployment."
  type        = string
  nullable    = false
}

variable "function_name" {
  description = "Name of the function that serves the proxy."
  type        = string
  nullable    = false
}

variable "function_arn" {
  description = "ARN of the function that serves the proxy."
  type        = string
  nullable    = false
}

variable "front" {
  description = "Entry point of the requests: `function_url`, `cloudfront` (in front of the Function URL) or `rest_api`."
  type        = string
  default     = "function_url"
  nullable    = false
}

variable "stream_seconds" {
  description = "Maximum seconds of a response of `rest_api`."
  type        = number
  default     = 900
  nullable    = false
}

variable "domain" {
  description = "Own domain of `cloudfront` or `rest_api`: its `name`, and `certificate_arn` in ACM. Default: none."
  type = object({
    name            = string
    certificate_arn = string
  })
  default = null
}

variable "web_acl" {
  description = "WAF web ACL of `cloudfront` or `rest_api`: its `arn`. Default: none."
  type        = object({ arn = string })
  default     = null
}

variable "origin_secrets" {
  description = "Values of the header `x-sentry-origin`; CloudFront sends the first. Required with `cloudfront`."
  type        = list(string)
  default     = []
  nullable    = false
  sensitive   = true
}

variable "read_timeout_seconds" {
  description = "Seconds that CloudFront waits for the next bytes of an answer, at most 60 without a raised quota."
  type        = number
  default     = 60
  nullable    = false
}

variable "cloudfront" {
  description = "Of `cloudfront`: `access_log_bucket` is the domain name of the S3 bucket for its access lines, such as `logs.s3.amazonaws.com`. Default: none."
  type        = object({ access_log_bucket = optional(string) })
  default     = {}
  nullable    = false
}

variable "rest_api" {
  description = <<-EOT
    Of `rest_api`:

    - `vpc_endpoint_ids` - Ids of the VPC endpoints for `execute-api` that alone can call it. Default: it is public.
    - `throttling` - Limits for all callers together: `rate` in requests per second (default 50), `burst` in requests (default 100).
    - `access_log` - Whether it writes a line for each request. The region of the account must have a role for the logs of API Gateway. Default: `true`.
  EOT
  type = object({
    vpc_endpoint_ids = optional(list(string), [])
    throttling = optional(object({
      rate  = optional(number, 50)
      burst = optional(number, 100)
    }), {})
    access_log = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days that the log of access lines keeps its events; 0 keeps them forever."
  type        = number
  default     = 365
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key for the log of access lines. Default: a key that AWS owns."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
