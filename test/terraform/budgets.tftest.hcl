mock_provider "aws" {
  source = "./mocks"
}

variables {
  name       = "genai"
  account_id = "111122223333"
}

run "defaults" {
  command = apply

  module {
    source = "./modules/budgets"
  }

  assert {
    condition     = output.budget_names == {} && output.anomaly_monitor_arns == [] && output.action_role_arn == null
    error_message = "Without cost centers there is nothing."
  }
}

run "budgets" {
  command = apply

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = {
      sales    = { amount = 500.5, topic_arn = "arn:aws:sns:eu-west-1:111122223333:sales" }
      research = { amount = 0.01, emails = ["research@example.com"] }
      services = {}
    }
    tags = { team = "platform" }
  }

  assert {
    condition     = output.budget_names == { research = "genai_eu-west-1_research", sales = "genai_eu-west-1_sales" }
    error_message = "A cost center without an amount has no budget, got ${jsonencode(output.budget_names)}."
  }

  assert {
    condition     = aws_budgets_budget.this["sales"].limit_amount == "500.50" && aws_budgets_budget.this["research"].limit_amount == "0.01" && aws_budgets_budget.this["sales"].time_unit == "MONTHLY"
    error_message = "Amounts are USD a month, in cents."
  }

  assert {
    condition     = [for filter in aws_budgets_budget.this["sales"].cost_filter : { name = filter.name, values = filter.values }] == [{ name = "TagKeyValue", values = tolist(["user:costCenter$sales"]) }]
    error_message = "The tag alone is filtered on: a service filter would miss the models of AWS Marketplace. Got ${jsonencode(aws_budgets_budget.this["sales"].cost_filter)}."
  }

  assert {
    condition     = toset([for notification in aws_budgets_budget.this["sales"].notification : "${notification.notification_type} ${notification.threshold} ${notification.comparison_operator} ${notification.threshold_type}"]) == toset(["ACTUAL 80 GREATER_THAN PERCENTAGE", "ACTUAL 100 GREATER_THAN PERCENTAGE", "FORECASTED 100 GREATER_THAN PERCENTAGE"])
    error_message = "Actual and forecasted cost must notify, got ${jsonencode(aws_budgets_budget.this["sales"].notification)}."
  }

  assert {
    condition     = alltrue([for notification in aws_budgets_budget.this["sales"].notification : notification.subscriber_sns_topic_arns == toset(["arn:aws:sns:eu-west-1:111122223333:sales"]) && length(notification.subscriber_email_addresses) == 0])
    error_message = "The topic is notified."
  }

  assert {
    condition     = alltrue([for notification in aws_budgets_budget.this["research"].notification : length(notification.subscriber_sns_topic_arns) == 0 && notification.subscriber_email_addresses == toset(["research@example.com"])])
    error_message = "Without a topic the addresses are notified."
  }

  assert {
    condition     = !one(aws_budgets_budget.this["sales"].cost_types).include_credit && !one(aws_budgets_budget.this["sales"].cost_types).include_refund
    error_message = "A credit does not make room in a budget."
  }

  assert {
    condition     = length(aws_budgets_budget_action.this) == 0 && length(module.action_role) == 0 && length(aws_ce_anomaly_subscription.this) == 0
    error_message = "Actions and anomaly detection are off by default."
  }
}

