mock_provider "aws" {
  source = "./mocks"
}

variables {
  name         = "genai"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { chat = { environments = ["production"] } }
  cost_centers = { sales = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 100 }], callers = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales"] } } }
  functions    = { bundle_directory = "test/fixtures/bundles" }
}

run "module" {
  command = apply

  variables {
    function_name = "genai-proxy"
    function_arn  = "arn:aws:lambda:eu-west-1:111122223333:function:genai-proxy"
  }

  module {
    source = "./modules/proxy"
  }

  assert {
    condition     = aws_lambda_function_url.this.invoke_mode == "RESPONSE_STREAM" && aws_lambda_function_url.this.authorization_type == "NONE"
    error_message = "The URL must stream, and leave the check of keys to the function."
  }

  assert {
    condition     = aws_lambda_permission.url.action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.url.function_url_auth_type == "NONE"
    error_message = "The first permission must be limited to requests through the URL."
  }

  assert {
    condition = [for resource in values(jsondecode(aws_cloudformation_stack.permission.template_body).Resources) : resource] == [{
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
