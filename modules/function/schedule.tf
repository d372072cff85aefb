resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297: its payload tells what to do, and holds no data.
  for_each = var.schedules

  name                = "${var.name}-${each.key}"
  description         = "Calls ${var.name}"
  schedule_expression = each.value.expression

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this.arn
    role_arn = module.schedule_role["this"].arn
    input    = each.value.input

    # By default the next call does what a missed one would have done.
    retry_policy {
      maximum_event_age_in_seconds = local.longest_wait_seconds
      maximum_retry_attempts       = local.retries
    }

    dynamic "dead_letter_config" {
      for_each = aws_sqs_queue.dead_letters

      content {
        arn = dead_letter_config.value.arn
      }
    }
  }
}

module "schedule_role" {
  source   = "../service-role"
  for_each = local.scheduled

  name        = "${var.name}-schedule"
  description = "Lets the schedules call ${var.name}"
  service     = "scheduler"
  policy_name = "schedule"
  settings    = var.roles
  tags        = var.tags

  policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "Call"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [aws_lambda_function.this.arn]
      }],
      values(local.may_send),
    )
  })
}

locals {
  # One role for all of them, where there are any.
  scheduled = toset(length(var.schedules) > 0 ? ["this"] : [])
}

moved {
  from = aws_iam_role.schedule["this"]
  to   = module.schedule_role["this"].aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.schedule["this"]
  to   = module.schedule_role["this"].aws_iam_role_policy.this
}
