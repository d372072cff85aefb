# An IAM role that one AWS service assumes, with one inline policy.

data "aws_region" "current" {}

resource "aws_iam_role" "this" {
  name                 = length(local.full_name) <= 64 ? local.full_name : "${substr(local.full_name, 0, 55)}-${substr(sha256(local.full_name), 0, 8)}"
  path                 = var.settings.path
  description          = var.description
  permissions_boundary = var.settings.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "${var.service}.amazonaws.com" }
      },
      { for key, condition in { Condition = var.conditions } : key => condition if length(condition) > 0 },
    )]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = var.policy_name
  role   = aws_iam_role.this.id
  policy = var.policy_json
}

locals {
  # Roles are the account's, while functions and state machines are the region's. Without the region, two
  # regions could not have roles of the same name. IAM takes 64 characters; a hash tells shortened names apart.
  full_name = "${var.settings.name_prefix}${var.name}-${data.aws_region.current.id}" # `name` in version 5 of the provider, `region` in version 6
}
