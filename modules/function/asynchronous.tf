# Asynchronous invocations, such as those of a schedule.

# Lambda would retry for hours, in addition to the scheduled invocation every minute. It retries
# others twice, after one and two minutes:
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = toset(length(var.schedules) > 0 || var.dead_letters ? ["this"] : [])

  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = length(var.schedules) > 0 ? local.longest_wait_seconds : null
  maximum_retry_attempts       = local.retries

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

# Calls that failed or never came, with the error: to look at, not to do again. A destination rather
# than the function's own dead_letter_config: it holds the error too, and no function has to wait
# until SQS has made the queue.
resource "aws_sqs_queue" "dead_letters" {
  for_each = toset(var.dead_letters ? ["dead-letters"] : [])

  name                      = "${var.name}-${each.value}"
  message_retention_seconds = 1209600 # 14 days, as long as SQS can
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_iam_role_policy" "dead_letters" {
  for_each = aws_sqs_queue.dead_letters

  name   = each.key
  role   = module.role.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.may_send[each.key]] })
}

locals {
  retries              = coalesce(var.retries, length(var.schedules) > 0 ? 0 : 2)
  longest_wait_seconds = local.retries > 0 ? 3600 : 60

  may_send = {
    for key, queue in aws_sqs_queue.dead_letters : key => {
      Sid      = "KeepWhatFailed"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [queue.arn]
    }
  }
}
