mock_provider "aws" {
  source = "./test/fixtures/mocks"
}

variables {
  name         = "genai"
  account_id   = "111122223333"
  function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:genai-publish-report"
}

run "defaults" {
  command = apply

  module {
    source = "./modules/cost-reports"
  }

  assert {
    condition     = output.bucket_name == "genai-reports-111122223333"
    error_message = "The bucket is the deployment's and the account's: ${output.bucket_name}."
  }

  assert {
    condition     = { for period, schedule in aws_scheduler_schedule.this : period => schedule.schedule_expression } == { week = "cron(0 6 ? * TUE *)", month = "cron(0 6 3 * ? *)" }
    error_message = "Reports come two days after the week and the month."
  }

  # As the scheduler replaces it, with brackets and not their escapes.
  assert {
    condition     = one(aws_scheduler_schedule.this["month"].target).input == "{\"report\":\"month\",\"time\":\"<aws.scheduler.scheduled-time>\"}"
    error_message = "The function is told what to report and when: ${one(aws_scheduler_schedule.this["month"].target).input}"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule.policy).Statement[0] == { Sid = "Call", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [var.function_arn] }
    error_message = "The schedules may call the one function: ${aws_iam_role_policy.schedule.policy}"
  }

  assert {
    condition     = length(jsondecode(aws_iam_role_policy.schedule.policy).Statement) == 1 && length(one(aws_scheduler_schedule.this["month"].target).dead_letter_config) == 0
    error_message = "Without a queue nothing is sent to one."
  }
}

run "keeps_the_calls_that_failed" {
  command = apply

  module {
    source = "./modules/cost-reports"
  }

  variables {
    dead_letters          = true
    dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:111122223333:genai-publish-report-dead-letters"
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.this : one(one(schedule.target).dead_letter_config).arn == var.dead_letter_queue_arn])
    error_message = "Calls that could not be made must go to the queue."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule.policy).Statement[1] == { Sid = "KeepWhatFailed", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [var.dead_letter_queue_arn] }
    error_message = "The schedules may send to that queue: ${aws_iam_role_policy.schedule.policy}"
  }
}

run "refuses_to_keep_calls_without_a_queue" {
  command = plan

  module {
    source = "./modules/cost-reports"
  }

  variables {
    dead_letters = true
  }

  expect_failures = [var.dead_letter_queue_arn]
}

run "full" {
  command = apply

  module {
    source = "./modules/cost-reports"
  }

  variables {
    periods        = ["week"]
    bucket_name    = "finops-reports"
    retention_days = 0
    kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    force_destroy  = true
    tags           = { team = "platform" }
  }

  assert {
    condition     = keys(aws_scheduler_schedule.this) == ["week"] && output.bucket_name == "finops-reports"
    error_message = "The settings must reach the schedules and the bucket."
  }
}

run "refuses_what_is_wrong" {
  command = plan

  module {
    source = "./modules/cost-reports"
  }

  variables {
    name           = "Genai"
    account_id     = "1"
    function_arn   = "genai-publish-report"
    periods        = ["day"]
    bucket_name    = "Reports"
    retention_days = 0.5
    kms_key_arn    = "alias/reports"
  }

  expect_failures = [
    var.name,
    var.account_id,
    var.function_arn,
    var.periods,
    var.bucket_name,
    var.retention_days,
    var.kms_key_arn,
  ]
}
