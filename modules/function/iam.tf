data "aws_region" "current" {}

resource "aws_iam_role" "this" {
  name                 = local.role_names.function
  path                 = var.roles.path
  description          = "Role of the Lambda function ${var.name}"
  permissions_boundary = var.roles.permissions_boundary_arn
  tags                 = var.tags

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
  # Roles are the account's, functions the region's: without the region in it, one name would do for
  # one region only. IAM takes 64 characters; a hash keeps those that are cut apart.
  role_names = {
    for role, name in {
      function = "${var.roles.name_prefix}${var.name}-${local.region}"
      schedule = "${var.roles.name_prefix}${var.name}-schedule-${local.region}"
    } : role => length(name) <= 64 ? name : "${substr(name, 0, 55)}-${substr(sha256(name), 0, 8)}"
  }
  region = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6

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
