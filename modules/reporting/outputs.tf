output "export_arn" {
  description = "ARN of the export."
  value       = aws_bcmdataexports_export.this.id
}

output "bucket_name" {
  description = "Name of the bucket with the files."
  value       = module.bucket.name
}

output "tag_columns" {
  description = "Names of the tag columns, by tag key."
  value       = local.tag_columns
}
