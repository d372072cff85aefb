output "endpoint" {
  description = "URL of the API."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "execution_arn" {
  description = "ARN that IAM policies name the API by."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "stage_name" {
  description = "Name of its stage."
  value       = aws_apigatewayv2_stage.this.name
}

output "routes" {
  description = "Its routes, as `<method> <path>`."
  value       = local.routes
}

output "function_url" {
  description = "URL of the function; null when it has none."
  value       = one(values(aws_lambda_function_url.this)[*].function_url)
}
