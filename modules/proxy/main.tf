# The parts that each front needs, in a file for each.

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  region = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6

  urls          = toset(var.front == "rest_api" ? [] : ["url"])
  distributions = toset(var.front == "cloudfront" ? ["distribution"] : [])
  # A private and a public API are separate resources, because an API in place would keep endpoints.
  rest_apis = toset(var.front == "rest_api" ? [local.is_private ? "private" : "public"] : [])

  # Without a slash at their ends: clients append their paths.
  function_url = one([for url in aws_lambda_function_url.this : trimsuffix(url.function_url, "/")])
  own_url = {
    function_url = local.function_url
    cloudfront   = one([for distribution in aws_cloudfront_distribution.this : "https://${distribution.domain_name}"])
    rest_api     = local.rest_api_url
  }[var.front]
}
