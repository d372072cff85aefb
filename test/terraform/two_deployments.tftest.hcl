# Two deployments in one account and region share no metric, alarm or name.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    sales = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
  }
  identity       = "off"
  functions      = { bundle_directory = "test/fixtures/bundles" }
  reconciliation = { enabled = true }
}

run "second" {
  command = apply

  variables {
    name          = "genai-dev"
    observability = { metrics = "full", namespace = "GenAIRateLimiting.dev" }
  }

  assert {
    condition     = length(module.observability.alarms) > 10 && strcontains(jsonencode(module.observability.alarms), "GenAIRateLimiting.dev") && !strcontains(replace(jsonencode(module.observability.alarms), "GenAIRateLimiting.dev", ""), "GenAIRateLimiting")
    error_message = "Alarms read the namespace of the deployment: ${jsonencode(module.observability.alarms)}."
  }

  assert {
    condition     = length(module.observability.dashboard_names) > 0 && alltrue([for body in values(module.observability.dashboard_bodies) : strcontains(body, "GenAIRateLimiting.dev") && !strcontains(replace(body, "GenAIRateLimiting.dev", ""), "GenAIRateLimiting")])
    error_message = "Dashboards read the namespace of the deployment."
  }

  assert {
    condition     = module.observability.denials.namespace == "GenAIRateLimiting.dev"
    error_message = "The metric filter writes to the namespace of the deployment."
  }

  assert {
    condition     = alltrue([for settings in values(local.functions) : lookup(settings.environment, "METRIC_NAMESPACE", "GenAIRateLimiting.dev") == "GenAIRateLimiting.dev"]) && local.functions["record-outcome"].environment.METRIC_NAMESPACE == "GenAIRateLimiting.dev"
    error_message = "Functions write to the namespace of the deployment."
  }

  assert {
    condition = alltrue([for name in concat(
      values(output.budget_names),
      values(module.inference_profiles.names),
      [output.dashboard_name, output.ledger_table_name],
      module.observability.query_names,
    ) : startswith(name, "genai-dev")])
    error_message = "Names begin with the name of the deployment."
  }
}
