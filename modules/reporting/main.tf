# A CUR 2.0 export: every line of the bill, with the tags of the inference profiles as columns.

data "aws_partition" "current" {}

data "aws_region" "current" {}

module "bucket" {
  source = "../bucket"

  name           = coalesce(var.bucket_name, "${var.name}-cur-${var.account_id}")
  retention_days = var.retention_days
  kms_key_arn    = var.kms_key_arn
  force_destroy  = var.force_destroy
  tags           = var.tags

  # https://docs.aws.amazon.com/cur/latest/userguide/dataexports-s3-bucket.html
  writers = [{
    sid            = "LetExportsWrite"
    services       = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]
    actions        = ["s3:PutObject", "s3:GetBucketPolicy"]
    source_account = var.account_id
    source_arns = [
      "arn:${local.partition}:bcm-data-exports:us-east-1:${var.account_id}:export/*",
      "arn:${local.partition}:cur:us-east-1:${var.account_id}:definition/*",
    ]
  }]
}

resource "aws_bcmdataexports_export" "this" {
  tags = var.tags

  export {
    name        = var.name
    description = "Costs by cost center, application and environment"

    data_query {
      query_statement = "SELECT ${join(", ", local.columns)} FROM COST_AND_USAGE_REPORT"
      # All seven keys, the billing view included: one that is left out comes back with its default,
      # and the provider takes that for a fault.
      table_configurations = {
        COST_AND_USAGE_REPORT = {
          BILLING_VIEW_ARN                      = "arn:${local.partition}:billing::${var.account_id}:billingview/primary"
          TIME_GRANULARITY                      = upper(var.time_granularity)
          INCLUDE_RESOURCES                     = "TRUE" # the inference profile of a line
          INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
          INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "FALSE"
          INCLUDE_CAPACITY_RESERVATION_DATA     = "FALSE"
          INCLUDE_IAM_PRINCIPAL_DATA            = var.iam_principal ? "TRUE" : "FALSE"
        }
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = module.bucket.name
        s3_prefix = var.prefix
        s3_region = local.region

        s3_output_configurations {
          output_type = "CUSTOM"
          format      = local.formats[var.format].format
          compression = local.formats[var.format].compression
          overwrite   = "OVERWRITE_REPORT"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }

  lifecycle {
    # A setting that AWS adds later would otherwise replace the export; our own changes still do.
    ignore_changes       = [export[0].data_query[0].table_configurations]
    replace_triggered_by = [terraform_data.table_settings]

    precondition {
      condition     = local.region == "us-east-1"
      error_message = "reporting: exports can be made in us-east-1 only, and the provider is in ${local.region}: call modules/reporting by itself with a provider in us-east-1, such as in the payer account."
    }
  }
}

# Without IAM principals it is the text that earlier versions had, so that an upgrade replaces nothing.
resource "terraform_data" "table_settings" {
  input = var.iam_principal ? "${var.time_granularity}, IAM principals" : var.time_granularity
}

moved {
  from = terraform_data.time_granularity
  to   = terraform_data.table_settings
}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6

  formats = {
    parquet = { format = "PARQUET", compression = "PARQUET" }
    csv     = { format = "TEXT_OR_CSV", compression = "GZIP" }
  }

  # Named one by one, as `SELECT *` is refused. `line_item_product_code` of a model sold through AWS
  # Marketplace is a random id; its name is in `product`.
  # https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html
  columns = concat(
    [
      "bill_billing_period_start_date",
      "bill_billing_entity",
      "bill_payer_account_id",
      "line_item_usage_account_id",
      "line_item_usage_start_date",
      "line_item_usage_end_date",
      "line_item_line_item_type",
      "line_item_product_code",
      "line_item_usage_type",
      "line_item_operation",
      "line_item_resource_id",
      "line_item_usage_amount",
      "line_item_currency_code",
      "line_item_unblended_cost",
      "pricing_unit",
      "product",
      "resource_tags",
    ],
    # The tags of the role or user are in `tags`, as `iamPrincipal/<key>`.
    var.iam_principal ? ["line_item_iam_principal", "tags"] : [],
    # Keys are written in snake case after `user_`: costCenter -> resource_tags.user_cost_center
    [for key in var.tag_keys : format("resource_tags.%[1]s AS %[1]s", local.tag_columns[key])],
  )
  tag_columns = {
    for key in var.tag_keys : key => "user_${lower(replace(replace(key, "/([a-z0-9])([A-Z])/", "$${1}_$2"), "/[^a-zA-Z0-9]+/", "_"))}"
  }
}
