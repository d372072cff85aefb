# Policies with the longest names that the module allows, compared with the maximums of IAM, SNS and S3:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html,
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html (2026-11).

mock_provider "aws" {
  source = "./mocks"

  mock_data "aws_partition" {
    defaults = {
      partition  = "aws-us-gov"
      dns_suffix = "amazonaws.com"
    }
  }

  mock_data "aws_region" {
    defaults = { id = "us-gov-west-1", name = "us-gov-west-1" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-ledger" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-validate-and-set-context" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-sweep-reservations-dead-letters" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws-us-gov:sns:us-gov-west-1:111122223333:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn_alerts_cccccccccccccccccccccccccccccccccccccccc" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:/aws/lambda/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-validate-and-set-context" }
  }
}

variables {
  name         = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  models       = { "claude" = { model_id = "us-gov.anthropic.claude-sonnet-5-5", price = { input = 3.6, output = 18 } } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    "cccccccccccccccccccccccccccccccccccccccc" = { models = ["claude"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
  }
  identity       = "off"
  ledger         = { reservation = "count" }
  log_prompts    = true
  event_bus_name = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  kms_key_arn    = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234567890abcdef1234567890abcdef"
  proxy          = { enabled = true, front = "rest_api" }
  reconciliation = { enabled = true, bill = false, fold = true }
  observability  = { metrics = "full" }
  workflow       = { tracing = true }
  functions = {
    bundle_directory = "test/fixtures/bundles"
    tracing          = true
    vpc              = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }
  tags  = {}
  roles = {}
}

run "roles" {
  command = apply

  # Without the models, whose number has no maximum: the plan checks what they add.
  assert {
    condition     = alltrue([for name, function in module.functions : length(function.policy_json) - local.model_characters[name] <= local.policy_characters_besides_models])
    error_message = "Characters of the policies: ${jsonencode({ for name, function in module.functions : name => [length(function.policy_json), local.model_characters[name]] })}"
  }
}

# 60 models, each with two ARNs in a statement of the proxy and one in another.
run "refuses_more_models_than_a_policy_can_name" {
  command = plan

  variables {
    models = { for number in range(60) : "model-${number}" => { model_id = "us-gov.anthropic.claude-sonnet-5-5-${number}", context_tokens = 1000, max_output_tokens = 100, price = { input = 3.6, output = 18 } } }
    cost_centers = {
      sales = { models = ["model-0"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
    }
  }

  expect_failures = [output.inference_profile_arns]
}

run "workflow" {
  command = apply

  module {
    source = "./modules/workflow"
  }

  variables {
    function_arns = { for name in ["validate-and-set-context", "reserve-budget", "invoke-model", "record-outcome"] : name => "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-${name}" }
    tracing       = true
  }

  assert {
    condition     = length(output.policy_json) <= 10240 && length(module.role.assume_role_policy) <= 2048
    error_message = "Characters: ${length(output.policy_json)} and ${length(module.role.assume_role_policy)}."
  }
}

# About as many roles with the longest names as the plan lets through.
run "budget_actions" {
  command = apply

  module {
    source = "./modules/budgets"
  }

  variables {
    account_id   = "111122223333"
    cost_centers = { sales = { amount = 50, emails = ["finops@example.com"] } }
    action = {
      policy_arn = "arn:aws-us-gov:iam::111122223333:policy/${join("", [for _ in range(128) : "p"])}"
      roles      = { sales = [for number in range(92) : "${join("", [for _ in range(61) : "r"])}${format("%03d", number)}"] }
    }
  }

  assert {
    condition     = length(module.action_role["budget-actions"].policy_json) <= 10240 && length(module.action_role["budget-actions"].assume_role_policy) <= 2048
    error_message = "Characters: ${length(module.action_role["budget-actions"].policy_json)} and ${length(module.action_role["budget-actions"].assume_role_policy)}."
  }
}

run "refuses_more_roles_than_a_policy_can_name" {
  command = plan

  module {
    source = "./modules/budgets"
  }

  variables {
    account_id   = "111122223333"
    cost_centers = { sales = { amount = 50, emails = ["finops@example.com"] } }
    action = {
      policy_arn = "arn:aws-us-gov:iam::111122223333:policy/deny"
      roles      = { sales = [for number in range(100) : "${join("", [for _ in range(61) : "r"])}${format("%03d", number)}"] }
    }
  }

  expect_failures = [var.action]
}

run "topics" {
  command = apply

  module {
    source = "./modules/alerts"
  }

  variables {
    account_id   = "111122223333"
    types        = ["LimitThresholdCrossed"]
    emails       = []
    cost_centers = { "cccccccccccccccccccccccccccccccccccccccc" = { emails = [] } }
  }

  assert {
    condition     = alltrue([for policy in values(local.topic_policies) : length(policy) <= 30720])
    error_message = "Characters: ${jsonencode([for policy in values(local.topic_policies) : length(policy)])}."
  }
}

run "buckets" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  variables {
    name = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    writers = [{
      sid            = "LetExportsWrite"
      services       = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]
      actions        = ["s3:PutObject", "s3:GetBucketPolicy"]
      source_account = "111122223333"
      source_arns    = ["arn:aws-us-gov:bcm-data-exports:us-east-1:111122223333:export/*", "arn:aws-us-gov:cur:us-east-1:111122223333:definition/*"]
    }]
  }

  assert {
    condition     = length(aws_s3_bucket_policy.this.policy) <= 20480
    error_message = "Characters: ${length(aws_s3_bucket_policy.this.policy)}."
  }
}
