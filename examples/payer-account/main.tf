# Everything that AWS allows only in the payer account: activation of the cost allocation tags,
# anomaly monitors on them, and the export of the bill of all accounts. Apply it with the payer
# account's credentials, a day after the first call through the sentry.

provider "aws" {
  region = "us-east-1" # exports exist only there
}

module "cost_allocation_tags" {
  source = "../../modules/cost-allocation-tags"

  tag_keys = values(var.tag_keys)
}

module "anomalies" {
  source = "../../modules/budgets"

  name         = var.name
  account_id   = var.account_id
  cost_centers = { for value in var.cost_centers : value => {} }
  tag_key      = var.tag_keys.cost_center
  anomaly_detection = {
    frequency          = "daily"
    emails             = var.emails
    minimum_impact_usd = 25
  }

  depends_on = [module.cost_allocation_tags]
}

module "export" {
  source   = "../../modules/reporting"
  for_each = toset(var.export ? ["cur"] : [])

  name          = var.name
  account_id    = var.account_id
  tag_keys      = values(var.tag_keys)
  iam_principal = true

  depends_on = [module.cost_allocation_tags]
}
