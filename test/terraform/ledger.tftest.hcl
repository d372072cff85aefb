mock_provider "aws" {
  source = "./mocks"
}

variables {
  table_name      = "genai-ledger"
  policy_settings = "{}"
  tags            = {}
}

run "defaults" {
  command = plan

  module {
    source = "./modules/ledger"
  }

  variables {
    policy_settings = jsonencode({ name = "genai" })
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table must be on demand: a reservation may not wait for capacity."
  }

  assert {
    condition     = aws_dynamodb_table.this.hash_key == "pk" && aws_dynamodb_table.this.range_key == "sk"
    error_message = "The functions look for the keys pk and sk."
  }

  assert {
    condition = alltrue([
      for index in aws_dynamodb_table.this.global_secondary_index :
      index.name == "nearest" && index.hash_key == "nearList" && index.range_key == "nearPercent" && index.projection_type == "KEYS_ONLY"
    ]) && length(aws_dynamodb_table.this.global_secondary_index) == 1
    error_message = "Users near to their limits are read from the index nearest."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).attribute_name == "ttl" && one(aws_dynamodb_table.this.ttl).enabled
    error_message = "Items expire by the attribute ttl."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.point_in_time_recovery).enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "A ledger must be recoverable and hard to delete."
  }

  assert {
    condition     = !one(aws_dynamodb_table.this.server_side_encryption).enabled
    error_message = "Without a key the table is encrypted by one that AWS owns."
  }

  assert {
    condition = jsondecode(aws_dynamodb_table_item.settings.item) == {
      pk   = { S = "policy" }
      sk   = { S = "settings" }
      body = { S = "{\"name\":\"genai\"}" }
    }
    error_message = "The settings item is ${aws_dynamodb_table_item.settings.item}."
  }

  assert {
    condition = jsondecode(aws_dynamodb_table_item.initial_layout.item) == {
      pk   = { S = "ledger" }
      sk   = { S = "initial-layout" }
      body = { S = "[{\"from\":0,\"shards\":1}]" }
    }
    error_message = "The layout a new table begins with is ${aws_dynamodb_table_item.initial_layout.item}."
  }

  assert {
    condition     = length(aws_dynamodb_table_item.cost_centers) == 0
    error_message = "There is one item per cost center."
  }
}

run "full" {
  command = plan

  module {
    source = "./modules/ledger"
  }

  variables {
    policy_cost_centers = { sales = "{\"config\":{}}", support = "{}" }
    kms_key_arn         = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    deletion_protection = false
    tags                = { team = "platform" }
  }

  assert {
    condition     = one(aws_dynamodb_table.this.server_side_encryption).kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/1234"
    error_message = "The given key must encrypt the table."
  }

  assert {
    condition     = !aws_dynamodb_table.this.deletion_protection_enabled && aws_dynamodb_table.this.tags == tomap({ team = "platform" })
    error_message = "deletion_protection and tags must reach the table."
  }

  assert {
    condition = jsondecode(aws_dynamodb_table_item.cost_centers["sales"].item) == {
      pk   = { S = "policy" }
      sk   = { S = "costCenter#sales" }
      body = { S = "{\"config\":{}}" }
    }
    error_message = "The item of sales is ${aws_dynamodb_table_item.cost_centers["sales"].item}."
  }
}

run "begins_with_the_shards_it_is_given" {
  command = apply

  module {
    source = "./modules/ledger"
  }

  variables {
    shards = 4
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.initial_layout.item).body.S) == [{ from = 0, shards = 4 }]
    error_message = "A new table must begin with 4 shards, got ${aws_dynamodb_table_item.initial_layout.item}."
  }
}

run "leaves_the_shards_of_a_table_that_exists_to_the_sweep" {
  command = apply

  module {
    source = "./modules/ledger"
  }

  variables {
    shards = 8
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.initial_layout.item).body.S) == [{ from = 0, shards = 4 }]
    error_message = "A window that is open must keep its split, got ${aws_dynamodb_table_item.initial_layout.item}."
  }
}

run "refuses_a_cost_center_too_large_for_an_item" {
  command = plan

  module {
    source = "./modules/ledger"
  }

  variables {
    policy_cost_centers = { sales = join("", [for index in range(1000) : format("%0401d", index)]) }
  }

  expect_failures = [aws_dynamodb_table_item.cost_centers]
}
