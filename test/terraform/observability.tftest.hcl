mock_provider "aws" {
  source = "./mocks"
}

# The names of examples/complete: test/integration/observability holds the golden files against what a
# sandbox of that example writes.
variables {
  name         = "genai"
  models       = ["claude-2", "claude-3-5-haiku", "claude-3-5-sonnet-v2", "claude-3-haiku", "nova-lite", "nova-micro"]
  applications = ["aws-documentation-helper"]
  environments = ["dev", "production", "staging"]
  cost_centers = ["sales", "services", "support"]
  limits = [
    { cost_center = "all", limit = "claude-3-5-haiku/day-tokens", window = "day" },
    { cost_center = "sales", limit = "monthly-budget", window = "month" },
    { cost_center = "sales", limit = "minute-requests-aws-documentation-helper", window = "minute" },
    { cost_center = "sales", limit = "day-tokens", window = "day", mode = "observe" },
    { cost_center = "services", limit = "monthly-budget", window = "month" },
    { cost_center = "services", limit = "minute-requests", window = "minute" },
    { cost_center = "support", limit = "monthly-budget", window = "month" },
    { cost_center = "support", limit = "minute-requests", window = "minute" },
    { cost_center = "support", limit = "hour-output_tokens-claude-3-5-sonnet-v2", window = "hour" },
    { cost_center = "all", limit = "organization/monthly-budget", window = "month" },
  ]
  function_names         = ["genai-gateway", "genai-record-outcome"]
  state_machine_arn      = "arn:aws:states:eu-west-1:111122223333:stateMachine:genai"
  ledger_table_name      = "genai-ledger"
  audit_log_group_name   = "/genai/audit"
  topic_arns             = { sales = "arn:aws:sns:eu-west-1:111122223333:sales" }
  organization_topic_arn = "arn:aws:sns:eu-west-1:111122223333:organization"
  tags                   = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/observability"
  }

  variables {
    drift_percent = 5
  }

  assert {
    condition     = length(output.query_names) == 4 && !strcontains(join(" ", output.query_names), "users")
    error_message = "No limit of users, no query about them: ${jsonencode(output.query_names)}"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this["genai"].dashboard_body) == jsondecode(file("test/golden/observability/dashboard.json"))
    error_message = "Not as in test/golden/observability/dashboard.json; if it should be so, put there: ${aws_cloudwatch_dashboard.this["genai"].dashboard_body}"
  }

  assert {
    condition     = jsonencode(output.alarms) == jsonencode(jsondecode(file("test/golden/observability/alarms.json")))
    error_message = "Not as in test/golden/observability/alarms.json; if it should be so, put there: ${jsonencode(output.alarms)}"
  }

  assert {
    condition     = output.denials == jsondecode(file("test/golden/observability/denials.json")) && aws_cloudwatch_log_metric_filter.denials["denials"].log_group_name == "/genai/audit"
    error_message = "Not as in test/golden/observability/denials.json; if it should be so, put there: ${jsonencode(output.denials)}"
  }

  assert {
    condition     = output.dashboard_names == ["genai-eu-west-1"] && output.dashboard_url == "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards:name=genai-eu-west-1"
    error_message = "Three cost centers fit on one dashboard: ${jsonencode(output.dashboard_names)}, ${output.dashboard_url}."
  }

  assert {
    condition     = length(output.query_names) == 4 && alltrue([for query in aws_cloudwatch_query_definition.this : query.log_group_names == tolist(["/genai/audit"]) && strcontains(query.query_string, "kind = \"audit\"")])
    error_message = "Every saved query reads audit lines of the audit group only."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["denials_sales"].alarm_name == "genai_denials_sales"
    error_message = "The alarms are ${jsonencode(keys(output.alarms))}."
  }
}

# The alarm names the number to set: four times the present one, and never above 64.
run "alarms_name_the_number_of_shards" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    shards     = 4
    thresholds = { shards_item_kilobytes = 8 }
  }

  assert {
    condition     = output.alarm_descriptions["shards"] == "The largest item of an account has 8 KB or more, and each write of it costs as many units: set ledger.shards = 16 (now 4), unless calls that do not complete fill it (ReservationExpired)"
    error_message = "The alarm says: ${output.alarm_descriptions["shards"]}"
  }

  assert {
    condition     = output.alarms["shards"].threshold == 8192 && output.alarms["shards"].metric == "AccountItemBytes" && output.alarms["item_size"].threshold == 204800 && strcontains(output.alarm_descriptions["item_size"], "set ledger.shards = 64 (now 4)")
    error_message = "The alarms on item sizes are ${jsonencode({ for key in ["shards", "item_size"] : key => output.alarms[key] })}"
  }
}

run "alarms_of_64_shards_name_no_more" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    shards     = 64
    thresholds = { item_kilobytes = 0 }
  }

  assert {
    condition     = strcontains(output.alarm_descriptions["shards"], "64 shards are the most: lower ledger.in_flight_max,") && !contains(keys(output.alarms), "item_size")
    error_message = "The alarms say: ${jsonencode(output.alarm_descriptions)}"
  }
}

