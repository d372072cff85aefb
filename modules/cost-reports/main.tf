# Calls a function every week and month, and keeps what it writes.

module "bucket" {
  source = "../bucket"

  name           = coalesce(var.bucket_name, "${var.name}-reports-${var.account_id}")
  retention_days = var.retention_days
  kms_key_arn    = var.kms_key_arn
  force_destroy  = var.force_destroy
  tags           = var.tags
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297: its payload is the word for a week or a month.
  for_each = local.schedules

  name                = "${var.name}-report-${each.key}"
  description         = "Reports of ${var.name}: the last whole ${each.key}"
  schedule_expression = each.value

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.schedule.arn
    # The time is that of the schedule also when the call is repeated. JSON spells its brackets out,
    # and the scheduler replaces them only as they are.
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    input = replace(replace(jsonencode({
      report = each.key
      time   = "<aws.scheduler.scheduled-time>"
    }), "\\u003c", "<"), "\\u003e", ">")

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 3
    }

    dynamic "dead_letter_config" {
      for_each = var.dead_letters ? [var.dead_letter_queue_arn] : []

      content {
        arn = dead_letter_config.value
      }
    }
  }
}

data "aws_region" "current" {}

# Roles are the account's: without the region, one name would do for one region only.
resource "aws_iam_role" "schedule" {
  name        = "${var.name}-report-schedule-${data.aws_region.current.id}"
  description = "Lets the schedules of ${var.name} call the function that makes reports"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "schedule"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "Call"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [var.function_arn]
      }],
      [for queue_arn in var.dead_letters ? [var.dead_letter_queue_arn] : [] : {
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [queue_arn]
      }],
    )
  })
}

locals {
  # At six in the morning, UTC, two days after the last day: AWS fills a day in over more than 24 hours.
  times = {
    week  = "cron(0 6 ? * TUE *)"
    month = "cron(0 6 3 * ? *)"
  }
  schedules = { for period in var.periods : period => local.times[period] }
}
