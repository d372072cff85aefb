output "tag_keys" {
  description = "Keys of the tags that are active."
  value       = [for tag in aws_ce_cost_allocation_tag.this : tag.tag_key]
}
