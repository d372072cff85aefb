resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284: X-Ray tracing is the caller's decision (tracing).
  #checkov:skip=CKV_AWS_285: logs errors by default; inputs are prompts, so including them is the caller's decision (include_execution_data).
  name       = var.name
  type       = "EXPRESS"
  role_arn   = module.role.arn
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
  depends_on = [module.role]
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

module "role" {
  source = "../service-role"

  name        = "${var.name}-workflow"
  description = "Role of the state machine ${var.name}"
  service     = "states"
  policy_name = "workflow"
  policy_json = local.policy_json
  settings    = var.roles
  tags        = var.tags
}

locals {
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

moved {
  from = aws_iam_role.this
  to   = module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.role.aws_iam_role_policy.this
}
