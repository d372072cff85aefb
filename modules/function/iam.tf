module "role" {
  source = "../service-role"

  name        = var.name
  description = "Role of the Lambda function ${var.name}"
  service     = "lambda"
  policy_name = "function"
  policy_json = local.policy_json
  settings    = var.roles
  tags        = var.tags
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
    # Lambda creates the network interfaces with the function's role; these actions take no resources:
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    var.vpc == null ? [] : [{
      sid = "ManageNetworkInterfaces"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources  = ["*"]
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

moved {
  from = aws_iam_role.this
  to   = module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.role.aws_iam_role_policy.this
}
