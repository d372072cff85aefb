output "endpoint" {
  description = "URL of the API."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "signed_route_arns" {
  description = "ARNs in IAM policies of the routes that take signed requests."
  value = [
    for route in var.authorization == "iam" ? concat(local.plain_routes, local.signed_routes) : local.signed_routes :
    "${aws_apigatewayv2_api.this.execution_arn}/${aws_apigatewayv2_stage.this.name}/${replace(route, " ", "")}"
  ]
}

output "function_url" {
  description = "Function URL; null if there is none."
  value       = one(values(aws_lambda_function_url.this)[*].function_url)
}
