variable "nodes" {
  description = "Values of one level: `path`, `value`, `schema` (null where the key is unknown), and for messages the keys that are `allowed` next to it `what` they are, and whether the value `is_entry` of a map or list, not an attribute."
  type        = any
  nullable    = false
}
