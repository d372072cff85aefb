output "arns" {
  description = "ARNs of the profiles, by the keys of `profiles`."
  value       = { for key, profile in aws_bedrock_inference_profile.this : key => profile.arn }
}

output "names" {
  description = "Names of the profiles, by the keys of `profiles`."
  value       = local.names
}

output "tags" {
  description = "Tags of the profiles, by the keys of `profiles`."
  value       = local.tags
}
