# Automatic action when a budget is exceeded: the deny policy is attached to the roles.

resource "aws_budgets_budget_action" "this" {
  for_each = local.actions

  budget_name        = aws_budgets_budget.this[each.key].name
  action_type        = "APPLY_IAM_POLICY"
  approval_model     = upper(var.action.approval)
  notification_type  = "ACTUAL"
  execution_role_arn = module.action_role["budget-actions"].arn
  tags               = var.tags

  action_threshold {
    action_threshold_type  = "PERCENTAGE"
    action_threshold_value = var.action.percent
  }

  definition {
    iam_action_definition {
      policy_arn = var.action.policy_arn
      roles      = each.value
    }
  }

  dynamic "subscriber" {
    for_each = concat(
      [for arn in [local.budgets[each.key].topic_arn] : { type = "SNS", address = arn } if arn != null],
      [for email in local.budgets[each.key].emails : { type = "EMAIL", address = email }],
    )

    content {
      subscription_type = subscriber.value.type
      address           = subscriber.value.address
    }
  }

  # Else the first run could come before the role may attach.
  depends_on = [module.action_role]
}

module "action_role" {
  source   = "../service-role"
  for_each = local.action_roles

  name        = "${var.name}-${each.key}"
  description = "Lets AWS Budgets attach the deny policy"
  service     = "budgets"
  policy_name = "attach-deny-policy"
  settings    = var.roles
  tags        = var.tags

  # https://docs.aws.amazon.com/cost-management/latest/userguide/cross-service-confused-deputy-prevention.html
  conditions = {
    StringEquals = { "aws:SourceAccount" = var.account_id }
    ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:budgets::${var.account_id}:budget/${local.prefix}_*" }
  }

  # This one policy, on these roles.
  policy_json = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AttachDenyPolicy"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = each.value
      Condition = { ArnEquals = { "iam:PolicyARN" = var.action.policy_arn } }
    }]
  })
}

locals {
  partition = data.aws_partition.current.partition
  actions   = var.action == null ? {} : var.action.roles
  role_arns = sort(distinct([for role in flatten(values(local.actions)) : "arn:${local.partition}:iam::${var.account_id}:role/${role}"]))

  # A name, after a path if there is one; the colon would be an ARN's.
  role_pattern = "^([a-zA-Z0-9_][!-9;-~]*/)?[a-zA-Z0-9_+=,.@-]+$"

  # None, or the one that all actions share.
  action_roles = { for name in ["budget-actions"] : name => local.role_arns if length(local.actions) > 0 }
}

moved {
  from = aws_iam_role.actions["budget-actions"]
  to   = module.action_role["budget-actions"].aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.actions["budget-actions"]
  to   = module.action_role["budget-actions"].aws_iam_role_policy.this
}
