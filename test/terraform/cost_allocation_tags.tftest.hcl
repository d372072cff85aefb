mock_provider "aws" {
  source = "./mocks"
}

run "defaults" {
  command = apply

  module {
    source = "./modules/cost-allocation-tags"
  }

  assert {
    condition     = toset(output.tag_keys) == toset(["applicationId", "costCenter", "environment"]) && alltrue([for tag in values(aws_ce_cost_allocation_tag.this) : tag.status == "Active"])
    error_message = "The three tags of the inference profiles are activated, got ${jsonencode(output.tag_keys)}."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/cost-allocation-tags"
  }

  variables {
    tag_keys = ["team"]
  }

  assert {
    condition     = toset(output.tag_keys) == toset(["team"])
    error_message = "Only the keys that are given are activated."
  }
}

run "refuses_a_key_as_the_bill_writes_it" {
  command = plan

  module {
    source = "./modules/cost-allocation-tags"
  }

  variables {
    tag_keys = ["user:costCenter"]
  }

  expect_failures = [var.tag_keys]
}
