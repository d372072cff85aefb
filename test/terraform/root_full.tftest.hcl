mock_provider "aws" {
  source = "./mocks"
}

# The roles that may call Bedrock, with different ARNs.
override_resource {
  target = module.functions["validate-and-set-context"].module.role.aws_iam_role.this
  values = { arn = "arn:aws:iam::111122223333:role/genai-validate-and-set-context" }
}

override_resource {
  target = module.functions["invoke-model"].module.role.aws_iam_role.this
  values = { arn = "arn:aws:iam::111122223333:role/genai-invoke-model" }
}

override_resource {
  target = module.functions["gateway"].module.role.aws_iam_role.this
  values = { arn = "arn:aws:iam::111122223333:role/genai-gateway" }
}

variables {
  name      = "genai"
  execution = "workflow"
  models = {
    "nova-lite"        = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } }
    "claude-3-5-haiku" = { model_id = "eu.anthropic.claude-haiku-4-5-20251001-v1:0", limits = [{ window = "day", unit = "tokens", amount = 20000000 }] }
    "sonnet"           = { model_id = "global.anthropic.claude-sonnet-4-6" }
    "in-house" = {
      model_id          = "arn:aws:bedrock:eu-west-1:111122223333:imported-model/abcdef123456"
      inference_profile = false
      context_tokens    = 32000
      max_output_tokens = 4096
      price             = { input = 0.1, output = 0.4 }
    }
  }
  applications = {
    "docs-helper" = { environments = ["dev", "production"] }
    "chat"        = { environments = ["production"] }
  }
  cost_centers = {
    sales = {
      model        = "claude-3-5-haiku"
      models       = ["claude-3-5-haiku", "nova-lite", "in-house"]
      applications = ["docs-helper", "chat"]
      limits = [
        {
          name     = "monthly-budget", window = "month", unit = "usd", amount = 0.000000001, notify_at = [50, 80, 100]
          ceilings = [{ percent = 80, environment = "dev" }, { percent = 90, model = "claude-3-5-haiku", fallback = "nova-lite" }]
        },
        { window = "minute", unit = "requests", amount = 60, application = "docs-helper" },
        { window = "day", unit = "tokens", amount = 9007199254740991, mode = "observe" },
      ]
      callers      = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales-*"], jwt = { team = "sales" }, applications = ["chat"] }
      alert_emails = ["sales-finops@example.com"]
    }
    support = { models = ["sonnet"], applications = ["chat"] }
  }
  default_cost_center = "support"
  organization        = { limits = [{ window = "month", unit = "usd", amount = 9007199.254740991 }] }
  time_zone           = "Europe/Berlin"
  ledger              = { shards = 64, lease_seconds = 60, history_windows = 24, reservation = "count", expired_reservation = "release", on_ledger_error = "allow" }
  log_prompts         = true

  access_policies     = { exceptions = ["arn:aws:iam::*:role/research/notebook-*"], confine_sentry = true }
  api                 = { throttling = { rate = 5, burst = 10 } }
  functions           = { bundle_directory = "test/fixtures/bundles", memory_mb = { "gateway" = 1024 }, reserved_concurrency = { "sweep-reservations" = 1 }, tracing = true }
  workflow            = { log_level = "ALL", include_execution_data = true, tracing = true }
  event_bus_name      = "alerts"
  kms_key_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234"
  log_retention_days  = 30
  deletion_protection = false
  tags                = { team = "platform" }

  alerts               = { emails = ["finops@example.com"], kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/5678" }
  budgets              = { amounts = { support = 12.5 }, action = { policy_arn = "arn:aws:iam::111122223333:policy/deny-bedrock", roles = { support = ["support-app"] } } }
  anomaly_detection    = { enabled = true, frequency = "weekly", minimum_impact_usd = 1 }
  cost_allocation_tags = { enabled = true, keys = ["costCenter"] }
  reconciliation       = { enabled = true, tolerance_percent = 2.5, fold = true }
  observability        = { metrics = "full" }
  cost_reports         = { enabled = true, periods = ["month"], bucket_name = "finops-reports", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/9012" }
}

run "workflow" {
  command = apply

  assert {
    condition = jsonencode(keys(output.inference_profile_arns)) == jsonencode([
      "sales/chat/production/claude-3-5-haiku",
      "sales/chat/production/nova-lite",
      "sales/docs-helper/dev/claude-3-5-haiku",
      "sales/docs-helper/dev/nova-lite",
      "sales/docs-helper/production/claude-3-5-haiku",
      "sales/docs-helper/production/nova-lite",
      "support/chat/production/sonnet",
    ])
    error_message = "Every combination that may call has a profile, unless its model wants none: ${jsonencode(keys(output.inference_profile_arns))}."
  }

  assert {
    condition     = length(jsondecode(local.policy_cost_centers["sales"]).inference_profiles) == 6 && length(jsondecode(local.policy_cost_centers["support"]).inference_profiles) == 1
    error_message = "A cost center's item holds its own profiles and no other's."
  }

  assert {
    condition     = jsondecode(local.policy_cost_centers["sales"]).config.limits[0].amount == 0.000000001 && jsondecode(local.policy_cost_centers["sales"]).config.limits[2].amount == 9007199254740991
    error_message = "The smallest and the largest amount must be written exactly: ${local.policy_cost_centers["sales"]}."
  }

  assert {
    condition     = local.identity == "iam" && local.functions["gateway"].environment.IDENTITY == "iam"
    error_message = "With callers, they are bound as the API authorizes."
  }

  assert {
    condition     = local.model_timeout_seconds == 30
    error_message = "A model call must end before its reservation does."
  }

  # The gateway's policy depends on how calls are executed.
  assert {
    condition = alltrue([
      for name, function in module.functions : jsondecode(function.policy_json) == jsondecode(file("test/golden/iam/${name == "gateway" ? "gateway-workflow" : name}.json"))
    ])
    error_message = "Not as in test/golden/iam; if it should be so, put there: ${jsonencode({
      for name, function in module.functions : name => function.policy_json
      if jsondecode(function.policy_json) != jsondecode(file("test/golden/iam/${name == "gateway" ? "gateway-workflow" : name}.json"))
    })}"
  }

  assert {
    condition     = module.functions["reconcile-costs"].name == "genai-reconcile-costs" && contains(keys(local.functions), "reconcile-costs")
    error_message = "The reconciliation runs where it is enabled."
  }

  assert {
    condition     = module.functions["reconcile-costs"].dead_letter_queue_arn != null
    error_message = "Runs of the reconciliation that failed are kept as those of the sweep are."
  }

  # As the scheduler replaces it, with brackets and not their escapes.
  assert {
    condition     = { for name, schedule in module.functions["publish-report"].schedules : name => [schedule.expression, schedule.input] } == { month = ["cron(0 6 3 * ? *)", "{\"report\":\"month\",\"time\":\"<aws.scheduler.scheduled-time>\"}"] }
    error_message = "Only months are reported, two days after their last, got ${jsonencode(module.functions["publish-report"].schedules)}."
  }

  assert {
    condition     = output.report_bucket_name == "finops-reports"
    error_message = "The settings of the reports must reach their bucket, got ${jsonencode(output.report_bucket_name)}."
  }

  assert {
    condition     = jsondecode(output.caller_policy_json["sales"]) == jsondecode(file("test/golden/iam/caller.json"))
    error_message = "Not as in test/golden/iam/caller.json; if it should be so, put there: ${output.caller_policy_json["sales"]}"
  }

  assert {
    condition     = jsondecode(output.deny_direct_bedrock_scp_json) == jsondecode(file("test/golden/access-policies/scp.json"))
    error_message = "Not as in test/golden/access-policies/scp.json; if it should be so, put there: ${output.deny_direct_bedrock_scp_json}"
  }

  assert {
    condition     = jsondecode(output.deny_direct_bedrock_policy_json) == jsondecode(file("test/golden/access-policies/policy.json"))
    error_message = "Not as in test/golden/access-policies/policy.json; if it should be so, put there: ${output.deny_direct_bedrock_policy_json}"
  }
}

