# Keys and values of finance reach every resource and every query of the bill.

mock_provider "aws" {
  source = "./mocks"

  # Exports are made there.
  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
}

variables {
  name         = "genai"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    sales   = { tag_value = "CC-10042", models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
    support = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
  }
  tag_keys             = { cost_center = "CostCenter", environment = "Stage" }
  tags                 = { CostCenter = "CC-1", owner = "platform" }
  identity             = "off"
  functions            = { bundle_directory = "test/fixtures/bundles" }
  anomaly_detection    = { enabled = true }
  cost_allocation_tags = { enabled = true }
  reporting            = { enabled = true, iam_principal = true }
}

run "own_keys_and_values" {
  command = plan

  assert {
    condition     = module.inference_profiles.tags["sales/chat/production/nova-lite"] == { CostCenter = "CC-10042", applicationId = "chat", Stage = "production", owner = "platform", costSentry = "genai" }
    error_message = "Tags of a profile: ${jsonencode(module.inference_profiles.tags)}."
  }

  assert {
    condition     = module.inference_profiles.tags["support/chat/production/nova-lite"].CostCenter == "support"
    error_message = "Without a tag_value, a cost center's name is its tag."
  }

  assert {
    condition     = module.budgets.tag_filters == { sales = "user:CostCenter$CC-10042", support = "user:CostCenter$support" }
    error_message = "Budgets add up the tag of the bill: ${jsonencode(module.budgets.tag_filters)}."
  }

  assert {
    condition     = module.budgets.monitored_tags == { "anomalies-01" = { key = "CostCenter", values = ["CC-10042", "support"] } }
    error_message = "Monitors watch the tag of the bill: ${jsonencode(module.budgets.monitored_tags)}."
  }

  assert {
    condition     = toset(module.cost_allocation_tags.tag_keys) == toset(["CostCenter", "applicationId", "Stage"])
    error_message = "The keys that profiles have are activated."
  }

  assert {
    condition     = module.reporting["cur"].tag_columns == { CostCenter = "user_cost_center", applicationId = "user_application_id", Stage = "user_stage" }
    error_message = "The export has a column for each key: ${jsonencode(module.reporting["cur"].tag_columns)}."
  }

  assert {
    condition     = jsondecode(local.policy_settings).tag_keys == { cost_center = "CostCenter", application = "applicationId", environment = "Stage" } && local.config.cost_centers["sales"].tag_value == "CC-10042"
    error_message = "The functions translate the bill with the stored policy."
  }
}

run "keys_in_two_cases" {
  command = plan

  variables {
    tags     = { Environment = "shared" }
    tag_keys = {}
  }

  expect_failures = [check.tags]
}
