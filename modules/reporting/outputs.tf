output "export_arn" {
  description = "ARN of the export."
  value       = aws_bcmdataexports_export.this.id
}

output "bucket_name" {
  description = "Name of the bucket that the files come into."
  value       = module.bucket.name
}

output "tag_columns" {
  description = "Names of the tags' columns, by tag key."
  value       = local.tag_columns
}