run "action" {
  command = apply

  module {
    source = "./modules/budgets"
  }

  variables {
    tag_key       = "payer"
    notifications = [{ type = "forecasted", percent = 120 }]
    cost_centers = {
      sales    = { amount = 500, topic_arn = "arn:aws:sns:eu-west-1:111122223333:sales", emails = ["sales@example.com"] }
      research = { amount = 100, emails = ["research@example.com"] }
    }
    action = {
      policy_arn = "arn:aws:iam::111122223333:policy/deny-bedrock"
      roles      = { sales = ["sales-app", "apps/sales-batch"] }
      percent    = 110
      approval   = "manual"
    }
  }

  assert {
    condition     = one(aws_budgets_budget.this["sales"].cost_filter).values == tolist(["user:payer$sales"]) && one(aws_budgets_budget.this["sales"].notification).threshold == 120
    error_message = "tag_key and notifications must reach the budget."
  }

  assert {
    condition     = keys(aws_budgets_budget_action.this) == ["sales"] && aws_budgets_budget_action.this["sales"].approval_model == "MANUAL" && aws_budgets_budget_action.this["sales"].notification_type == "ACTUAL"
    error_message = "Only cost centers with roles have an action, on actual cost."
  }

  assert {
    condition     = one(aws_budgets_budget_action.this["sales"].action_threshold).action_threshold_value == 110
    error_message = "percent must reach the action."
  }

  assert {
    condition     = one(one(aws_budgets_budget_action.this["sales"].definition).iam_action_definition).policy_arn == var.action.policy_arn && one(one(aws_budgets_budget_action.this["sales"].definition).iam_action_definition).roles == toset(["sales-app", "apps/sales-batch"])
    error_message = "The action attaches the policy to the roles."
  }

  assert {
    condition     = toset([for subscriber in aws_budgets_budget_action.this["sales"].subscriber : "${subscriber.subscription_type} ${subscriber.address}"]) == toset(["SNS arn:aws:sns:eu-west-1:111122223333:sales", "EMAIL sales@example.com"])
    error_message = "Subscribers of the budget are notified of its action."
  }

  assert {
    condition = jsondecode(module.action_role["budget-actions"].policy_json).Statement == [{
      Sid       = "AttachDenyPolicy"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = ["arn:aws:iam::111122223333:role/apps/sales-batch", "arn:aws:iam::111122223333:role/sales-app"]
      Condition = { ArnEquals = { "iam:PolicyARN" = "arn:aws:iam::111122223333:policy/deny-bedrock" } }
    }]
    error_message = "The role attaches this one policy to these roles, got ${module.action_role["budget-actions"].policy_json}."
  }

  assert {
    condition     = jsondecode(module.action_role["budget-actions"].assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:budgets::111122223333:budget/genai_eu-west-1_*"
    error_message = "Only this deployment's budgets may take the role."
  }

  assert {
    condition     = output.action_role_arn == "arn:aws:iam::111122223333:role/role"
    error_message = "The role is an output."
  }
}

run "anomaly_monitors_are_split_at_ten" {
  command = apply

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { for number in range(1, 13) : format("center-%02d", number) => {} }
    anomaly_detection = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:finops" }
  }

  assert {
    condition = { for name, monitor in aws_ce_anomaly_monitor.this : monitor.name => jsondecode(monitor.monitor_specification).Tags.Values } == {
      "genai_eu-west-1_anomalies-01" = [for number in range(1, 11) : format("center-%02d", number)]
      "genai_eu-west-1_anomalies-02" = ["center-11", "center-12"]
    }
    error_message = "Twelve cost centers need two monitors, got ${jsonencode(values(aws_ce_anomaly_monitor.this)[*].monitor_specification)}."
  }

  # A key that is missing here comes back as null, and would be a difference at every plan.
  assert {
    condition     = toset(keys(jsondecode(aws_ce_anomaly_monitor.this["anomalies-01"].monitor_specification))) == toset(["And", "CostCategories", "Dimensions", "Not", "Or", "Tags"])
    error_message = "All six keys of an expression are written."
  }

  assert {
    condition     = aws_ce_anomaly_subscription.this["anomalies"].frequency == "IMMEDIATE" && [for subscriber in aws_ce_anomaly_subscription.this["anomalies"].subscriber : subscriber.type] == ["SNS"]
    error_message = "At once means through the topic."
  }

  assert {
    condition     = one(one(aws_ce_anomaly_subscription.this["anomalies"].threshold_expression).dimension).values == toset(["10"])
    error_message = "Ten dollars are the default."
  }

  assert {
    condition     = length(aws_ce_anomaly_subscription.this["anomalies"].monitor_arn_list) == 2 && length(output.anomaly_monitor_arns) == 2
    error_message = "One subscription covers all monitors."
  }
}

run "one_monitor_for_each_cost_center" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { sales = {}, support = {} }
    anomaly_detection = { cost_centers_per_monitor = 1, frequency = "daily", emails = ["finops@example.com"], minimum_impact_usd = 2.5 }
  }

  assert {
    condition     = [for monitor in values(aws_ce_anomaly_monitor.this) : jsondecode(monitor.monitor_specification).Tags.Values] == [["sales"], ["support"]]
    error_message = "Each has a separate monitor."
  }

  assert {
    condition     = [for subscriber in aws_ce_anomaly_subscription.this["anomalies"].subscriber : "${subscriber.type} ${subscriber.address}"] == ["EMAIL finops@example.com"] && one(one(aws_ce_anomaly_subscription.this["anomalies"].threshold_expression).dimension).values == toset(["2.5"])
    error_message = "A digest is sent by email."
  }
}

