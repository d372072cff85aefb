# Lines to paste that point clients at the proxy. docs/clients.md explains them.

locals {
  # By its id, because some names of models mean others to Claude Code.
  claude_ids = [for alias, model in local.config.models : model.model_id if strcontains(model.model_id, "anthropic.claude") && !startswith(model.model_id, "arn:")]

  client_settings = merge([for url in values(module.proxy)[*].url : merge(
    {
      boto3             = "export AWS_DEFAULT_REGION=${local.region} AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url} AWS_BEARER_TOKEN_BEDROCK=$KEY"
      aws_sdk_js        = "export AWS_REGION=${local.region} AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url} AWS_BEARER_TOKEN_BEDROCK=$KEY"
      openai            = "export OPENAI_BASE_URL=${url}/openai/v1 OPENAI_API_KEY=$KEY"
      anthropic         = "export ANTHROPIC_BASE_URL=${url}/anthropic ANTHROPIC_API_KEY=$KEY"
      anthropic_bedrock = "export AWS_REGION=${local.region} ANTHROPIC_BEDROCK_BASE_URL=${url} AWS_BEARER_TOKEN_BEDROCK=$KEY"
      litellm           = "export OPENAI_BASE_URL=${url}/openai/v1 OPENAI_API_KEY=$KEY ANTHROPIC_BASE_URL=${url}/anthropic ANTHROPIC_API_KEY=$KEY"
    },
    { for id in slice(local.claude_ids, 0, min(1, length(local.claude_ids))) : "claude_code_bedrock" => "export CLAUDE_CODE_USE_BEDROCK=1 AWS_REGION=${local.region} ANTHROPIC_BEDROCK_BASE_URL=${url} AWS_BEARER_TOKEN_BEDROCK=$KEY ANTHROPIC_MODEL=${id}" },
    { for id in slice(local.claude_ids, 0, min(1, length(local.claude_ids))) : "claude_code_anthropic" => "export ANTHROPIC_BASE_URL=${url}/anthropic ANTHROPIC_AUTH_TOKEN=$KEY ANTHROPIC_MODEL=${id}" },
  )]...)
}
