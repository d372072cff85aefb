# The policy passes through: the module has the types, the defaults and the checks, and says what is
# wrong by the path in terraform.tfvars. Repeating the types here would only let them drift.

variable "name" {
  description = "Prefix of every resource."
  type        = string
  default     = null
}

variable "models" {
  description = "Models that can be called, by alias; the module has the type."
  type        = any
}

variable "applications" {
  description = "Applications that can call, by name; the module has the type."
  type        = any
}

variable "cost_centers" {
  description = "Cost centers by name; the module has the type."
  type        = any
}

variable "default_cost_center" {
  description = "Cost center of requests that name none."
  type        = string
  default     = null
}

variable "organization" {
  description = "Organization-wide limits; the module has the type."
  type        = any
  default     = null
}

variable "time_zone" {
  description = "IANA time zone of the limits' windows."
  type        = string
  default     = null
}

variable "ledger" {
  description = "Settings of the ledger; the module has the type."
  type        = any
  default     = null
}

variable "execution" {
  description = "`workflow` or `direct`."
  type        = string
  default     = null
}

variable "log_prompts" {
  description = "Whether prompts and answers are written to the audit log."
  type        = bool
  default     = null
}
