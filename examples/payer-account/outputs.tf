output "tag_keys" {
  description = "Keys of the active tags."
  value       = module.cost_allocation_tags.tag_keys
}

output "anomaly_monitor_arns" {
  description = "ARNs of the anomaly monitors."
  value       = module.anomalies.anomaly_monitor_arns
}

output "bucket_name" {
  description = "Name of the bucket with the export; null without."
  value       = one(values(module.export)[*].bucket_name)
}
