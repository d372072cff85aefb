# Activates the cost allocation tags, which only the payer account can do. Apply it with the payer
# account's credentials, a day after the first call through the sentry.

provider "aws" {
  region = "us-east-1"
}

module "cost_allocation_tags" {
  source = "../../modules/cost-allocation-tags"

  tag_keys = ["costCenter", "applicationId", "environment"]
}