run "thresholds" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    thresholds          = { utilization_percent = 75, denials = 0 }
    utilization_windows = ["minute"]
    alarm_actions       = ["arn:aws:sns:eu-west-1:111122223333:pager"]
  }

  assert {
    condition     = [for key in keys(aws_cloudwatch_metric_alarm.this) : key if startswith(key, "utilization_") || startswith(key, "denials_")] == ["utilization_sales_minute-requests-aws-documentation-helper", "utilization_services_minute-requests", "utilization_support_minute-requests"]
    error_message = "Limits of a minute have an alarm, denials none: ${jsonencode(keys(aws_cloudwatch_metric_alarm.this))}."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : contains(alarm.alarm_actions, "arn:aws:sns:eu-west-1:111122223333:pager") && length(alarm.alarm_actions) == 2])
    error_message = "Every alarm also tells what alarm_actions names."
  }

  assert {
    condition     = !anytrue([for key in keys(aws_cloudwatch_metric_alarm.this) : startswith(key, "drift_")])
    error_message = "Without a reconciliation there is no alarm of its drift."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["utilization_services_minute-requests"].threshold == 75
    error_message = "The threshold is the one given."
  }
}

run "metrics_by_cost_center_and_model_only" {
  command = apply

  module {
    source = "./modules/observability"
  }

  variables {
    metrics      = "cost_center"
    counts_users = true
  }

  assert {
    condition     = length([for widget in jsondecode(output.dashboard_bodies["genai"]) : widget if widget.type == "log" && startswith(try(widget.properties.query, ""), "SOURCE '/genai/audit' | filter kind = \"audit\"")]) == 2
    error_message = "Users are listed from the audit log: ${output.dashboard_bodies["genai"]}"
  }

  assert {
    condition     = length(output.query_names) == 6 && contains(output.query_names, "genai/top users") && contains(output.query_names, "genai/denials of users")
    error_message = "The queries of the dashboard are saved too: ${jsonencode(output.query_names)}"
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this["genai"].dashboard_body, "{GenAIRateLimiting,CostCenter,Model}") && !can(regex("Environment|Application", aws_cloudwatch_dashboard.this["genai"].dashboard_body))
    error_message = "The dashboard reads the dimensions that are written: ${aws_cloudwatch_dashboard.this["genai"].dashboard_body}"
  }

  assert {
    condition     = alltrue([for alarm in output.alarms : alarm.query == null ? true : !strcontains(alarm.query, "ModelId, CostCenter")]) && output.alarms["settlements"].query == "SELECT SUM(SettlementFailed) FROM SCHEMA(\"GenAIRateLimiting\", CostCenter, Model)"
    error_message = "The alarms read the dimensions that are written: ${jsonencode(output.alarms)}"
  }
}

run "no_metrics_have_no_alarms" {
  command = apply

  module {
    source = "./modules/observability"
  }

  variables {
    metrics = "none"
  }

  assert {
    condition     = length([for key, alarm in output.alarms : key if contains(["LimitUtilization", "AccountItemBytes"], coalesce(alarm.metric, "-")) || try(strcontains(alarm.query, "GenAIRateLimiting"), false)]) == 0
    error_message = "An alarm on a metric that nothing writes never fires: ${jsonencode(keys(output.alarms))}"
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this["genai"].dashboard_body, "TotalRequests")
    error_message = "The dashboard draws nothing that is not written."
  }
}

run "off" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    dashboard = false
    alarms    = false
  }

  assert {
    condition     = output.dashboard_name == null && output.dashboard_url == null && output.dashboard_names == [] && length(output.alarms) == 0 && length(aws_cloudwatch_log_metric_filter.denials) == 0
    error_message = "There are no dashboards and no alarms."
  }
}

# CloudWatch takes 500 widgets and 500 metrics of a widget, and 100 searches of a graph.
run "two_hundred_cost_centers" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms       = false
    models       = [for number in range(120) : "model-${number}"]
    cost_centers = [for number in range(200) : format("center-%03d", number)]
    limits = flatten([for number in range(200) : [for limit in ["monthly-budget", "day-tokens"] :
      { cost_center = format("center-%03d", number), limit = limit, window = "month" }
    ]])
  }

  assert {
    condition     = length(output.dashboard_names) == 11 && output.dashboard_name == "genai-eu-west-1"
    error_message = "There is one dashboard to begin with, and one for about every 20 cost centers: ${jsonencode(output.dashboard_names)}."
  }

  assert {
    condition     = alltrue([for dashboard in aws_cloudwatch_dashboard.this : length(jsondecode(dashboard.dashboard_body).widgets) <= 500])
    error_message = "A dashboard takes 500 widgets."
  }

  assert {
    condition     = alltrue(flatten([for dashboard in aws_cloudwatch_dashboard.this : [for widget in jsondecode(dashboard.dashboard_body).widgets : length(try(widget.properties.metrics, [])) <= 50]]))
    error_message = "A graph is readable with up to 50 lines."
  }

  assert {
    condition     = alltrue([for number in range(200) : length([for name, dashboard in aws_cloudwatch_dashboard.this : name if strcontains(dashboard.dashboard_body, format("Limits of center-%03d ", number))]) == 1])
    error_message = "Every cost center has its limits on one dashboard."
  }
}

run "refuses_a_limit_of_nobody" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    limits = [{ cost_center = "marketing", limit = "monthly-budget", window = "month" }]
  }

  expect_failures = [var.limits]
}

# A search finds at most 500 series.
run "totals_of_many_combinations_are_queries" {
  command = apply

  module {
    source = "./modules/observability"
  }

  variables {
    metrics      = "full"
    cost_centers = [for index in range(40) : "center-${index}"]
    limits       = []
  }

  assert {
    condition     = alltrue([for metric in ["TotalRequests", "RateLimitDenied", "CostUsd", "InputTokens", "SettlementFailed", "Invocations"] : strcontains(output.dashboard_bodies["genai"], "SELECT SUM(${metric}) FROM SCHEMA(")])
    error_message = "Totals of 720 combinations must not be sums of a search."
  }
}
