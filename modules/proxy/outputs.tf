output "url" {
  description = "Base URL for clients of the Bedrock runtime, without a slash at its end."
  value       = trimsuffix(aws_lambda_function_url.this.function_url, "/")
}
