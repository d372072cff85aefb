locals {
  # HEAD is what uptime monitors and load balancers send.
  plain_routes = concat(["POST /v1/invoke"], flatten([for path in ["/v1/usage", "/v1/models", "/openapi.json", "/healthz"] : ["GET ${path}", "HEAD ${path}"]]))

  # A token is made for the identity that has signed the request.
  signed_routes = ["POST /v1/tokens"]

  # The function checks the tokens of operators, which API Gateway does not know.
  operator_routes = [for function in var.operate_function[*] : "ANY /v1/operator/{proxy+}"]

  # Uptime monitors cannot sign: the answer of /healthz is the same for all callers.
  routes = merge(
    { for route in local.plain_routes : route => endswith(route, "/healthz") ? "none" : var.authorization },
    { for route in local.signed_routes : route => "iam" },
  )

  # As sandbox/http/cors.ts has them.
  cors = [for origins in var.cors == null ? [] : [var.cors.allow_origins] : {
    allow_origins  = origins
    allow_methods  = ["GET", "HEAD", "POST"]
    allow_headers  = ["authorization", "content-type", "idempotency-key", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
    expose_headers = ["idempotent-replayed", "retry-after"]
    max_age        = 300
  }]

  authorization_types = { iam = "AWS_IAM", jwt = "JWT", none = "NONE" }

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
  access_log_format = jsonencode({
    requestId          = "$context.requestId"
    time               = "$context.requestTimeEpoch"
    sourceIp           = "$context.identity.sourceIp"
    caller             = "$context.identity.userArn"
    routeKey           = "$context.routeKey"
    status             = "$context.status"
    responseLatency    = "$context.responseLatency"
    integrationLatency = "$context.integrationLatency"
    integrationError   = "$context.integrationErrorMessage"
    authorizerError    = "$context.authorizer.error"
  })
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Amazon Bedrock behind spending limits"
  protocol_type = "HTTP"
  tags          = var.tags

  dynamic "cors_configuration" {
    for_each = local.cors

    content {
      allow_origins  = cors_configuration.value.allow_origins
      allow_methods  = cors_configuration.value.allow_methods
      allow_headers  = cors_configuration.value.allow_headers
      expose_headers = cors_configuration.value.expose_headers
      max_age        = cors_configuration.value.max_age
    }
  }
}

resource "aws_apigatewayv2_integration" "gateway" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = var.function_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000 # as long as an HTTP API can wait
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.routes

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.gateway.id}"
  authorization_type = local.authorization_types[each.value]
  authorizer_id      = each.value == "jwt" ? one(values(aws_apigatewayv2_authorizer.jwt)[*].id) : null
}

resource "aws_apigatewayv2_integration" "operate" {
  for_each = { for key, function in { operate = var.operate_function } : key => function if function != null }

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "operate" {
  #checkov:skip=CKV_AWS_309: the function itself checks the token or JWT.

  for_each = toset(local.operator_routes)

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.operate["operate"].id}"
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "operate" {
  for_each = aws_apigatewayv2_integration.operate

  statement_id  = "AllowTheApi"
  action        = "lambda:InvokeFunction"
  function_name = var.operate_function.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  for_each = toset(var.authorization == "jwt" ? ["jwt"] : [])

  api_id           = aws_apigatewayv2_api.this.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.access_log_format
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/vendedlogs/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_permission" "api" {
  statement_id  = "AllowTheApi"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

# For answers that take longer than the API can wait. It needs no separate permission: callers of
# the same account are authorized by the policies of their roles.
resource "aws_lambda_function_url" "this" {
  for_each = toset(var.function_url ? ["this"] : [])

  function_name      = var.function_name
  authorization_type = "AWS_IAM"
  invoke_mode        = "BUFFERED"

  dynamic "cors" {
    for_each = local.cors

    content {
      allow_origins  = cors.value.allow_origins
      allow_methods  = cors.value.allow_methods
      allow_headers  = cors.value.allow_headers
      expose_headers = cors.value.expose_headers
      max_age        = cors.value.max_age
    }
  }
}
