output "bucket_name" {
  description = "Name of the bucket with the reports: `week/2026-11-16.html`, `month/2026-10.csv`, …"
  value       = module.bucket.name
}
