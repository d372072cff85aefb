mock_provider "aws" {
  source = "./mocks"
}

variables {
  name = "genai-reports-111122223333"
  tags = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "The bucket is private."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The bucket is encrypted."
  }

  assert {
    condition     = length(jsondecode(aws_s3_bucket_policy.this.policy).Statement) == 1 && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Only the account itself writes, and no one reads over plain HTTP: ${aws_s3_bucket_policy.this.policy}"
  }

  assert {
    condition     = length(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration) == 0 && !aws_s3_bucket.this.force_destroy
    error_message = "By default files stay."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  variables {
    retention_days = 400
    kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    force_destroy  = true
    tags           = { team = "platform" }
    writers = [{
      sid            = "LetExportsWrite"
      services       = ["bcm-data-exports.amazonaws.com"]
      actions        = ["s3:PutObject"]
      source_account = "111122223333"
      source_arns    = ["arn:aws:bcm-data-exports:us-east-1:111122223333:export/*"]
    }]
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && aws_s3_bucket.this.tags["team"] == "platform" && one(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration).days == 400
    error_message = "The settings must reach the bucket."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "The key must reach the bucket."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0] == {
      Sid       = "LetExportsWrite"
      Effect    = "Allow"
      Action    = ["s3:PutObject"]
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Principal = { Service = ["bcm-data-exports.amazonaws.com"] }
      Condition = {
        StringLike = {
          "aws:SourceAccount" = "111122223333"
          "aws:SourceArn"     = ["arn:aws:bcm-data-exports:us-east-1:111122223333:export/*"]
        }
      }
    }
    error_message = "Only this account's exports write: ${aws_s3_bucket_policy.this.policy}"
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[1].Effect == "Deny"
    error_message = "And no one over plain HTTP: ${aws_s3_bucket_policy.this.policy}"
  }
}

run "refuses_writers_for_any_account" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    writers = [{
      sid            = "LetAnybodyWrite"
      services       = ["bcm-data-exports.amazonaws.com"]
      actions        = ["s3:PutObject"]
      source_account = "*"
      source_arns    = []
    }]
  }

  expect_failures = [var.writers]
}
