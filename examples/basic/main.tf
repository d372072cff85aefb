# A small deployment: one cost center, one model, one monthly limit.

provider "aws" {
  region = "us-east-1"
}

module "cost_sentry" {
  source = "../../"

  name         = "basic"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
  applications = { "chat" = { environments = ["production"] } }

  cost_centers = {
    research = {
      models       = ["nova-lite"]
      applications = ["chat"]
      limits       = [{ window = "month", unit = "usd", amount = 50, notify_at = [80, 100] }]
    }
  }
  default_cost_center = "research"

  # With one cost center, no caller can spend the money of another.
  identity = "off"

  # A limit needs none of these; leave the lines out to have them.
  api           = { function_url = false }
  budgets       = { enabled = false }
  functions     = { dead_letters = false }
  observability = { metrics = "none", dashboard = false, alarms = false }

  # Allows a trial to be destroyed.
  deletion_protection = false
}
