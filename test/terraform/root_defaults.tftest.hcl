mock_provider "aws" {
  source = "./mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./mocks"

  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
}

# Where the caller leaves out whatever can be left out.
variables {
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    research = { models = ["nova-lite"], applications = ["chat"] }
  }
  functions = { bundle_directory = "test/fixtures/bundles" }
}

run "defaults" {
  command = apply

  # Without callers the plan warns: what expect_failures names has to fail.
  expect_failures = [check.callers, check.limits]

  assert {
    condition     = output.ledger_table_name == "bedrock-cost-sentry-ledger" && output.audit_log_group_name == "/bedrock-cost-sentry/audit"
    error_message = "Names begin with the default of `name`, got ${output.ledger_table_name} and ${output.audit_log_group_name}."
  }

  assert {
    condition     = keys(output.inference_profile_arns) == ["research/chat/production/nova-lite"]
    error_message = "One combination has one profile, got ${jsonencode(keys(output.inference_profile_arns))}."
  }

  assert {
    condition     = output.function_url != null && output.api_endpoint != null && output.state_machine_arn != null
    error_message = "There is an API, a Function URL and a state machine."
  }

  assert {
    condition     = !contains(keys(local.functions), "reconcile-costs")
    error_message = "Without `reconciliation` nothing of it is made."
  }

  assert {
    condition     = local.identity == "off"
    error_message = "Without callers there is no one to bind."
  }

  assert {
    condition     = local.functions["gateway"].environment.EXECUTION == "direct" && output.state_machine_arn != null
    error_message = "By default the gateway runs a request itself, and the state machine is there too."
  }

  # The functions and the command line fill in defaults; what Terraform writes must not get ahead of them.
  assert {
    condition     = jsondecode(local.policy_settings).ledger.shards == null && jsondecode(local.policy_settings).name == "bedrock-cost-sentry"
    error_message = "The settings item is ${local.policy_settings}."
  }

  assert {
    condition     = jsondecode(local.policy_cost_centers["research"]).inference_profiles == { "chat/production/nova-lite" = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijkl" }
    error_message = "The item of research is ${local.policy_cost_centers["research"]}."
  }

  assert {
    condition     = jsondecode(local.policy_cost_centers["research"]).config.models == ["nova-lite"]
    error_message = "The item of research is ${local.policy_cost_centers["research"]}."
  }
}

run "billing_by_default" {
  command = apply

  expect_failures = [check.callers, check.limits]

  assert {
    condition     = keys(output.alert_topic_arns) == ["research"] && output.organization_alert_topic_arn != null
    error_message = "Every cost center has a topic, and so has the organization."
  }

  assert {
    condition     = output.budget_names == {} && length(module.budgets.anomaly_monitor_arns) == 0
    error_message = "Without a monthly limit in USD there is no budget."
  }

  assert {
    condition     = length(module.cost_allocation_tags.tag_keys) == 0 && output.cost_report_bucket_name == null
    error_message = "Features that need the payer account are off."
  }
}

run "callers_that_are_not_evaluated" {
  command = plan

  variables {
    cost_centers = {
      research = {
        models       = ["nova-lite"]
        applications = ["chat"]
        callers      = [{ iam_role_arns = ["arn:aws:iam::111122223333:role/research"] }]
        limits       = [{ window = "month", unit = "usd", amount = 5, mode = "observe" }, { window = "day", unit = "usd", amount = 5 }]
      }
    }
    api = { authorization = "none" }
  }

  expect_failures = [check.callers]
}

# A decision that is written out gets no warning.
run "identity_off_is_a_decision" {
  command = plan

  variables {
    cost_centers = {
      research = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "day", unit = "usd", amount = 5 }] }
    }
    identity = "off"
  }

  assert {
    condition     = local.identity == "off"
    error_message = "No caller is bound."
  }
}

run "a_limit_that_only_observes_is_not_enforced" {
  command = plan

  variables {
    cost_centers = {
      research = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "day", unit = "usd", amount = 5, mode = "observe" }] }
    }
    identity = "off"
  }

  expect_failures = [check.limits]
}

# A check that fails fails its run, unless the run expects it.
run "no_warning_with_callers" {
  command = plan

  variables {
    cost_centers = {
      research = {
        models       = ["nova-lite"]
        applications = ["chat"]
        callers      = { iam_role_arns = ["arn:aws:iam::111122223333:role/research"] }
        limits       = [{ window = "day", unit = "usd", amount = 5 }]
      }
    }
  }

  assert {
    condition     = local.identity == "iam"
    error_message = "Callers are bound as the API authorizes."
  }
}

run "reporting" {
  command = plan

  expect_failures = [check.callers, check.limits]

  providers = {
    aws = aws.us_east_1
  }

  variables {
    reporting = { enabled = true, format = "csv", retention_days = 30 }
  }

  assert {
    condition     = output.cost_report_bucket_name == "bedrock-cost-sentry-cur-111122223333"
    error_message = "The bill comes into a bucket of this deployment's, got ${coalesce(output.cost_report_bucket_name, "none")}."
  }
}

run "metrics_that_cost_more_than_the_set_amount" {
  command = plan

  variables {
    identity      = "off"
    organization  = { limits = [{ window = "month", unit = "usd", amount = 500 }] }
    observability = { metrics = "full", warn_above_usd = 3 }
  }

  expect_failures = [check.monitoring_cost]
}

run "a_warning_that_is_turned_off" {
  command = plan

  variables {
    identity      = "off"
    organization  = { limits = [{ window = "month", unit = "usd", amount = 500 }] }
    observability = { metrics = "full", warn_above_usd = 0 }
  }

  assert {
    condition     = local.monitoring_usd > 3
    error_message = "The amount is computed, got ${local.monitoring_usd}."
  }
}
