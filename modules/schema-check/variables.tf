variable "given" {
  description = "All variables of the root module by name, as given: untyped, because Terraform drops the keys that a type does not name."
  type        = any
  nullable    = false
}
