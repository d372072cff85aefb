output "tag_keys" {
  description = "Keys of the active tags."
  value       = module.cost_allocation_tags.tag_keys
}
