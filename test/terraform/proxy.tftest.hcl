mock_provider "aws" {
  source = "./mocks"
}

variables {
  name         = "genai"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { chat = { environments = ["production"] } }
  cost_centers = { sales = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 100 }], callers = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales"] } } }
  functions    = { bundle_directory = "test/fixtures/bundles" }

  # Of the module alone.
  function_name = "genai-proxy"
  function_arn  = "arn:aws:lambda:eu-west-1:111122223333:function:genai-proxy"
  tags          = {}
}

run "function_url" {
  command = apply

  module {
    source = "./modules/proxy"
  }

  assert {
    condition     = aws_lambda_function_url.this["url"].invoke_mode == "RESPONSE_STREAM" && aws_lambda_function_url.this["url"].authorization_type == "NONE"
    error_message = "The URL must stream, and leave the check of keys to the function."
  }

  assert {
    condition     = aws_lambda_permission.url["url"].action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.url["url"].function_url_auth_type == "NONE"
    error_message = "The first permission must be limited to requests through the URL."
  }

  assert {
    condition = [for resource in values(jsondecode(aws_cloudformation_stack.permission["url"].template_body).Resources) : resource] == [{
      Type = "AWS::Lambda::Permission"
      Properties = {
        Action                = "lambda:InvokeFunction"
        FunctionName          = "arn:aws:lambda:eu-west-1:111122223333:function:genai-proxy"
        Principal             = "*"
        InvokedViaFunctionUrl = true
      }
    }]
    error_message = "A public lambda:InvokeFunction must be limited to requests through the URL."
  }

  assert {
    condition     = !endswith(output.url, "/") && startswith(output.url, "https://")
    error_message = "Clients append their paths to the URL, got ${output.url}."
  }
}