run "observability" {
  command = plan

  variables {
    observability = { metrics = "full", thresholds = { utilization_percent = 80, throttles = 0 }, utilization_windows = ["month"], alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:pager"] }
  }

  assert {
    condition = [for limit in local.observed_limits : "${limit.cost_center} ${limit.limit} ${limit.window} ${limit.mode}"] == [
      "all claude-3-5-haiku/day-tokens day enforce",
      "sales monthly-budget month enforce",
      "sales minute-requests-docs-helper minute enforce",
      "sales day-tokens day observe",
      "all organization/month-usd month enforce",
    ]
    error_message = "Limits are named as in the functions' metrics: ${jsonencode(local.observed_limits)}."
  }

  assert {
    condition     = output.dashboard_name == "genai-eu-west-1" && endswith(output.dashboard_url, "#dashboards:name=genai-eu-west-1") && output.cost_center_dashboard_urls["sales"] == output.dashboard_url
    error_message = "The dashboard has the deployment's name and region."
  }

  assert {
    condition     = [for key in keys(module.observability.alarms) : key if startswith(key, "utilization") || startswith(key, "throttles")] == ["utilization_all_organization/month-usd", "utilization_sales_monthly-budget"]
    error_message = "The thresholds and windows reach the alarms: ${jsonencode(keys(module.observability.alarms))}."
  }

  assert {
    condition     = module.observability.alarms["utilization_sales_monthly-budget"].threshold == 80 && module.observability.alarms["denials_sales"].threshold == 50
    error_message = "A variable that is not set has its default."
  }
}

run "direct" {
  command = apply

  variables {
    execution   = "direct"
    kms_key_arn = null
    functions   = { bundle_directory = "test/fixtures/bundles", vpc = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] } }
  }

  assert {
    condition     = jsondecode(module.functions["gateway"].policy_json) == jsondecode(file("test/golden/iam/gateway-direct.json"))
    error_message = "Not as in test/golden/iam/gateway-direct.json; if it should be so, put there: ${module.functions["gateway"].policy_json}"
  }

  assert {
    condition     = contains(jsondecode(output.deny_direct_bedrock_scp_json).Statement[0].Condition.ArnNotLike["aws:PrincipalArn"], "arn:aws:iam::111122223333:role/genai-gateway")
    error_message = "In direct execution the gateway calls Bedrock: ${output.deny_direct_bedrock_scp_json}"
  }

  assert {
    condition     = module.functions["gateway"].log_group.name == output.audit_log_group_name
    error_message = "In direct execution the gateway writes the audit lines."
  }

  assert {
    condition     = local.functions["gateway"].environment.EVENT_BUS_NAME == "alerts" && local.functions["gateway"].environment.DEPLOYMENT == var.name && !contains(keys(local.functions["gateway"].environment), "STATE_MACHINE_ARN")
    error_message = "In direct execution the gateway alerts by itself and starts no workflow."
  }
}

