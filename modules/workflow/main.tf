resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284: X-Ray tracing is the caller's decision (tracing).
  #checkov:skip=CKV_AWS_285: logs errors by default; inputs are prompts, so including them is the caller's decision (include_execution_data).
  name       = var.name
  type       = "EXPRESS"
  role_arn   = aws_iam_role.this.arn
  definition = local.definition
  tags       = var.tags

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
    level                  = var.log_level
    include_execution_data = var.include_execution_data
  }

  tracing_configuration {
    enabled = var.tracing
  }

  # Step Functions tries the role's log permissions while it creates the state machine.
  depends_on = [aws_iam_role_policy.this]
}

locals {
  definition = templatefile("${path.module}/workflow.asl.json.tftpl", {
    validate_and_set_context_arn = var.function_arns["validate-and-set-context"]
    reserve_budget_arn           = var.function_arns["reserve-budget"]
    invoke_model_arn             = var.function_arns["invoke-model"]
    record_outcome_arn           = var.function_arns["record-outcome"]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: how long to keep logs is the caller's decision (log_retention_days); a year by default.
  # Under this prefix deliveries need no entry in the log resource policy, which has a size limit:
  # https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

data "aws_region" "current" {}

resource "aws_iam_role" "this" {
  name                 = local.role_name
  path                 = var.roles.path
  description          = "Role of the state machine ${var.name}"
  permissions_boundary = var.roles.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "workflow"
  role   = aws_iam_role.this.id
  policy = local.policy_json
}

locals {
  # Roles are the account's, state machines the region's. IAM takes 64 characters; a hash keeps those
  # that are cut apart.
  full_role_name = "${var.roles.name_prefix}${var.name}-workflow-${data.aws_region.current.id}"
  role_name = (length(local.full_role_name) <= 64
    ? local.full_role_name
    : "${substr(local.full_role_name, 0, 55)}-${substr(sha256(local.full_role_name), 0, 8)}"
  )

  policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "CallTheSteps"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [for name in sort(keys(var.function_arns)) : var.function_arns[name]]
        },
        # Log deliveries have no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
        {
          Sid    = "DeliverLogs"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
          ]
          Resource = ["*"]
        },
      ],
      # https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
      !var.tracing ? [] : [{
        Sid    = "Trace"
        Effect = "Allow"
        Action = [
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
          "xray:PutTelemetryRecords",
          "xray:PutTraceSegments",
        ]
        Resource = ["*"]
      }],
    )
  })
}
