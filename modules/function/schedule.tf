resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297: carries no payload to encrypt.
  for_each = toset(var.schedule == null ? [] : [var.schedule])

  name                = var.name
  description         = "Calls ${var.name}"
  schedule_expression = each.value

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this.arn
    role_arn = aws_iam_role.schedule[each.value].arn
    input    = jsonencode({})

    # The next call does what a missed one would have done.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }

    dynamic "dead_letter_config" {
      for_each = aws_sqs_queue.dead_letters

      content {
        arn = dead_letter_config.value.arn
      }
    }
  }
}

resource "aws_iam_role" "schedule" {
  for_each = toset(var.schedule == null ? [] : [var.schedule])

  name        = "${var.name}-schedule"
  description = "Lets the schedule call ${var.name}"
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
  for_each = toset(var.schedule == null ? [] : [var.schedule])

  name = "schedule"
  role = aws_iam_role.schedule[each.value].id

  policy = jsonencode({
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

# The scheduler calls asynchronously: Lambda would try again for hours, beside the calls of every
# minute. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = toset(var.schedule == null ? [] : [var.schedule])

  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0

  dynamic "destination_config" {
    for_each = aws_sqs_queue.dead_letters

    content {
      on_failure {
        destination = destination_config.value.arn
      }
    }
  }

  # Lambda tries the role's right to send.
  depends_on = [aws_iam_role_policy.dead_letters]
}

# Calls of the schedule that failed or never came, with the error: to look at, not to do again. A
# destination rather than the function's own dead_letter_config: it holds the error too, and no
# function has to wait until SQS has made the queue.
resource "aws_sqs_queue" "dead_letters" {
  for_each = toset(local.keeps_dead_letters ? ["dead-letters"] : [])

  name                      = "${var.name}-${each.value}"
  message_retention_seconds = 1209600 # 14 days, as long as SQS can
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_iam_role_policy" "dead_letters" {
  for_each = aws_sqs_queue.dead_letters

  name   = each.key
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.may_send[each.key]] })
}

locals {
  keeps_dead_letters = var.schedule != null && var.dead_letters

  may_send = {
    for key, queue in aws_sqs_queue.dead_letters : key => {
      Sid      = "KeepWhatFailed"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [queue.arn]
    }
  }
}
