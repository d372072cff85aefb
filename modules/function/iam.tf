resource "aws_iam_role" "this" {
  name        = var.name
  description = "Role of the Lambda function ${var.name}"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = local.policy_json
}

locals {
  # X-Ray has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
  own_statements = concat(
    [{
      sid        = "Log"
      actions    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources  = ["${local.log_group.arn}:*"]
      conditions = {}
    }],
    !var.tracing ? [] : [{
      sid        = "Trace"
      actions    = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources  = ["*"]
      conditions = {}
    }],
  )

  policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in concat(var.statements, local.own_statements) : merge(
      {
        Sid      = statement.sid
        Effect   = "Allow"
        Action   = statement.actions
        Resource = statement.resources
      },
      { for key, condition in { Condition = statement.conditions } : key => condition if length(condition) > 0 },
    )]
  })
}
