output "tag_keys" {
  description = "Keys of the tags that are active."
  value       = module.cost_allocation_tags.tag_keys
}
