# The proxy's settings of its front against each other. core/policy/proxy-fronts.ts has the same rules.

locals {
  front     = var.proxy.front
  is_url    = local.front == "function_url"
  is_global = local.front == "cloudfront"

  front_problems = [for problem in [
    { path = "proxy.cloudfront", wrong = var.proxy.cloudfront != null && !local.is_global, says = "is only allowed with front = \"cloudfront\", got front = \"${local.front}\": leave it out, or set that front" },
    { path = "proxy.rest_api", wrong = var.proxy.rest_api != null && local.front != "rest_api", says = "is only allowed with front = \"rest_api\", got front = \"${local.front}\": leave it out, or set that front" },
    { path = "proxy.domain", wrong = var.proxy.domain != null && local.is_url, says = "a Function URL cannot have its own domain: write front = \"cloudfront\" or front = \"rest_api\", or leave it out" },
    { path = "proxy.web_acl", wrong = var.proxy.web_acl != null && local.is_url, says = "a Function URL cannot have a web ACL: write front = \"cloudfront\" or front = \"rest_api\", or leave it out" },
    { path = "proxy.front", wrong = var.functions.vpc != null && var.proxy.enabled && local.front != "rest_api", says = "\"${local.front}\" cannot stream from functions in a VPC: write front = \"rest_api\", or leave functions.vpc out" },
    { path = "proxy.domain", wrong = var.proxy.domain != null && length(flatten(var.proxy.rest_api[*].vpc_endpoint_ids)) > 0, says = "a private REST API has no domain here: leave domain out, and use the output proxy_url in the VPC" },
    { path = "proxy_origin_secrets", wrong = local.secret_count > 0 && !local.is_global, says = "is only allowed with proxy.front = \"cloudfront\", got \"${local.front}\": leave it out, or set that front" },
    { path = "proxy_origin_secrets", wrong = local.secret_count == 0 && local.is_global && var.proxy.enabled, says = "is required with proxy.front = \"cloudfront\": set one random value of 32 to 128 characters, such as TF_VAR_proxy_origin_secrets='[\"...\"]'" },
  ] : "${problem.path}: ${problem.says}" if problem.wrong]

  # How many there are is no secret.
  secret_count = nonsensitive(length(var.proxy_origin_secrets))

  # ARNs apart: they may be known only after apply. Those of CloudFront are in one region.
  front_region = local.is_global ? "us-east-1" : var.region
  front_scope  = local.is_global ? "global" : "regional"
  front_arn_problems = local.is_url ? [] : concat(
    [for domain in var.proxy.domain[*] : "proxy.domain.certificate_arn: must be in ${local.front_region} for front = \"${local.front}\": use the ARN of a certificate there" if try(split(":", domain.certificate_arn)[3], local.front_region) != local.front_region],
    [for acl in var.proxy.web_acl[*] : "proxy.web_acl.arn: must be a ${local.front_scope} web ACL in ${local.front_region} for front = \"${local.front}\": use arn:aws:wafv2:${local.front_region}:<account>:${local.front_scope}/webacl/<name>/<id>" if !can(regex("^arn:[^:]+:wafv2:${local.front_region}:[^:]+:${local.front_scope}/", acl.arn))],
  )
}
