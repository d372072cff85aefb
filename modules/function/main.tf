resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50: X-Ray tracing is the caller's decision (tracing).
  #checkov:skip=CKV_AWS_116: called synchronously, or with a queue as destination of what failed (dead_letters).
  #checkov:skip=CKV_AWS_117: a VPC is the caller's decision (vpc): the function calls AWS APIs only.
  #checkov:skip=CKV_AWS_173: its environment holds names, no secrets.
  #checkov:skip=CKV_AWS_272: the bundle comes with the module, whose version and hash Terraform pins.
  function_name    = var.name
  description      = var.description
  role             = module.role.arn
  filename         = var.bundle
  source_code_hash = fileexists(var.bundle) ? filebase64sha256(var.bundle) : null
  handler          = "index.handler"
  runtime          = "nodejs22.x"
  architectures    = ["arm64"]
  timeout          = var.timeout_seconds
  memory_size      = var.memory_mb
  tags             = var.tags

  # Lambda's word for "nothing reserved" is -1.
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  # Start and end of every call are Lambda's own messages below WARN; they would double the log. The
  # report at the end has the duration of the start, which tracing is about.
  logging_config {
    log_format       = "JSON"
    log_group        = local.log_group.name
    system_log_level = var.tracing ? "INFO" : "WARN"
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.bundle)
      error_message = "bundle: there is no ${var.bundle}. Run `npm run build` in the module's folder, or use a release, which holds the bundles."
    }
  }

  # Else the first call could come before the role may log.
  depends_on = [module.role]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: how long to keep logs is the caller's decision (log_retention_days); a year by default.
  for_each = var.log_group == null ? toset([coalesce(var.log_group_name, "/aws/lambda/${var.name}")]) : []

  name              = each.value
  retention_in_days = var.log_retention_days
  skip_destroy      = var.keep_log_group
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

locals {
  log_group = var.log_group != null ? var.log_group : one([
    for group in aws_cloudwatch_log_group.this : { name = group.name, arn = group.arn }
  ])
}
