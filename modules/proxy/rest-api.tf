# A REST API that streams the function's answers, public in its region or private to VPC endpoints.

locals {
  stage      = "proxy"
  is_private = length(var.rest_api.vpc_endpoint_ids) > 0

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
  # The provider has no argument for the transfer mode before version 6.25, hence the document.
  streaming_uri = "arn:${data.aws_partition.current.partition}:apigateway:${local.region}:lambda:path/2021-11-15/functions/${var.function_arn}/response-streaming-invocations"
  any_method = {
    responses = {}
    "x-amazon-apigateway-integration" = {
      type                 = "aws_proxy"
      httpMethod           = "POST"
      uri                  = local.streaming_uri
      passthroughBehavior  = "when_no_match"
      responseTransferMode = "STREAM"
      timeoutInMillis      = var.stream_seconds * 1000
    }
  }
  rest_api_body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "${var.name}-proxy", version = "1" }
    paths = {
      "/" = { "x-amazon-apigateway-any-method" = local.any_method }
      "/{path+}" = { "x-amazon-apigateway-any-method" = merge(local.any_method, {
        parameters = [{ name = "path", in = "path", required = true, schema = { type = "string" } }]
      }) }
    }
    # Bodies reach the function byte by byte, whatever their type: the AWS SDK for JavaScript sends
    # JSON as application/octet-stream.
    "x-amazon-apigateway-binary-media-types" = ["*/*"]
  })

  # Without what could be a credential: no header, no query.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
  access_log_format = jsonencode({
    requestId          = "$context.requestId"
    time               = "$context.requestTimeEpoch"
    sourceIp           = "$context.identity.sourceIp"
    vpcEndpoint        = "$context.identity.vpceId"
    method             = "$context.httpMethod"
    path               = "$context.path"
    status             = "$context.status"
    responseLength     = "$context.responseLength"
    responseLatency    = "$context.responseLatency"
    integrationLatency = "$context.integrationLatency"
    integrationStatus  = "$context.integrationStatus"
    error              = "$context.error.message"
    webAcl             = "$context.wafResponseCode"
  })

  rest_api_url = one([for stage in aws_api_gateway_stage.this : local.is_private
    # A name that resolves in the VPC with and without private DNS of the endpoint.
    ? replace(stage.invoke_url, stage.rest_api_id, "${stage.rest_api_id}-${var.rest_api.vpc_endpoint_ids[0]}")
    : stage.invoke_url
  ])
}

resource "aws_api_gateway_rest_api" "this" {
  #checkov:skip=CKV_AWS_237: no change replaces it; a private one is a separate resource.
  for_each = local.rest_apis

  name        = "${var.name}-proxy"
  description = "Model APIs of ${var.name}"
  body        = local.rest_api_body
  # An import in place of the whole API would also remove its policy and its endpoints.
  put_rest_api_mode = "merge"
  # With a domain, clients use that alone.
  disable_execute_api_endpoint = var.domain != null
  tags                         = var.tags

  endpoint_configuration {
    types            = [local.is_private ? "PRIVATE" : "REGIONAL"]
    vpc_endpoint_ids = local.is_private ? var.rest_api.vpc_endpoint_ids : null
  }
}

# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
resource "aws_api_gateway_rest_api_policy" "this" {
  for_each = local.is_private ? local.rest_apis : toset([])

  rest_api_id = aws_api_gateway_rest_api.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this[each.key].execution_arn}/*"
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this[each.key].execution_arn}/*"
        Condition = { StringNotEquals = { "aws:SourceVpce" = var.rest_api.vpc_endpoint_ids } }
      },
    ]
  })
}

resource "aws_api_gateway_deployment" "this" {
  for_each = local.rest_apis

  rest_api_id = aws_api_gateway_rest_api.this[each.key].id
  triggers    = { content = sha256(jsonencode([local.rest_api_body, var.rest_api.vpc_endpoint_ids])) }

  # A private API without a policy cannot be deployed.
  depends_on = [aws_api_gateway_rest_api_policy.this]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_73: the function's tracing is the caller's decision.
  #checkov:skip=CKV_AWS_120: answers of models are not cached.
  #checkov:skip=CKV2_AWS_4: execution logs would have request headers, and so keys.
  #checkov:skip=CKV2_AWS_77: which rules a web ACL has is the caller's decision.
  #checkov:skip=CKV2_AWS_29: a web ACL is the caller's decision (web_acl).
  #checkov:skip=CKV2_AWS_51: clients have keys, not certificates.
  for_each = local.rest_apis

  rest_api_id   = aws_api_gateway_rest_api.this[each.key].id
  deployment_id = aws_api_gateway_deployment.this[each.key].id
  stage_name    = local.stage
  tags          = var.tags

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      format          = local.access_log_format
    }
  }
}

resource "aws_api_gateway_method_settings" "this" {
  #checkov:skip=CKV_AWS_225: answers of models are not cached.
  #checkov:skip=CKV_AWS_308: answers of models are not cached.
  #checkov:skip=CKV_AWS_276: data tracing is off.
  for_each = local.rest_apis

  rest_api_id = aws_api_gateway_rest_api.this[each.key].id
  stage_name  = aws_api_gateway_stage.this[each.key].stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.rest_api.throttling.rate
    throttling_burst_limit = var.rest_api.throttling.burst
    # Those of each method are billed; those of the stage are there without them.
    metrics_enabled = false
    # Its lines would have request headers, and so keys.
    logging_level      = "OFF"
    data_trace_enabled = false
    caching_enabled    = false
  }
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338: how long to keep logs is the caller's decision (log_retention_days).
  for_each = toset(var.front == "rest_api" && var.rest_api.access_log ? ["api"] : [])

  name              = "/aws/vendedlogs/apigateway/${var.name}-proxy"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_permission" "api" {
  for_each = toset(var.front == "rest_api" ? ["api"] : [])

  statement_id  = "AllowTheRestApi"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${one(values(aws_api_gateway_rest_api.this)).execution_arn}/${local.stage}/*"
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each = toset(var.web_acl == null ? [] : local.rest_apis)

  resource_arn = aws_api_gateway_stage.this[each.key].arn
  web_acl_arn  = var.web_acl.arn
}

resource "aws_api_gateway_domain_name" "this" {
  for_each = toset(var.domain == null ? [] : local.rest_apis)

  domain_name              = var.domain.name
  regional_certificate_arn = var.domain.certificate_arn
  security_policy          = "TLS_1_2"
  tags                     = var.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = aws_api_gateway_domain_name.this

  api_id      = aws_api_gateway_rest_api.this[each.key].id
  stage_name  = aws_api_gateway_stage.this[each.key].stage_name
  domain_name = each.value.domain_name
}
