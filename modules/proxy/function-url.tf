# A public URL, also behind CloudFront: the function checks the key of every request itself, because
# the clients of model APIs sign for Bedrock, or send a key, and not for Lambda. CloudFront could sign
# for Lambda only if clients sent the hash of their body, which they do not:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
resource "aws_lambda_function_url" "this" {
  #checkov:skip=CKV_AWS_258: clients send a key of this service, which the function checks before all else.
  for_each = local.urls

  function_name      = var.function_name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"

  depends_on = [aws_lambda_permission.url]
}

# Function URLs made since October 2025 need both permissions:
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
# Before version 6.28 the provider adds the first to every public URL that it creates, by this id, and
# never removes it. With the same id there is one, which goes with the URL.
resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301: see aws_lambda_function_url.
  for_each = local.urls

  statement_id           = "FunctionURLAllowPublicAccess"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = var.function_name
  principal              = "*"
  function_url_auth_type = "NONE"
}

# Without the condition anyone could invoke the function directly; the provider has no argument for
# it before version 6.28.
resource "aws_cloudformation_stack" "permission" {
  #checkov:skip=CKV_AWS_124: it has one resource, which changes only with the function.
  for_each = local.urls

  name       = "${var.name}-proxy-permission"
  on_failure = "DELETE"
  tags       = var.tags

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Lets the Function URL of ${var.function_name} invoke it"
    Resources = {
      Permission = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          FunctionName          = var.function_arn
          Principal             = "*"
          InvokedViaFunctionUrl = true
        }
      }
    }
  })
}

moved {
  from = aws_lambda_function_url.this
  to   = aws_lambda_function_url.this["url"]
}

moved {
  from = aws_lambda_permission.url
  to   = aws_lambda_permission.url["url"]
}

moved {
  from = aws_cloudformation_stack.permission
  to   = aws_cloudformation_stack.permission["url"]
}