run "cloudfront" {
  command = apply

  variables {
    front          = "cloudfront"
    origin_secrets = ["new-0123456789abcdef0123456789abcdef", "old-0123456789abcdef0123456789abcdef"]
    domain         = { name = "ai.example.com", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1" }
    web_acl        = { arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/genai/1a2b" }
    cloudfront     = { access_log_bucket = "logs.s3.amazonaws.com" }
  }

  module {
    source = "./modules/proxy"
  }

  assert {
    condition = one([for origin in aws_cloudfront_distribution.this["distribution"].origin : {
      domain  = origin.domain_name
      headers = { for header in origin.custom_header : header.name => header.value }
      timeout = one(origin.custom_origin_config).origin_read_timeout
      https   = one(origin.custom_origin_config).origin_protocol_policy
      }]) == {
      domain  = "abcdefghij.lambda-url.eu-west-1.on.aws"
      headers = { "x-sentry-origin" = "new-0123456789abcdef0123456789abcdef" }
      timeout = 60
      https   = "https-only"
    }
    error_message = "CloudFront must send the first secret to the Function URL, over HTTPS, and wait for 60 s."
  }

  assert {
    condition = one([for behavior in aws_cloudfront_distribution.this["distribution"].default_cache_behavior : [
      behavior.cache_policy_id, behavior.origin_request_policy_id, behavior.viewer_protocol_policy, behavior.compress, contains(behavior.allowed_methods, "POST")
    ]]) == ["4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac", "https-only", false, true]
    error_message = "Nothing is cached or compressed, and all headers but Host are forwarded."
  }

  assert {
    condition     = aws_cloudfront_distribution.this["distribution"].http_version == "http2" && aws_cloudfront_distribution.this["distribution"].web_acl_id == "arn:aws:wafv2:us-east-1:111122223333:global/webacl/genai/1a2b" && alltrue([for certificate in aws_cloudfront_distribution.this["distribution"].viewer_certificate : certificate.acm_certificate_arn == "arn:aws:acm:us-east-1:111122223333:certificate/1" && certificate.minimum_protocol_version == "TLSv1.2_2021" && certificate.ssl_support_method == "sni-only"])
    error_message = "The AWS SDK for JavaScript needs HTTP/2; the web ACL and the certificate are those given."
  }

  assert {
    condition     = output.url == "https://ai.example.com" && output.dns_target == { name = "d111111abcdef8.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" } && output.distribution_id != null
    error_message = "Clients use the domain, whose record points to the distribution: ${output.url}."
  }

  assert {
    condition     = aws_lambda_function_url.this["url"].authorization_type == "NONE" && length(aws_cloudformation_stack.permission) == 1 && length(aws_api_gateway_rest_api.this) == 0
    error_message = "The Function URL behind it has both of its permissions, and there is no other front."
  }
}

run "rest_api" {
  command = apply

  variables {
    front          = "rest_api"
    stream_seconds = 600
    rest_api       = { throttling = { rate = 20, burst = 40 } }
    domain         = { name = "ai.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1" }
    web_acl        = { arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/genai/1a2b" }
  }

  module {
    source = "./modules/proxy"
  }

  assert {
    condition = toset(flatten([for path in values(jsondecode(aws_api_gateway_rest_api.this["public"].body).paths) : [
      for method in values(path) : jsonencode(method["x-amazon-apigateway-integration"])
      ]])) == toset([jsonencode({
      httpMethod           = "POST"
      passthroughBehavior  = "when_no_match"
      responseTransferMode = "STREAM"
      timeoutInMillis      = 600000
      type                 = "aws_proxy"
      uri                  = "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-west-1:111122223333:function:genai-proxy/response-streaming-invocations"
    })])
    error_message = "Every path and method must stream from the function: ${aws_api_gateway_rest_api.this["public"].body}."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this["public"].body)["x-amazon-apigateway-binary-media-types"] == ["*/*"] && keys(jsondecode(aws_api_gateway_rest_api.this["public"].body).paths) == ["/", "/{path+}"]
    error_message = "Bodies must reach the function as they are, on every path."
  }

  assert {
    condition     = one(aws_api_gateway_rest_api.this["public"].endpoint_configuration).types == tolist(["REGIONAL"]) && length(aws_api_gateway_rest_api_policy.this) == 0 && aws_api_gateway_rest_api.this["public"].disable_execute_api_endpoint
    error_message = "Without VPC endpoints it is public, here by its domain alone."
  }

  assert {
    condition = one([for settings in aws_api_gateway_method_settings.this["public"].settings : [
      settings.throttling_rate_limit, settings.throttling_burst_limit, settings.logging_level, settings.data_trace_enabled
    ]]) == [20, 40, "OFF", false]
    error_message = "It must be throttled, and never log headers."
  }

  assert {
    condition     = !can(regex("(?i)header|authori|api_?key|token|query", one(aws_api_gateway_stage.this["public"].access_log_settings).format))
    error_message = "An access line must have no credential: ${one(aws_api_gateway_stage.this["public"].access_log_settings).format}."
  }

  assert {
    condition     = aws_lambda_permission.api["api"].principal == "apigateway.amazonaws.com" && aws_lambda_permission.api["api"].source_arn == "arn:aws:execute-api:eu-west-1:111122223333:restapiid1/proxy/*"
    error_message = "Only its own stage may invoke the function: ${aws_lambda_permission.api["api"].source_arn}."
  }

  assert {
    condition     = length(aws_lambda_function_url.this) == 0 && length(aws_lambda_permission.url) == 0 && length(aws_cloudformation_stack.permission) == 0
    error_message = "There must be no public URL as well."
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this["public"].web_acl_arn == "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/genai/1a2b" && aws_wafv2_web_acl_association.this["public"].resource_arn == aws_api_gateway_stage.this["public"].arn
    error_message = "The web ACL must protect the stage."
  }

  assert {
    condition     = output.url == "https://ai.example.com" && output.dns_target == { name = "d-1.execute-api.eu-west-1.amazonaws.com", zone_id = "Z1" } && output.rest_api == { name = "genai-proxy", stage = "proxy" }
    error_message = "Clients use the domain, whose record points to the API: ${output.url}."
  }
}

run "private_rest_api" {
  command = apply

  variables {
    front    = "rest_api"
    rest_api = { vpc_endpoint_ids = ["vpce-0123456789abcdef0"], access_log = false }
  }

  module {
    source = "./modules/proxy"
  }

  assert {
    condition     = one(aws_api_gateway_rest_api.this["private"].endpoint_configuration).types == tolist(["PRIVATE"]) && one(aws_api_gateway_rest_api.this["private"].endpoint_configuration).vpc_endpoint_ids == toset(["vpce-0123456789abcdef0"]) && aws_api_gateway_rest_api.this["private"].put_rest_api_mode == "merge"
    error_message = "It must be private to the endpoint."
  }

  assert {
    condition = [for statement in jsondecode(aws_api_gateway_rest_api_policy.this["private"].policy).Statement : [statement.Effect, statement.Resource, try(statement.Condition.StringNotEquals["aws:SourceVpce"], [])]] == [
      ["Allow", "arn:aws:execute-api:eu-west-1:111122223333:restapiid1/*", []],
      ["Deny", "arn:aws:execute-api:eu-west-1:111122223333:restapiid1/*", ["vpce-0123456789abcdef0"]],
    ]
    error_message = "Requests that come by another way must be denied: ${aws_api_gateway_rest_api_policy.this["private"].policy}."
  }

  assert {
    condition     = output.url == "https://restapiid1-vpce-0123456789abcdef0.execute-api.eu-west-1.amazonaws.com/proxy" && length(aws_cloudwatch_log_group.access) == 0 && length(aws_api_gateway_stage.this["private"].access_log_settings) == 0
    error_message = "Clients reach it by the name of the endpoint: ${output.url}."
  }
}

run "root" {
  command = apply

  variables {
    default_cost_center = "sales"
    proxy               = { enabled = true, stream_seconds = 600, allow_fields = ["novelty"] }
  }

  assert {
    condition     = local.functions["proxy"].timeout_seconds == 600 && local.functions["proxy"].environment.AUTHENTICATION == "key"
    error_message = "The function must run as long as its longest stream, and never without keys."
  }

  assert {
    condition     = jsondecode(module.functions["proxy"].policy_json) == jsondecode(file("test/golden/iam/proxy.json"))
    error_message = "Not as in test/golden/iam/proxy.json; if it should be so, put there: ${module.functions["proxy"].policy_json}"
  }

  assert {
    condition     = jsondecode(local.policy_settings).proxy.allow_fields == ["novelty"]
    error_message = "The function must find the settings of the proxy in the policy."
  }

  assert {
    condition     = length([for statement in local.functions["proxy"].statements : statement if contains(statement.actions, "bedrock:InvokeModelWithResponseStream")]) == 2
    error_message = "The proxy must be able to stream from profiles and models."
  }

  assert {
    condition = alltrue([
      for statement in local.functions["proxy"].statements : !contains(statement.actions, "dynamodb:PutItem") || jsonencode(statement.conditions) == jsonencode(local.is_key_use)
    ])
    error_message = "The proxy must not be able to write keys or limits."
  }
}

run "without_proxy" {
  command = plan

  assert {
    condition     = !contains(keys(local.functions), "proxy") && output.proxy_url == null
    error_message = "Without proxy.enabled there must be no proxy."
  }
}

run "root_with_cloudfront" {
  command = apply

  variables {
    models               = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } }, claude = { model_id = "eu.anthropic.claude-haiku-4-5-20251001-v1:0" } }
    proxy                = { enabled = true, front = "cloudfront" }
    proxy_origin_secrets = ["new-0123456789abcdef0123456789abcdef", "old-0123456789abcdef0123456789abcdef"]
  }

  assert {
    condition = { for name in ["ORIGIN_DIGESTS", "ANSWER_SECONDS"] : name => local.functions["proxy"].environment[name] } == {
      ORIGIN_DIGESTS = "${sha256("new-0123456789abcdef0123456789abcdef")},${sha256("old-0123456789abcdef0123456789abcdef")}"
      ANSWER_SECONDS = "57"
    }
    error_message = "The function must know both secrets by their digests, and answer 3 s before CloudFront gives up."
  }

  assert {
    condition     = !strcontains(jsonencode([local.functions, local.policy_settings, local.policy_cost_centers, output.client_settings]), "0123456789abcdef0123456789abcdef")
    error_message = "Neither the function nor the policy may have a secret."
  }

  assert {
    condition     = output.proxy_url == "https://d111111abcdef8.cloudfront.net" && output.proxy_dns_target == null && output.client_settings.claude_code_anthropic == "export ANTHROPIC_BASE_URL=https://d111111abcdef8.cloudfront.net/anthropic ANTHROPIC_AUTH_TOKEN=$KEY ANTHROPIC_MODEL=eu.anthropic.claude-haiku-4-5-20251001-v1:0"
    error_message = "Clients use the distribution: ${jsonencode(output.client_settings)}."
  }

  assert {
    condition     = alltrue([for settings in values(output.client_settings) : strcontains(settings, "$KEY") && strcontains(settings, output.proxy_url)]) && length(output.client_settings) == 8
    error_message = "Every client has its lines, with a place for the key: ${jsonencode(output.client_settings)}."
  }

  assert {
    condition     = alltrue([for key in ["front_errors", "front_refusals"] : module.observability.alarms[key].dimensions == tomap({ FunctionName = "genai-proxy" })])
    error_message = "The front must have alarms in the region of the deployment."
  }

  assert {
    condition     = strcontains(module.observability.dashboard_bodies["genai"], "AWS/CloudFront") && strcontains(module.observability.dashboard_bodies["genai"], "Url5xxCount")
    error_message = "The dashboard must show the front."
  }
}

