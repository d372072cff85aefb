mock_provider "aws" {
  source = "./mocks"
}

variables {
  name       = "genai"
  account_id = "111122223333"
  tags       = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/alerts"
  }

  assert {
    condition     = keys(aws_sns_topic.this) == ["organization"] && aws_sns_topic.this["organization"].name == "genai_alerts"
    error_message = "Without cost centers there is the organization's topic only."
  }

  assert {
    condition     = output.topic_arns == {} && output.organization_topic_arn == "arn:aws:sns:eu-west-1:111122223333:topic"
    error_message = "The outputs are ${jsonencode(output.topic_arns)} and ${output.organization_topic_arn}."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.emails) == 0 && aws_sns_topic.this["organization"].kms_master_key_id == null
    error_message = "There is no subscription and no key."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/alerts"
  }

  variables {
    cost_centers = {
      sales   = { emails = ["a@example.com", "b@example.com"] }
      support = {}
    }
    emails         = ["a@example.com"]
    event_bus_name = "alerts"
    kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    tags           = { team = "platform" }
  }

  assert {
    condition     = keys(output.topic_arns) == ["sales", "support"] && aws_sns_topic.this["cost_center/sales"].name == "genai_alerts_sales"
    error_message = "Every cost center has a topic, with addresses or without."
  }

  assert {
    condition     = { for key, subscription in aws_sns_topic_subscription.emails : key => subscription.endpoint } == { "cost_center/sales/0" = "a@example.com", "cost_center/sales/1" = "b@example.com", "organization/0" = "a@example.com" }
    error_message = "An address is subscribed once to each of its topics, got ${jsonencode(keys(aws_sns_topic_subscription.emails))}."
  }

  # A unit test sends the functions' own events through these patterns.
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.limits["cost_center/sales"].event_pattern) == jsondecode(file("test/golden/alerts/cost-center.json"))
    error_message = "Not as in test/golden/alerts/cost-center.json; if it should be so, put there: ${aws_cloudwatch_event_rule.limits["cost_center/sales"].event_pattern}"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.limits["organization"].event_pattern) == jsondecode(file("test/golden/alerts/organization.json"))
    error_message = "Not as in test/golden/alerts/organization.json; if it should be so, put there: ${aws_cloudwatch_event_rule.limits["organization"].event_pattern}"
  }

  assert {
    condition     = alltrue([for target in values(aws_cloudwatch_event_target.topics) : target.event_bus_name == "alerts" && target.role_arn == null])
    error_message = "Targets are on the bus of the rules, and topics allow by their policy, not by a role."
  }

  assert {
    condition     = one(aws_cloudwatch_event_target.topics["organization"].input_transformer).input_template == "\"<deployment>: <summary>\""
    error_message = "People get the sentence of the event."
  }

  assert {
    condition = { for statement in jsondecode(aws_sns_topic_policy.this["cost_center/sales"].policy).Statement : statement.Sid => try(statement.Condition, null) } == {
      LetBillingPublish = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
      LetAlarmsPublish  = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
      LetEventsPublish  = null
      RefusePlainHttp   = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "Budgets and anomaly detection publish for this account only; EventBridge sends nothing to ask for. Got ${aws_sns_topic_policy.this["cost_center/sales"].policy}."
  }

  assert {
    condition     = alltrue([for topic in values(aws_sns_topic.this) : topic.kms_master_key_id == var.kms_key_arn && topic.tags == tomap({ team = "platform" })])
    error_message = "Every topic has the key and the tags."
  }
}

run "rule_names_fit_and_never_meet" {
  command = apply

  module {
    source = "./modules/alerts"
  }

  variables {
    name = "a23456789-b23456789-c2345678-genai"
    cost_centers = {
      "a23456789-b23456789-c23456789-d23456789a" = {}
      "a23456789-b23456789-c23456789-d23456789b" = {}
    }
  }

  # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
  assert {
    condition     = alltrue([for rule in values(aws_cloudwatch_event_rule.limits) : can(regex("^[.A-Za-z0-9_-]{1,64}$", rule.name))]) && length(distinct(values(aws_cloudwatch_event_rule.limits)[*].name)) == 3
    error_message = "EventBridge would refuse one of ${jsonencode(values(aws_cloudwatch_event_rule.limits)[*].name)}."
  }
}

run "types_left_out_stay_on_the_bus" {
  command = plan

  module {
    source = "./modules/alerts"
  }

  variables {
    types = ["CallDenied"]
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.limits["organization"].event_pattern)["detail-type"] == ["CallDenied"]
    error_message = "Only the kinds that are named go to the topics."
  }
}
