# Three cost centers, one application, six models. The policy is in terraform.tfvars, which the
# sandbox and the command line read as well; this file has the settings of the deployment.

provider "aws" {
  region = "us-east-1"
}

module "cost_sentry" {
  source = "../../"

  name                = var.name
  models              = var.models
  applications        = var.applications
  cost_centers        = var.cost_centers
  default_cost_center = var.default_cost_center
  organization        = var.organization
  time_zone           = var.time_zone
  ledger              = var.ledger
  execution           = var.execution
  log_prompts         = var.log_prompts

  api                 = { throttling = { rate = 100, burst = 200 } }
  functions           = { memory_mb = { "invoke-model" = 256 } }
  workflow            = { log_level = "ERROR" }
  log_retention_days  = 90
  deletion_protection = false # an example should be easy to destroy

  # Budgets with the amounts of the monthly limits, as a check with the cost that AWS bills.
  alerts = { emails = ["finops@example.com"] }
  budgets = {
    notifications = [
      { type = "actual", percent = 50 },
      { type = "actual", percent = 100 },
      { type = "forecasted", percent = 100 },
    ]
  }
  tags = { Example = "complete" }
}
