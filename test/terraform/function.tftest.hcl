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

variables {
  name   = "genai-gateway"
  bundle = "test/fixtures/bundles/gateway.zip"
  tags   = {}
  roles  = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.runtime == "nodejs22.x" && aws_lambda_function.this.handler == "index.handler" && aws_lambda_function.this.architectures == tolist(["arm64"])
    error_message = "The bundles are made for Node.js 22 on arm64, with index.handler."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("test/fixtures/bundles/gateway.zip")
    error_message = "A new bundle must be deployed, and only a new one."
  }

  assert {
    condition     = one(aws_lambda_function.this.logging_config).log_format == "JSON" && one(aws_lambda_function.this.logging_config).system_log_level == "WARN"
    error_message = "Lambda's own messages below WARN must stay out of the log."
  }

  assert {
    condition     = one(aws_lambda_function.this.logging_config).log_group == "/aws/lambda/genai-gateway" && aws_cloudwatch_log_group.this["/aws/lambda/genai-gateway"].retention_in_days == 365
    error_message = "It logs to a separate group, for a year."
  }

  assert {
    condition     = length(aws_lambda_function.this.environment) == 0 && aws_lambda_function.this.reserved_concurrent_executions == -1 && one(aws_lambda_function.this.tracing_config).mode == "PassThrough"
    error_message = "By default it has no environment, no reserved concurrency and no tracing."
  }

  assert {
    condition = jsondecode(output.policy_json).Statement == [{
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["arn:aws:logs:eu-west-1:111122223333:log-group:group:*"]
    }]
    error_message = "By default it may only log, got ${output.policy_json}."
  }

  assert {
    condition     = module.role.policy_json == output.policy_json
    error_message = "The output must be what the role has."
  }

  assert {
    condition     = jsondecode(module.role.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Only Lambda may take the role."
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) == 0 && length(module.schedule_role) == 0
    error_message = "Nothing calls it unless it is asked to."
  }

  assert {
    condition     = output.dead_letter_queue_arn == null && length(aws_iam_role_policy.dead_letters) == 0 && length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "A function that is called synchronously answers its caller: there are no lost calls to keep."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    environment          = { LEDGER_TABLE_NAME = "genai-ledger" }
    timeout_seconds      = 55
    memory_mb            = 256
    reserved_concurrency = 0
    tracing              = true
    schedules            = { minute = { expression = "rate(1 minute)" } }
    dead_letters         = true
    log_group_name       = "/genai/audit"
    log_retention_days   = 30
    kms_key_arn          = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    tags                 = { team = "platform" }
    statements = [{
      sid        = "ReadPolicy"
      actions    = ["dynamodb:Query"]
      resources  = ["arn:aws:dynamodb:eu-west-1:111122223333:table/ledger"]
      conditions = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["policy"] } }
    }]
  }

  assert {
    condition     = one(aws_lambda_function.this.environment).variables == tomap({ LEDGER_TABLE_NAME = "genai-ledger" }) && aws_lambda_function.this.timeout == 55 && aws_lambda_function.this.memory_size == 256
    error_message = "environment, timeout_seconds and memory_mb must reach the function."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "0 reserves none at all, which stops the function; it is not the same as null."
  }

  assert {
    condition = jsondecode(output.policy_json).Statement[0] == {
      Sid       = "ReadPolicy"
      Effect    = "Allow"
      Action    = ["dynamodb:Query"]
      Resource  = ["arn:aws:dynamodb:eu-west-1:111122223333:table/ledger"]
      Condition = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["policy"] } }
    }
    error_message = "A statement must keep its condition, got ${output.policy_json}."
  }

  assert {
    condition     = one(aws_lambda_function.this.logging_config).system_log_level == "INFO"
    error_message = "With tracing the log has Lambda's report of each call."
  }

  assert {
    condition     = [for statement in jsondecode(output.policy_json).Statement : statement.Sid] == ["ReadPolicy", "Log", "Trace"]
    error_message = "With tracing it may also trace, and no more, got ${output.policy_json}."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this["/genai/audit"].retention_in_days == 30 && aws_cloudwatch_log_group.this["/genai/audit"].kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1234"
    error_message = "log_group_name, log_retention_days and kms_key_arn must reach the log group."
  }

  assert {
    condition     = aws_scheduler_schedule.this["minute"].schedule_expression == "rate(1 minute)" && one(one(aws_scheduler_schedule.this["minute"].target).retry_policy).maximum_retry_attempts == 0
    error_message = "The schedule must call every minute, and not call twice for one that was missed."
  }

  assert {
    condition     = one(aws_lambda_function.this.tracing_config).mode == "Active"
    error_message = "tracing must reach the function."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this["this"].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this["this"].maximum_event_age_in_seconds == 60
    error_message = "Lambda must not try again what the schedule calls again every minute."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters["dead-letters"].name == "genai-gateway-dead-letters" && aws_sqs_queue.dead_letters["dead-letters"].sqs_managed_sse_enabled && aws_sqs_queue.dead_letters["dead-letters"].message_retention_seconds == 1209600
    error_message = "Failed calls are kept encrypted for 14 days."
  }

  assert {
    condition     = one(one(aws_lambda_function_event_invoke_config.this["this"].destination_config).on_failure).destination == output.dead_letter_queue_arn && one(one(aws_scheduler_schedule.this["minute"].target).dead_letter_config).arn == output.dead_letter_queue_arn
    error_message = "Calls that failed and calls that never came go to one queue."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.dead_letters["dead-letters"].policy).Statement == [{
      Sid      = "KeepWhatFailed"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = ["arn:aws:sqs:eu-west-1:111122223333:dead-letters"]
    }]
    error_message = "It may send to its own queue only, got ${aws_iam_role_policy.dead_letters["dead-letters"].policy}."
  }

  assert {
    condition = jsondecode(module.schedule_role["this"].policy_json).Statement == [
      {
        Sid      = "Call"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = ["arn:aws:lambda:eu-west-1:111122223333:function:function"]
      },
      {
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:eu-west-1:111122223333:dead-letters"]
      },
    ]
    error_message = "The schedule may call this function, keep what failed, and nothing else."
  }
}

