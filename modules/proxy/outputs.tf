output "url" {
  description = "Base URL for clients of Bedrock; others add /openai/v1 or /anthropic, without a slash at its end."
  value       = trimsuffix(aws_lambda_function_url.this.function_url, "/")
}