run "root_with_rest_api" {
  command = apply

  variables {
    functions = { bundle_directory = "test/fixtures/bundles", vpc = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] } }
    proxy     = { enabled = true, front = "rest_api", rest_api = { vpc_endpoint_ids = ["vpce-0123456789abcdef0"] } }
  }

  assert {
    condition     = local.functions["proxy"].environment.ANSWER_SECONDS == "297" && !contains(keys(local.functions["proxy"].environment), "ORIGIN_DIGESTS")
    error_message = "The function must answer 3 s before the API gives up."
  }

  assert {
    condition     = output.proxy_url == "https://restapiid1-vpce-0123456789abcdef0.execute-api.eu-west-1.amazonaws.com/proxy" && output.client_settings.boto3 == "export AWS_DEFAULT_REGION=eu-west-1 AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${output.proxy_url} AWS_BEARER_TOKEN_BEDROCK=$KEY"
    error_message = "Clients use the private API: ${output.client_settings.boto3}."
  }

  assert {
    condition     = alltrue([for key in ["front_errors", "front_refusals"] : module.observability.alarms[key].dimensions == tomap({ ApiName = "genai-proxy", Stage = "proxy" })])
    error_message = "The alarms must be those of the REST API."
  }

  assert {
    condition     = !strcontains(module.observability.dashboard_bodies["genai"], "AWS/CloudFront") && strcontains(module.observability.dashboard_bodies["genai"], "AWS/ApiGateway")
    error_message = "The dashboard must show the REST API."
  }
}

run "tokens_without_api" {
  command = apply

  variables {
    proxy = { enabled = true }
    api   = { enabled = false }
  }

  assert {
    condition     = local.functions["gateway"].environment.FRONT == "none" && output.token_function_arn == module.functions["gateway"].arn
    error_message = "Without an API the function makes tokens only, and checks the identity of its caller itself."
  }

  assert {
    condition     = [for statement in jsondecode(output.caller_policy_json["sales"]).Statement : { actions = statement.Action, resources = statement.Resource }] == [{ actions = ["lambda:InvokeFunction"], resources = [module.functions["gateway"].arn] }]
    error_message = "Callers need the right to invoke the function that makes tokens, got ${output.caller_policy_json["sales"]}."
  }
}
