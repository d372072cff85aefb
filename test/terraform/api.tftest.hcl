mock_provider "aws" {
  source = "./mocks"
}

variables {
  name          = "genai"
  function_name = "genai-gateway"
  function_arn  = "arn:aws:lambda:eu-west-1:111122223333:function:genai-gateway"
  tags          = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/api"
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.this)) == toset(["POST /v1/invoke", "POST /v1/tokens", "GET /v1/usage", "HEAD /v1/usage", "GET /v1/models", "HEAD /v1/models", "GET /openapi.json", "HEAD /openapi.json", "GET /healthz", "HEAD /healthz"])
    error_message = "The routes are ${jsonencode(keys(aws_apigatewayv2_route.this))}."
  }

  assert {
    condition     = alltrue([for key, route in aws_apigatewayv2_route.this : route.authorization_type == (endswith(key, "/healthz") ? "NONE" : "AWS_IAM") && route.authorizer_id == null])
    error_message = "Every route but /healthz asks for a signed request."
  }

  assert {
    condition     = aws_apigatewayv2_integration.gateway.payload_format_version == "2.0" && aws_apigatewayv2_integration.gateway.timeout_milliseconds == 30000 && aws_apigatewayv2_integration.gateway.integration_uri == var.function_arn
    error_message = "The gateway reads payload 2.0 and has all the 30 seconds there are."
  }

  assert {
    condition     = one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 50 && one(aws_apigatewayv2_stage.this.default_route_settings).throttling_burst_limit == 100
    error_message = "Rate and burst must both be set: one alone leaves the other at 0."
  }

  assert {
    condition     = one(aws_apigatewayv2_stage.this.access_log_settings).destination_arn == aws_cloudwatch_log_group.access.arn && can(jsondecode(one(aws_apigatewayv2_stage.this.access_log_settings).format).requestId)
    error_message = "Every request leaves a line of JSON in the access log."
  }

  assert {
    condition     = aws_lambda_permission.api.source_arn == "arn:aws:execute-api:eu-west-1:111122223333:abcdefghij/*/*" && aws_lambda_permission.api.principal == "apigateway.amazonaws.com"
    error_message = "Only this API may call the function."
  }

  assert {
    condition     = aws_lambda_function_url.this["this"].authorization_type == "AWS_IAM" && output.function_url == "https://abcdefghij.lambda-url.eu-west-1.on.aws/"
    error_message = "The Function URL takes signed requests only."
  }
}

run "jwt" {
  command = apply

  module {
    source = "./modules/api"
  }

  variables {
    authorization      = "jwt"
    jwt                = { issuer = "https://login.example.com", audience = ["genai"] }
    throttling         = { rate = 5, burst = 10 }
    function_url       = false
    log_retention_days = 30
    kms_key_arn        = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    tags               = { team = "platform" }
  }

  assert {
    condition     = alltrue([for key, route in aws_apigatewayv2_route.this : endswith(key, "/healthz") ? route.authorization_type == "NONE" && route.authorizer_id == null : route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.jwt["jwt"].id if key != "POST /v1/tokens"])
    error_message = "Every other route asks for a token."
  }

  assert {
    condition     = aws_apigatewayv2_route.this["POST /v1/tokens"].authorization_type == "AWS_IAM" && aws_apigatewayv2_route.this["POST /v1/tokens"].authorizer_id == null
    error_message = "Only a signed request gets a token, whatever the other routes take."
  }

  assert {
    condition     = one(aws_apigatewayv2_authorizer.jwt["jwt"].jwt_configuration).issuer == "https://login.example.com"
    error_message = "Tokens must be the issuer's."
  }

  assert {
    condition     = one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 5 && aws_cloudwatch_log_group.access.retention_in_days == 30
    error_message = "throttling and log_retention_days must reach the stage and the log group."
  }

  assert {
    condition     = length(aws_lambda_function_url.this) == 0 && output.function_url == null
    error_message = "Without a Function URL the output is null."
  }
}

run "operators" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    operate_function = { name = "genai-operate", arn = "arn:aws:lambda:eu-west-1:111122223333:function:genai-operate" }
  }

  assert {
    condition     = [for key, route in aws_apigatewayv2_route.operate : { key = key, type = route.authorization_type }] == [{ key = "ANY /v1/operator/{proxy+}", type = "NONE" }]
    error_message = "The function of operators checks their tokens itself."
  }

  assert {
    condition     = aws_apigatewayv2_integration.operate["operate"].integration_uri == var.operate_function.arn && aws_lambda_permission.operate["operate"].function_name == "genai-operate"
    error_message = "The route must lead to the function of operators, which the API may invoke."
  }
}

run "open" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    authorization = "none"
  }

  assert {
    condition     = alltrue([for key, route in aws_apigatewayv2_route.this : route.authorization_type == (key == "POST /v1/tokens" ? "AWS_IAM" : "NONE")])
    error_message = "none leaves the API open, except for tokens, which are for identities."
  }
}

run "no_page_of_another_origin_by_default" {
  command = plan

  module {
    source = "./modules/api"
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0 && alltrue([for url in values(aws_lambda_function_url.this) : length(url.cors) == 0])
    error_message = "CORS is off unless it is asked for."
  }
}

run "pages_that_are_named" {
  command = plan

  module {
    source = "./modules/api"
  }

  variables {
    cors = { allow_origins = ["https://app.example.com"] }
  }

  assert {
    condition     = one(aws_apigatewayv2_api.this.cors_configuration).allow_origins == toset(["https://app.example.com"]) && one(aws_lambda_function_url.this["this"].cors).allow_origins == toset(["https://app.example.com"])
    error_message = "Both the API and the Function URL answer the pages that are named."
  }
}
