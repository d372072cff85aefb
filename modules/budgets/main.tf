data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_budgets_budget" "this" {
  for_each = local.budgets

  # Names of deployments and of cost centers may hold hyphens; the underscore keeps them apart.
  name         = "${local.prefix}_${each.key}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = format("%.2f", each.value.amount)
  limit_unit   = "USD"
  tags         = var.tags

  # The tag alone. Most models are sold through AWS Marketplace, each as a separate service, so
  # a filter on the service "Amazon Bedrock" would miss most of what they cost.
  cost_filter {
    name   = "TagKeyValue"
    values = [local.tag_filters[each.key]]
  }

  # Usage, before credits and refunds.
  cost_types {
    include_credit = false
    include_refund = false
  }

  dynamic "notification" {
    for_each = var.notifications

    content {
      notification_type          = upper(notification.value.type)
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_sns_topic_arns  = each.value.topic_arn == null ? [] : [each.value.topic_arn]
      subscriber_email_addresses = each.value.emails
    }
  }
}

locals {
  # Budgets, monitors and roles are the account's: without the region in their names, a deployment in
  # a second one would meet those of the first.
  region = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6
  prefix = "${var.name}_${local.region}"

  tag_filters = { for name, center in local.budgets : name => format("user:%s$%s", var.tag_key, coalesce(center.tag_value, name)) }

  budgets = { for name, center in var.cost_centers : name => center if center.amount != null }
}
