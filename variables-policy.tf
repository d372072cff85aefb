# Policy variables. The functions, the sandbox and the command line read these variables too:
# core/policy fills in the defaults, not Terraform.
# The types, defaults and attributes are in modules/configuration: Terraform drops the keys that a
# type does not name, so the values come in untyped, and modules/schema-check refuses such keys.

variable "name" {
  description = "Prefix of every resource name: 2 to 32 lower-case letters, digits and hyphens, starting with a letter. Must be unique for each deployment in an account and region."
  type        = string
  default     = "bedrock-cost-sentry"
  nullable    = false
}

variable "models" {
  description = "Models that can be called, by alias, as callers send it in `model`."
  type        = any
}

variable "applications" {
  description = "Applications that can call, by name, as callers send it in the tag `applicationId`."
  type        = any
}

variable "cost_centers" {
  description = "Cost centers by name, as callers send it in the tag `costCenter`."
  type        = any
}

variable "tag_keys" {
  description = "Keys of the tags on inference profiles that carry the cost center, the application and the environment into the bill."
  type        = any
  default     = {}
  nullable    = false
}

variable "default_cost_center" {
  description = "Cost center of requests that name none, from callers that belong to none. Default: such requests are rejected."
  type        = string
  default     = null
}

variable "organization" {
  description = <<-EOT
    Organization-wide limits.

    - `limits` - As in `cost_centers.*.limits`.
  EOT
  type        = any
  default     = {}
  nullable    = false
}

variable "time_zone" {
  description = "IANA time zone of the limits' windows, such as `Europe/Berlin`."
  type        = string
  default     = "UTC"
  nullable    = false
}

variable "ledger" {
  description = "Settings of the ledger."
  type        = any
  default     = {}
  nullable    = false
}

variable "execution" {
  description = "`direct` runs a request inside the gateway, with less latency and cost; `workflow` runs it as a Step Functions Express workflow, with at most 262,144 bytes. The state machine is deployed either way, and can be started directly."
  type        = string
  default     = "direct"
  nullable    = false
}

variable "log_prompts" {
  description = "Whether prompts and answers are written to the audit log."
  type        = any
  default     = false
  nullable    = false
}