run "an_existing_monitor" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = {} }
    anomaly_detection = {
      monitor_arns = ["arn:aws:ce::111122223333:anomalymonitor/existing"]
      topic_arn    = "arn:aws:sns:eu-west-1:111122223333:finops"
    }
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.this) == 0 && aws_ce_anomaly_subscription.this["anomalies"].monitor_arn_list == tolist(["arn:aws:ce::111122223333:anomalymonitor/existing"])
    error_message = "A monitor that exists is used, and none is created."
  }
}

run "anomaly_detection_without_cost_centers" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    anomaly_detection = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:finops" }
  }

  assert {
    condition     = length(aws_ce_anomaly_subscription.this) == 0
    error_message = "A subscription without a monitor would be refused."
  }
}

run "refuses_names_tags_types_and_amounts" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    name              = "gen_ai"
    account_id        = "1234"
    tag_key           = "user:costCenter"
    cost_centers      = { sales = { amount = 0, emails = ["sales@example.com"] } }
    notifications     = [{ type = "expected", percent = 80 }]
    anomaly_detection = { frequency = "hourly", emails = ["finops@example.com"] }
  }

  expect_failures = [var.name, var.account_id, var.tag_key, var.cost_centers, var.notifications, var.anomaly_detection]
}

run "refuses_fractions_of_a_cent_and_a_percent_of_zero" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { sales = { amount = 1.005, emails = ["sales@example.com"] } }
    notifications     = [{ type = "actual", percent = 0 }]
    anomaly_detection = { topic_arn = "arn:aws:sns:eu-west-1:111122223333:finops", cost_centers_per_monitor = 11 }
  }

  expect_failures = [var.cost_centers, var.notifications, var.anomaly_detection]
}

run "refuses_a_budget_nobody_hears_of_and_one_notification_twice" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { sales = { amount = 1 } }
    notifications     = [{ type = "actual", percent = 80 }, { type = "actual", percent = 80 }]
    anomaly_detection = { frequency = "immediate" }
  }

  expect_failures = [var.cost_centers, var.notifications, var.anomaly_detection]
}

run "refuses_eleven_addresses_no_notification_and_a_digest_to_nobody" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { sales = { amount = 1, emails = [for number in range(11) : "a${number}@example.com"] } }
    notifications     = []
    anomaly_detection = { frequency = "weekly" }
  }

  expect_failures = [var.cost_centers, var.notifications, var.anomaly_detection]
}

run "refuses_a_colon_and_a_monitor_that_is_none" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { "sales:emea" = {} }
    anomaly_detection = { monitor_arns = ["existing"], topic_arn = "arn:aws:sns:eu-west-1:111122223333:finops" }
  }

  expect_failures = [var.cost_centers, var.anomaly_detection]
}

run "refuses_a_policy_that_is_no_arn" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers      = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action            = { policy_arn = "deny", roles = { sales = ["app"] } }
    anomaly_detection = { minimum_impact_usd = -1, topic_arn = "arn:aws:sns:eu-west-1:111122223333:finops" }
  }

  expect_failures = [var.action, var.anomaly_detection]
}

run "refuses_an_action_without_a_budget" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action       = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { services = ["app"] } }
  }

  expect_failures = [var.action]
}

run "refuses_an_action_on_no_role" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action       = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { sales = [] } }
  }

  expect_failures = [var.action]
}

run "refuses_the_arn_of_a_role" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action       = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { sales = ["arn:aws:iam::111122223333:role/app"] } }
  }

  expect_failures = [var.action]
}

run "refuses_an_action_at_zero_percent" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action       = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { sales = ["app"] }, percent = 0 }
  }

  expect_failures = [var.action]
}

run "refuses_an_unknown_approval" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    cost_centers = { sales = { amount = 1, emails = ["sales@example.com"] } }
    action       = { policy_arn = "arn:aws:iam::111122223333:policy/deny", roles = { sales = ["app"] }, approval = "later" }
  }

  expect_failures = [var.action]
}
