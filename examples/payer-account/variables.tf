variable "name" {
  description = "Prefix of the names of monitors, export and bucket."
  type        = string
  default     = "bedrock-cost-sentry"
}

variable "account_id" {
  description = "Id of the payer account."
  type        = string
}

variable "cost_centers" {
  description = "Values of the cost center's tag: the names, or `tag_value`, of the deployments' cost centers."
  type        = set(string)
}

variable "tag_keys" {
  description = <<-EOT
    Keys of the tags, as in the deployments.

    - `cost_center` - Default: `costCenter`.
    - `application` - Default: `applicationId`.
    - `environment` - Default: `environment`.
  EOT
  type = object({
    cost_center = optional(string, "costCenter")
    application = optional(string, "applicationId")
    environment = optional(string, "environment")
  })
  default = {}
}

variable "emails" {
  description = "Recipients of the daily digest of anomalies."
  type        = list(string)
}

variable "export" {
  description = "Whether to export the cost and usage report (CUR 2.0), with the role or user of each call."
  type        = bool
  default     = true
}
