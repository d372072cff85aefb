mock_provider "aws" {
  source = "./mocks"
}

run "function" {
  command = apply

  variables {
    name         = "genai"
    models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
    applications = { chat = { environments = ["production"] } }
    cost_centers = { sales = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 100 }], callers = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales"] } } }
    functions    = { bundle_directory = "test/fixtures/bundles" }
    operators    = { iam_role_arns = ["arn:aws:iam::111122223333:role/finops"], jwt = { team = "finops" } }
    proxy        = { enabled = true, authentication = ["key", "jwt"], jwt = { issuer = "https://login.example.com", audience = ["genai"] } }
  }

  assert {
    condition     = local.functions["operate"].environment.AUTHENTICATION == "token,jwt" && local.functions["operate"].environment.JWT_ISSUER == "https://login.example.com"
    error_message = "The function must check tokens, and JWTs of the provider that is configured."
  }

  assert {
    condition     = jsondecode(module.functions["operate"].policy_json) == jsondecode(file("test/golden/iam/operate.json"))
    error_message = "Not as in test/golden/iam/operate.json; if it should be so, put there: ${module.functions["operate"].policy_json}"
  }

  assert {
    condition     = jsondecode(local.policy_settings).operators == { iam_role_arns = ["arn:aws:iam::111122223333:role/finops"], jwt = { team = "finops" } }
    error_message = "The functions must find the operators in the policy."
  }

  assert {
    condition = [for name, settings in local.functions : name if anytrue([
      for statement in settings.statements : contains(statement.actions, "dynamodb:PutItem") && anytrue([
        for partition in flatten([for keys in values(statement.conditions) : try(keys["dynamodb:LeadingKeys"], ["*"])]) : contains(["*", "key", "override"], partition)
      ])
    ])] == ["operate"]
    error_message = "No other function may write keys or limits."
  }
}
