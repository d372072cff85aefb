# Who can spend what. The functions, the sandbox and the command line read these variables too:
# core/policy fills in the defaults, not Terraform.
# The types, defaults and attributes are in modules/configuration: Terraform drops the keys that a
# type does not name, so the values come in untyped, and modules/schema-check refuses such keys.

variable "name" {
  description = "Prefix of every resource: 2 to 32 lower-case letters, digits and hyphens, beginning with a letter. Two deployments in one account and region need two names."
  type        = string
  default     = "bedrock-cost-sentry"
  nullable    = false
}

variable "models" {
  description = "The models that may be called, by alias: what callers write as `model`."
  type        = any
  nullable    = false
}

variable "applications" {
  description = "The applications that may call, by name: what callers send as the tag `applicationId`."
  type        = any
  nullable    = false
}

variable "cost_centers" {
  description = "Who pays, by name: what callers send as the tag `costCenter`."
  type        = any
  nullable    = false
}

variable "default_cost_center" {
  description = "Cost center of a request that names none and whose caller is bound to none. Default: such a request is refused."
  type        = string
  default     = null
}

variable "organization" {
  description = <<-EOT
    Limits across everything.

    - `limits` - As in `cost_centers.*.limits`.
  EOT
  type        = any
  default     = {}
  nullable    = false
}

variable "time_zone" {
  description = "IANA time zone whose calendar the windows of the limits follow, such as `Europe/Berlin`."
  type        = string
  default     = "UTC"
  nullable    = false
}

variable "ledger" {
  description = "How the ledger counts."
  type        = any
  default     = {}
  nullable    = false
}

variable "execution" {
  description = "`workflow` runs a request as a Step Functions Express workflow; `direct` runs the same steps inside the gateway, with less latency."
  type        = string
  default     = "workflow"
  nullable    = false
}

variable "log_prompts" {
  description = "Whether prompts and answers may be written to logs."
  type        = any
  default     = false
  nullable    = false
}
