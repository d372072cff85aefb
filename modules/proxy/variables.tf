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

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
