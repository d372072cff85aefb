resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_119: encrypted with a key that AWS owns unless the caller gives one (kms_key_arn).
  name                        = var.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # Users, keys and sessions that have used half of a limit, the nearest to it first. Items that are
  # far from their limits have neither attribute, and cost nothing here.
  attribute {
    name = "nearList"
    type = "S"
  }

  attribute {
    name = "nearPercent"
    type = "N"
  }

  global_secondary_index {
    name            = "nearest"
    hash_key        = "nearList"
    range_key       = "nearPercent"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }
}

# The policy. The functions only read these items and keep counters in separate items, so Terraform
# and the functions never write to the same item.

resource "aws_dynamodb_table_item" "settings" {
  table_name = aws_dynamodb_table.this.name
  hash_key   = aws_dynamodb_table.this.hash_key
  range_key  = aws_dynamodb_table.this.range_key

  item = jsonencode({
    pk   = { S = "policy" }
    sk   = { S = "settings" }
    body = { S = var.policy_settings }
  })

  lifecycle {
    precondition {
      condition     = length(var.policy_settings) < local.item_size_max
      error_message = "models, applications and organization: together they take ${length(var.policy_settings)} of the ${local.item_size_max} characters that fit into one item; define fewer of them."
    }
  }
}

resource "aws_dynamodb_table_item" "cost_centers" {
  for_each = var.policy_cost_centers

  table_name = aws_dynamodb_table.this.name
  hash_key   = aws_dynamodb_table.this.hash_key
  range_key  = aws_dynamodb_table.this.range_key

  item = jsonencode({
    pk   = { S = "policy" }
    sk   = { S = "costCenter#${each.key}" }
    body = { S = each.value }
  })

  lifecycle {
    precondition {
      condition     = length(each.value) < local.item_size_max
      error_message = "cost_centers.${each.key}: takes ${length(each.value)} of the ${local.item_size_max} characters that fit into one item; give it fewer applications, environments or models."
    }
  }
}

# Number of shards of a new table. Written once: within a minute the sweep writes its own item,
# which then replaces this one and records when a change of the number takes effect.
resource "aws_dynamodb_table_item" "initial_layout" {
  table_name = aws_dynamodb_table.this.name
  hash_key   = aws_dynamodb_table.this.hash_key
  range_key  = aws_dynamodb_table.this.range_key

  item = jsonencode({
    pk   = { S = "ledger" }
    sk   = { S = "initial-layout" }
    body = { S = jsonencode([{ shards = var.shards, from = 0 }]) }
  })

  lifecycle {
    ignore_changes = [item]
  }
}

locals {
  # DynamoDB's 400 KB less the keys, for text of one byte a character as all names are:
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
  item_size_max = 400000
}
