output "tag_keys" {
  description = "Keys of the active tags."
  value       = [for tag in aws_ce_cost_allocation_tag.this : tag.tag_key]
}
