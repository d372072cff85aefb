# The policy passes through: the module has the types, the defaults and the checks, and says what is
# wrong by the path in terraform.tfvars. Repeating the types here would only let them drift.

variable "name" {
  description = "Prefix of every resource."
  type        = string
  default     = null
}

variable "models" {
  description = "The models that may be called, by alias; typed by the module."
  type        = any
}

variable "applications" {
  description = "The applications that may call, by name; typed by the module."
  type        = any
}

variable "cost_centers" {
  description = "Who pays, by name; typed by the module."
  type        = any
}

variable "default_cost_center" {
  description = "Cost center of a request that names none."
  type        = string
  default     = null
}

variable "organization" {
  description = "Limits over everything; typed by the module."
  type        = any
  default     = null
}

variable "time_zone" {
  description = "IANA time zone whose calendar the windows of the limits follow."
  type        = string
  default     = null
}

variable "ledger" {
  description = "How the ledger counts; typed by the module."
  type        = any
  default     = null
}

variable "execution" {
  description = "`workflow` or `direct`."
  type        = string
  default     = null
}

variable "log_prompts" {
  description = "Whether prompts and answers may be written to logs."
  type        = bool
  default     = null
}
