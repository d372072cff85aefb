# That the module's parts refuse what they have to. Every rule, and its message, is in the table of
# test/fixtures/broken, which also runs through the resolver.

run "refuses_unknown_and_missing_keys_and_wrong_types_at_every_depth" {
  command = plan

  module {
    source = "./modules/schema-check"
  }

  variables {
    given = {
      models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
      applications = { "chat" = { environments = ["production"] } }
      cost_centers = { "research" = { models = ["nova-lite"], applications = ["chat"], limit = [] } }
    }
  }

  expect_failures = [output.given]
}

run "takes_values_as_terraform_converts_them" {
  command = plan

  module {
    source = "./modules/schema-check"
  }

  variables {
    given = {
      models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
      applications = { "chat" = { environments = ["production"] } }
      cost_centers = {
        "research" = {
          models       = toset(["nova-lite"])
          applications = ["chat"]
          limits       = [{ window = "month", unit = "usd", amount = "4000", notify_at = ["50"] }]
          callers      = null
        }
      }
      default_cost_center = null
      deletion_protection = "true"
      tags                = { team = 5, cost = true }
    }
  }

  assert {
    condition     = output.given.deletion_protection == "true"
    error_message = "What Terraform converts is not refused."
  }
}

run "refuses_a_policy_with_a_problem" {
  command = plan

  module {
    source = "./modules/configuration"
  }

  variables {
    region       = "us-east-1"
    models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
    applications = { "chat" = { environments = ["production"] } }
    cost_centers = { "research" = { models = ["nova-litte"], applications = ["chat"] } }
    limits       = { "models.nova-lite" = [], "cost_centers.research" = [], organization = [] }
  }

  expect_failures = [output.config]
}
