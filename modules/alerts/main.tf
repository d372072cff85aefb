resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26: encrypted when the caller gives a key (kms_key_arn); the key that AWS keeps for SNS lets none of these services publish.
  for_each = local.topics

  name              = each.value.name
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.topics

  arn    = local.topic_arns[each.key]
  policy = local.topic_policies[each.key]
}

# Each address gets a mail from AWS first, and nothing more until it has confirmed.
resource "aws_sns_topic_subscription" "emails" {
  for_each = local.subscriptions

  topic_arn = local.topic_arns[each.value.topic]
  protocol  = "email"
  endpoint  = each.value.email
}

# Alerts of this deployment's functions, sent to the topic of the cost center.
resource "aws_cloudwatch_event_rule" "limits" {
  for_each = local.topics

  name           = local.rule_names[each.key]
  description    = "Alerts of ${var.name}: ${each.value.about}"
  event_bus_name = var.event_bus_name
  event_pattern = jsonencode({
    source      = ["bedrock-cost-sentry"]
    detail-type = var.types
    detail      = { deployment = [var.name], notify = [true], owner = each.value.owner }
  })
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "topics" {
  for_each = local.topics

  rule           = local.rules[each.key]
  event_bus_name = var.event_bus_name
  target_id      = "topic"
  arn            = local.topic_arns[each.key]

  # People read this; what a program needs is in the event on the bus.
  input_transformer {
    input_paths    = { deployment = "$.detail.deployment", summary = "$.detail.summary" }
    input_template = "\"<deployment>: <summary>\""
  }

  # Else the first event could come before EventBridge may publish it.
  depends_on = [aws_sns_topic_policy.this]
}

locals {
  # Names of deployments and of cost centers may hold hyphens; the underscores keep two topics of two
  # deployments from meeting.
  topics = merge(
    {
      organization = {
        name   = "${var.name}_alerts"
        about  = "organization and models"
        owner  = { kind = ["organization", "model"] }
        emails = var.emails
      }
    },
    {
      for name, settings in var.cost_centers : "cost_center/${name}" => {
        name   = "${var.name}_alerts_${name}"
        about  = "cost center ${name}"
        owner  = { kind = ["costCenter"], name = [name] }
        emails = settings.emails
      }
    },
  )

  # Read once here: if a resource refers to an instance of another, Terraform reads all instances
  # again for each instance of that resource.
  topic_arns = { for key, topic in aws_sns_topic.this : key => topic.arn }
  rules      = { for key, rule in aws_cloudwatch_event_rule.limits : key => rule.name }

  # A rule's name may have 64 characters; a hash keeps those that are cut apart.
  rule_names = {
    for key, topic in local.topics : key => length(topic.name) <= 64
    ? topic.name
    : "${substr(topic.name, 0, 55)}-${substr(sha256(topic.name), 0, 8)}"
  }

  subscriptions = merge([
    for key, topic in local.topics : {
      # By place: an address may be known only after apply.
      for index, email in topic.emails : "${key}/${index}" => { topic = key, email = email }
    }
  ]...)

  topic_policies = {
    for key, topic in aws_sns_topic.this : key => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "LetBillingPublish"
          Effect    = "Allow"
          Action    = "sns:Publish"
          Resource  = topic.arn
          Principal = { Service = ["budgets.amazonaws.com", "costalerts.amazonaws.com"] }
          Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
        },
        {
          Sid       = "LetAlarmsPublish"
          Effect    = "Allow"
          Action    = "sns:Publish"
          Resource  = topic.arn
          Principal = { Service = ["cloudwatch.amazonaws.com"] }
          Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
        },
        {
          # No condition: EventBridge sends none of the keys it would test, so nothing would arrive.
          # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
          Sid       = "LetEventsPublish"
          Effect    = "Allow"
          Action    = "sns:Publish"
          Resource  = topic.arn
          Principal = { Service = ["events.amazonaws.com"] }
        },
        {
          Sid       = "RefusePlainHttp"
          Effect    = "Deny"
          Action    = "sns:Publish"
          Resource  = topic.arn
          Principal = "*"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ]
    })
  }
}
