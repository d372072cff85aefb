# CloudFront in front of the Function URL: HTTP/2, an own domain, a web ACL.

locals {
  # The same in every account:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68: a web ACL is the caller's decision (web_acl).
  #checkov:skip=CKV2_AWS_47: which rules it has is the caller's decision.
  #checkov:skip=CKV_AWS_86: a bucket for access lines is the caller's decision (cloudfront.access_log_bucket).
  #checkov:skip=CKV_AWS_174: the certificate of *.cloudfront.net has this minimum; with a domain it is TLS 1.2.
  #checkov:skip=CKV_AWS_305: there is no page to show at the root.
  #checkov:skip=CKV_AWS_310: one function answers; there is no second origin.
  #checkov:skip=CKV_AWS_374: in which countries callers are is the caller's decision (web_acl).
  #checkov:skip=CKV2_AWS_32: answers of an API that no browser shows.
  #checkov:skip=CKV2_AWS_42: a domain is the caller's decision (domain).
  for_each = local.distributions

  comment         = "Model APIs of ${var.name}"
  enabled         = true
  is_ipv6_enabled = true
  # The AWS SDK for JavaScript speaks nothing else to Bedrock.
  http_version = "http2"
  aliases      = var.domain == null ? [] : [var.domain.name]
  web_acl_id   = one(var.web_acl[*].arn)
  tags         = var.tags

  origin {
    origin_id   = "function"
    domain_name = trimprefix(local.function_url, "https://")

    custom_header {
      name  = "x-sentry-origin"
      value = var.origin_secrets[0]
    }

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = var.read_timeout_seconds
      origin_keepalive_timeout = 60
    }
  }

  # Compression would hold events of a stream back.
  default_cache_behavior {
    target_origin_id         = "function"
    viewer_protocol_policy   = "https-only"
    allowed_methods          = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = local.caching_disabled
    origin_request_policy_id = local.all_viewer_except_host_header
    compress                 = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = one(var.domain[*].certificate_arn)
    ssl_support_method             = var.domain == null ? null : "sni-only"
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
  }

  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html:
  # no request header of a client that could be a key is in it.
  dynamic "logging_config" {
    for_each = var.cloudfront.access_log_bucket[*]

    content {
      bucket          = logging_config.value
      include_cookies = false
      prefix          = "${var.name}/"
    }
  }
}
