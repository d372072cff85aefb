variable "table_name" {
  description = "Name of the table."
  type        = string
  nullable    = false
}

variable "policy_settings" {
  description = "JSON of the policy without its cost centers."
  type        = string
  nullable    = false
}

variable "policy_cost_centers" {
  description = "JSON of each cost center, by name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "shards" {
  description = "Number of items that each account's limits are divided over in a new table, 1 to 64. It does not change an existing table."
  type        = number
  default     = 1
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the table. Default: a key that AWS owns."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the table is protected from deletion."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of the table."
  type        = map(string)
}
