variable "nodes" {
  description = "Values of one level: `path`, `value`, `schema` (null where the key is unknown), and for messages the keys that are `allowed` next to it and `what` they are."
  type        = any
  nullable    = false
}
