output "url" {
  description = "Base URL for clients of Bedrock; others add /openai/v1 or /anthropic, without a slash at its end."
  value       = var.domain == null ? local.own_url : "https://${var.domain.name}"
}

output "dns_target" {
  description = "Target of the DNS record of the domain, as an alias or CNAME: `name` and `zone_id`; null without a domain."
  value = one(concat(
    [for distribution in aws_cloudfront_distribution.this : { name = distribution.domain_name, zone_id = distribution.hosted_zone_id } if var.domain != null],
    [for domain in aws_api_gateway_domain_name.this : { name = domain.regional_domain_name, zone_id = domain.regional_zone_id }],
  ))
}

output "distribution_id" {
  description = "Id of the CloudFront distribution; null with another front."
  value       = one(values(aws_cloudfront_distribution.this)[*].id)
}

output "rest_api" {
  description = "The REST API, as its metrics name it: `name` and `stage`; null with another front."
  value       = one([for stage in aws_api_gateway_stage.this : { name = "${var.name}-proxy", stage = stage.stage_name }])
}
