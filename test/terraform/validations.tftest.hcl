# Each rule of variables.tf once, several variables to a run, and one run for what policy-validation.tf finds: all
# that it finds, and the messages, are in the table of test/fixtures/broken.

mock_provider "aws" {
  source = "./test/fixtures/mocks"
}

variables {
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    research = { models = ["nova-lite"], applications = ["chat"], callers = { jwt = { team = "research" } } }
  }
  functions = { bundle_directory = "test/fixtures/bundles" }
}

run "refuses_values_that_are_none_of_those_allowed" {
  command = plan

  variables {
    name                = "Gen_AI"
    time_zone           = ""
    execution           = "standard"
    default_cost_center = "marketing"
    ledger              = { shards = 0 }
    api                 = { authorization = "cognito" }
    workflow            = { log_level = "DEBUG" }
    functions           = { bundle_directory = "test/fixtures/bundles", memory_mb = { "router" = 512 } }
    kms_key_arn         = "alias/genai"
    log_retention_days  = 42
  }

  expect_failures = [var.name, var.time_zone, var.execution, var.default_cost_center, var.ledger, var.api, var.workflow, var.functions, var.kms_key_arn, var.log_retention_days]
}

run "refuses_what_goes_too_far_or_does_not_go_together" {
  command = plan

  variables {
    name      = "generative-ai-platform-production-eu"
    ledger    = { lease_seconds = 60.5 }
    api       = { authorization = "jwt" }
    workflow  = { include_execution_data = true }
    functions = { bundle_directory = "test/fixtures/bundles", memory_mb = { "gateway" = 64 } }
  }

  expect_failures = [var.name, var.ledger, var.api, var.workflow, var.functions]
}

run "refuses_nothing_to_call_and_too_much_history" {
  command = plan

  variables {
    models    = {}
    ledger    = { history_windows = 25 }
    api       = { throttling = { burst = 0 } }
    functions = { bundle_directory = "test/fixtures/bundles", reserved_concurrency = { "gateway" = 1.5 } }
  }

  expect_failures = [var.models, var.ledger, var.api, var.functions]
}

run "refuses_nobody_to_pay_and_an_unknown_reservation" {
  command = plan

  variables {
    cost_centers = {}
    ledger       = { reservation = "lax" }
    identity     = "jwt"
  }

  expect_failures = [var.cost_centers, var.ledger, var.identity]
}

run "refuses_an_unknown_expired_reservation_and_an_identity_of_none" {
  command = plan

  variables {
    ledger   = { expired_reservation = "forget" }
    api      = { authorization = "none" }
    identity = "none"
  }

  expect_failures = [var.ledger, var.identity]
}

run "refuses_an_unknown_on_ledger_error" {
  command = plan

  variables {
    ledger = { on_ledger_error = "ignore" }
  }

  expect_failures = [var.ledger]
}

run "refuses_an_alert_to_no_address_and_a_budget_of_nobody" {
  command = plan

  variables {
    alerts  = { emails = ["finops"] }
    budgets = { amounts = { marketing = 5 } }
  }

  expect_failures = [var.alerts, var.budgets]
}

run "refuses_a_key_that_is_none_and_an_action_for_nobody" {
  command = plan

  variables {
    alerts  = { kms_key_arn = "alias/aws/sns" }
    budgets = { action = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { marketing = ["app"] } } }
  }

  expect_failures = [var.alerts, var.budgets]
}

run "refuses_fractions_of_a_cent_and_a_digest_to_nobody" {
  command = plan

  variables {
    budgets           = { amounts = { research = 1.005 } }
    anomaly_detection = { enabled = true, frequency = "daily" }
  }

  expect_failures = [var.budgets, var.anomaly_detection]
}

run "refuses_an_unknown_frequency" {
  command = plan

  variables {
    anomaly_detection = { frequency = "hourly" }
  }

  expect_failures = [var.anomaly_detection]
}

run "refuses_a_policy_with_a_problem" {
  command = plan

  variables {
    cost_centers = {
      research = { models = ["nova-litte"], applications = ["chat"], callers = { jwt = { team = "research" } } }
    }
  }

  expect_failures = [output.ledger_table_name]
}
