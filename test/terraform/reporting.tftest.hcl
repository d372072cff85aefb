mock_provider "aws" {
  source = "./mocks"

  mock_data "aws_region" {
    defaults = { id = "us-east-1", name = "us-east-1" }
  }
}

# As everywhere else in the tests: not us-east-1.
mock_provider "aws" {
  alias  = "elsewhere"
  source = "./mocks"
}

variables {
  name       = "genai"
  account_id = "111122223333"
}

run "defaults" {
  command = apply

  module {
    source = "./modules/reporting"
  }

  assert {
    condition     = output.bucket_name == "genai-cur-111122223333"
    error_message = "The bucket's name is the deployment's and the account's, got ${output.bucket_name}."
  }

  assert {
    condition     = output.tag_columns == { costCenter = "user_cost_center", applicationId = "user_application_id", environment = "user_environment" }
    error_message = "Columns are named as the bill names the tags, got ${jsonencode(output.tag_columns)}."
  }

  assert {
    condition     = endswith(one(one(aws_bcmdataexports_export.this.export).data_query).query_statement, ", resource_tags.user_cost_center AS user_cost_center, resource_tags.user_application_id AS user_application_id, resource_tags.user_environment AS user_environment FROM COST_AND_USAGE_REPORT") && !strcontains(one(one(aws_bcmdataexports_export.this.export).data_query).query_statement, "*")
    error_message = "The columns are named one by one: ${one(one(aws_bcmdataexports_export.this.export).data_query).query_statement}"
  }

  # One that is missing makes the apply fail: the provider finds it in the answer.
  assert {
    condition = one(one(aws_bcmdataexports_export.this.export).data_query).table_configurations["COST_AND_USAGE_REPORT"] == tomap({
      BILLING_VIEW_ARN                      = "arn:aws:billing::111122223333:billingview/primary"
      TIME_GRANULARITY                      = "DAILY"
      INCLUDE_RESOURCES                     = "TRUE"
      INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
      INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "FALSE"
      INCLUDE_CAPACITY_RESERVATION_DATA     = "FALSE"
      INCLUDE_IAM_PRINCIPAL_DATA            = "FALSE"
    })
    error_message = "All settings of the table are given."
  }

  assert {
    condition     = one(one(one(one(aws_bcmdataexports_export.this.export).destination_configurations).s3_destination).s3_output_configurations).format == "PARQUET" && one(one(one(aws_bcmdataexports_export.this.export).destination_configurations).s3_destination).s3_prefix == "cur"
    error_message = "The files are Parquet, under cur/."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/reporting"
  }

  variables {
    tag_keys         = ["costCenter", "aws:createdBy", "Team Name"]
    time_granularity = "hourly"
    iam_principal    = true
    format           = "csv"
    bucket_name      = "finops-bills"
    prefix           = "bills/cur2"
    retention_days   = 400
    kms_key_arn      = "arn:aws:kms:us-east-1:111122223333:key/1234"
    force_destroy    = true
    tags             = { team = "platform" }
  }

  assert {
    condition     = output.tag_columns["Team Name"] == "user_team_name"
    error_message = "Characters other than letters and digits become an underscore."
  }

  assert {
    condition     = one(one(one(one(aws_bcmdataexports_export.this.export).destination_configurations).s3_destination).s3_output_configurations).compression == "GZIP" && one(one(aws_bcmdataexports_export.this.export).data_query).table_configurations["COST_AND_USAGE_REPORT"]["TIME_GRANULARITY"] == "HOURLY"
    error_message = "format and time_granularity must reach the export."
  }

  assert {
    condition     = one(one(aws_bcmdataexports_export.this.export).data_query).table_configurations["COST_AND_USAGE_REPORT"]["INCLUDE_IAM_PRINCIPAL_DATA"] == "TRUE" && strcontains(one(one(aws_bcmdataexports_export.this.export).data_query).query_statement, ", line_item_iam_principal, tags, ")
    error_message = "iam_principal must reach the export, and its columns."
  }

  assert {
    condition     = output.bucket_name == "finops-bills"
    error_message = "The settings of the bucket must reach it."
  }
}

run "refuses_another_region" {
  command = plan

  module {
    source = "./modules/reporting"
  }

  providers = {
    aws = aws.elsewhere
  }

  expect_failures = [aws_bcmdataexports_export.this]
}

run "refuses_values_that_are_none_of_those_allowed" {
  command = plan

  module {
    source = "./modules/reporting"
  }

  variables {
    name             = "Gen_AI"
    account_id       = "1234"
    tag_keys         = ["user:costCenter"]
    time_granularity = "weekly"
    format           = "json"
    bucket_name      = "B"
    prefix           = "/cur/"
    retention_days   = -1
    kms_key_arn      = "alias/cur"
  }

  expect_failures = [var.name, var.account_id, var.tag_keys, var.time_granularity, var.format, var.bucket_name, var.prefix, var.retention_days, var.kms_key_arn]
}
