# Values of the same configuration that are known only after apply do not keep a plan from being made.

mock_provider "aws" {
  source = "./mocks"

  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
}

run "plans_with_values_that_are_known_only_after_apply" {
  command = plan

  module {
    source = "./test/fixtures/known-after-apply"
  }

  assert {
    condition     = keys(output.sentry.caller_policy_json) == ["sales"]
    error_message = "The plan knows whose policies there will be."
  }
}