# An input reaches the function as it is: the scheduler knows its own words only so.
run "is_called_by_several_schedules" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    schedules = {
      week  = { expression = "cron(0 6 ? * TUE *)", input = "{\"time\":\"<aws.scheduler.scheduled-time>\"}" }
      month = { expression = "cron(0 6 3 * ? *)" }
    }
  }

  assert {
    condition     = { for key, schedule in aws_scheduler_schedule.this : schedule.name => one(schedule.target).input } == { genai-gateway-week = "{\"time\":\"<aws.scheduler.scheduled-time>\"}", genai-gateway-month = "{}" }
    error_message = "Each schedule has its own name and input."
  }

  assert {
    condition = { for name, schedule in output.schedules : name => { expression = schedule.expression, input = schedule.input } } == {
      week  = { expression = "cron(0 6 ? * TUE *)", input = "{\"time\":\"<aws.scheduler.scheduled-time>\"}" }
      month = { expression = "cron(0 6 3 * ? *)", input = "{}" }
    }
    error_message = "The output must be what calls it, got ${jsonencode(output.schedules)}."
  }

  assert {
    condition     = length(module.schedule_role) == 1
    error_message = "They share a role."
  }
}

run "refuses_schedules_that_are_none" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    schedules = { "Every Day" = { expression = "every day" }, broken = { expression = "rate(1 day)", input = "{" } }
  }

  expect_failures = [var.schedules]
}

run "tries_a_rare_call_again" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    schedules = { day = { expression = "cron(10 3 * * ? *)" } }
    retries   = 2
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this["this"].maximum_retry_attempts == 2 && aws_lambda_function_event_invoke_config.this["this"].maximum_event_age_in_seconds == 3600
    error_message = "A call that comes once a day is tried again where it is asked for, and has the time."
  }

  assert {
    condition     = one(one(aws_scheduler_schedule.this["day"].target).retry_policy).maximum_retry_attempts == 2 && one(one(aws_scheduler_schedule.this["day"].target).retry_policy).maximum_event_age_in_seconds == 3600
    error_message = "The schedule does the same where Lambda does not take the call."
  }
}

run "keeps_failed_calls_without_a_schedule_of_its_own" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    dead_letters = true
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this["this"].maximum_retry_attempts == 2 && one(one(aws_lambda_function_event_invoke_config.this["this"].destination_config).on_failure).destination == output.dead_letter_queue_arn
    error_message = "A call that does not come again every minute is tried twice more, and then kept."
  }
}

run "keeps_no_failed_calls_unless_told_to" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    schedules = { minute = { expression = "rate(1 minute)" } }
  }

  assert {
    condition     = length(aws_sqs_queue.dead_letters) == 0 && length(aws_iam_role_policy.dead_letters) == 0 && length(aws_lambda_function_event_invoke_config.this["this"].destination_config) == 0 && length(one(aws_scheduler_schedule.this["minute"].target).dead_letter_config) == 0
    error_message = "Without dead_letters there is no queue, and nothing refers to one."
  }

  assert {
    condition     = length(jsondecode(module.schedule_role["this"].policy_json).Statement) == 1
    error_message = "Without a queue there must be no right to send to one."
  }
}

run "writes_to_a_log_group_that_is_given" {
  command = apply

  module {
    source = "./modules/function"
  }

  variables {
    log_group = { name = "/genai/audit", arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/genai/audit" }
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.this) == 0 && one(aws_lambda_function.this.logging_config).log_group == "/genai/audit"
    error_message = "It must write to the given group and make none."
  }

  assert {
    condition     = jsondecode(output.policy_json).Statement[0].Resource == ["arn:aws:logs:eu-west-1:111122223333:log-group:/genai/audit:*"]
    error_message = "It may write to the given group only, got ${output.policy_json}."
  }
}

run "refuses_a_missing_bundle" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    bundle = "test/fixtures/bundles/none.zip"
  }

  expect_failures = [aws_lambda_function.this]
}

# The longest name in IAM's 64 characters, and the same name in another region.
run "roles_of_a_long_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name      = "a23456789-b23456789-c23456789-d23456789-e23456789-f234567"
    schedules = { minute = { expression = "rate(1 minute)" } }
  }

  assert {
    condition     = output.role.name == "a23456789-b23456789-c23456789-d23456789-e23456789-f2345-${substr(sha256("${var.name}-eu-west-1"), 0, 8)}" && length(output.role.name) == 64
    error_message = "A hash distinguishes names that are cut: ${output.role.name}."
  }

  assert {
    condition     = length(distinct([output.role.name, output.schedule_role.name])) == 2
    error_message = "The schedule has a separate role: ${output.schedule_role.name}."
  }
}

run "roles_of_another_region" {
  command = plan

  module {
    source = "./modules/function"
  }

  providers = {
    aws = aws.us_east_1
  }

  variables {
    schedules = { minute = { expression = "rate(1 minute)" } }
  }

  assert {
    condition     = output.role.name == "genai-gateway-us-east-1" && output.schedule_role.name == "genai-gateway-schedule-us-east-1"
    error_message = "Roles are the account's, so the region is in their names: ${output.role.name}."
  }
}