run "operators" {
  command = apply

  variables {
    access_policies = { operators = ["arn:aws:iam::111122223333:role/terraform"] }
    workflow        = { starters = ["arn:aws:iam::111122223333:role/nightly-batch"] }
  }

  assert {
    condition     = alltrue([for sid in ["ProtectTheSentry", "ProtectTheWorkflow", "ProtectItsProfiles", "ProtectAccountSettings", "ProtectNamesOfSso"] : contains(jsondecode(output.deny_direct_bedrock_policy_json).Statement[*].Sid, sid)])
    error_message = "With operators the sentry is protected: ${output.deny_direct_bedrock_policy_json}"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.deny_direct_bedrock_policy_json).Statement :
      contains(statement.Condition.ArnNotLike["aws:PrincipalArn"], "arn:aws:iam::111122223333:role/nightly-batch") if statement.Sid == "ProtectTheWorkflow"
    ])
    error_message = "The named starter may start the workflow: ${output.deny_direct_bedrock_policy_json}"
  }

  assert {
    condition     = length(output.deny_direct_bedrock_scp_json) <= 5120 && local.functions["validate-and-set-context"].environment.DIRECT_STARTS == "accepted"
    error_message = "The document fits, and the workflow accepts direct starts."
  }
}

run "jwt" {
  command = apply

  variables {
    api = { authorization = "jwt", jwt = { issuer = "https://login.example.com", audience = ["genai"] }, function_url = false }
  }

  assert {
    condition     = local.identity == "jwt"
    error_message = "With callers, they are bound as the API authorizes."
  }

  assert {
    condition     = alltrue([for policy in values(output.caller_policy_json) : policy == null]) && output.function_url == null
    error_message = "A caller with a token needs no IAM policy."
  }
}

run "billing" {
  command = apply

  assert {
    condition     = output.budget_names == { sales = "genai_eu-west-1_sales", support = "genai_eu-west-1_support" }
    error_message = "Limits and given amounts make budgets, got ${jsonencode(output.budget_names)}."
  }

  # The least that AWS Budgets knows is a cent; the limit is a billionth of a dollar.
  assert {
    condition     = local.budget_amounts == { sales = 0.01, support = 12.5 }
    error_message = "The amounts are ${jsonencode(local.budget_amounts)}."
  }

  assert {
    condition     = module.budgets.action_role_arn != null && length(module.budgets.anomaly_monitor_arns) == 1 && toset(module.cost_allocation_tags.tag_keys) == toset(["costCenter"])
    error_message = "The action, anomaly detection and the tags must be on."
  }
}

run "the_smallest_whole_limit_of_a_month_is_the_budget" {
  command = plan

  expect_failures = [check.callers]

  variables {
    budgets = {}
    cost_centers = {
      sales = {
        models       = ["nova-lite"]
        applications = ["chat"]
        limits = [
          { window = "month", unit = "usd", amount = 500 },
          { name = "seen", window = "month", unit = "usd", amount = 200.126, mode = "observe" },
          { window = "month", unit = "usd", amount = 100, model = "nova-lite" },
          { window = "day", unit = "usd", amount = 10 },
        ]
      }
      support = { models = ["sonnet"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 100, application = "chat" }] }
    }
  }

  assert {
    condition     = local.budget_amounts.sales == 200.13
    error_message = "A limit that is narrowed, or of another window, is no budget: ${jsonencode(local.budget_amounts)}."
  }

  assert {
    condition     = local.budget_amounts.support == null
    error_message = "A narrowed limit alone makes no budget: ${jsonencode(local.budget_amounts)}."
  }
}

run "without_budgets" {
  command = plan

  variables {
    budgets = { enabled = false, amounts = { support = 12.5 } }
  }

  assert {
    condition     = output.budget_names == {}
    error_message = "enabled = false leaves none."
  }
}
