output "endpoint" {
  description = "URL of the API."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "execution_arn" {
  description = "ARN of the API in IAM policies."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_apigatewayv2_stage.this.name
}

output "routes" {
  description = "Routes, as `<method> <path>`."
  value       = concat(local.plain_routes, local.signed_routes)
}

output "signed_routes" {
  description = "Those of them that take signed requests only, whatever `authorization` says."
  value       = local.signed_routes
}

output "function_url" {
  description = "Function URL; null if there is none."
  value       = one(values(aws_lambda_function_url.this)[*].function_url)
}
