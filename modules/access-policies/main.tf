data "aws_partition" "current" {}

locals {
  # Actions of the sentry itself. Converse and ConverseStream are checked as InvokeModel and
  # InvokeModelWithResponseStream; they are listed too, in case AWS adds separate actions:
  # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
  calls = ["bedrock:InvokeModel*", "bedrock:Converse*", "bedrock:CountTokens"]

  # Other ways to a model, which no reservation covers; the sentry takes none of them.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
  detours = [
    # API keys.
    "bedrock:CallWithBearerToken",
    # Batches and jobs, whose calls Bedrock makes itself.
    "bedrock:CreateModelInvocationJob",
    "bedrock:CreateModelEvaluationJob",
    "bedrock:CreateEvaluationJob",
    "bedrock:CreateAdvancedPromptOptimizationJob",
    "bedrock:CreateModelCustomizationJob",
    "bedrock:OptimizePrompt",
    "bedrock:StartAsyncInvoke",
    "bedrock:StartAutomatedReasoning*",
    # Agents, flows and knowledge bases. Retrieve takes a model for filters and for reranking.
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock:StartFlowExecution",
    "bedrock:InvokeBuilder",
    "bedrock:InvokeTool",
    "bedrock:Retrieve*",
    "bedrock:AgenticRetrieve*",
    "bedrock:GenerateQuery",
    "bedrock:Rerank",
    "bedrock:StartIngestionJob",
    "bedrock:IngestKnowledgeBaseDocuments",
    # Data automation.
    "bedrock:InvokeDataAutomation*",
    "bedrock:InvokeBlueprint*",
    # AgentCore, where the service runs the model: judges, harnesses, insights, extraction of memory.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html
    "bedrock-agentcore:Evaluate",
    "bedrock-agentcore:StartBatchEvaluation",
    "bedrock-agentcore:CreateOnlineEvaluationConfig",
    "bedrock-agentcore:UpdateOnlineEvaluationConfig",
    "bedrock-agentcore:InvokeHarness",
    "bedrock-agentcore:StartRecommendation",
    "bedrock-agentcore:StartDatasetGeneration",
    "bedrock-agentcore:StartPolicyGeneration",
    "bedrock-agentcore:UpdateAgentInsightStore",
    "bedrock-agentcore:CreateEvent",
    "bedrock-agentcore:IngestData",
    "bedrock-agentcore:StartMemoryExtractionJob",
    # The endpoint for the APIs of OpenAI and Anthropic, with a separate prefix:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockpoweredbyawsmantle.html
    "bedrock-mantle:*",
    # Claude Platform on AWS, which Anthropic operates and AWS bills:
    # https://docs.aws.amazon.com/claude-platform/latest/userguide/iam-actions.html
    "aws-external-anthropic:*",
  ]

  # A name is unique among the roles of an account, so a long path is left out.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  sentry_roles = sort(distinct([for arn in var.sentry_role_arns : replace(arn, local.long_path, local.any_path)]))
  sentry_parts = sort(distinct([for arn in try(var.protection.role_arns, []) : replace(arn, local.long_path, local.any_path)]))
  long_path    = "/:role/.{2,}[/]/"
  any_path     = ":role/*/"

  # For a session of a role, aws:PrincipalArn is the ARN of the role:
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
  deny = [
    {
      Sid       = "DenyCallsAroundTheSentry"
      Effect    = "Deny"
      Action    = local.calls
      Resource  = "*"
      Condition = { ArnNotLike = { "aws:PrincipalArn" = sort(distinct(concat(local.sentry_roles, var.exceptions))) } }
    },
    merge(
      {
        Sid      = "DenyDetours"
        Effect   = "Deny"
        Action   = local.detours
        Resource = "*"
      },
      { for key, arns in { Condition = sort(distinct(var.exceptions)) } : key => { ArnNotLike = { "aws:PrincipalArn" = arns } } if length(arns) > 0 },
    ),
  ]

  confine = flatten([for confinement in var.confinement == null ? [] : [var.confinement] : [
    {
      Sid         = "ConfineTheSentryToItsModels"
      Effect      = "Deny"
      Action      = local.calls
      NotResource = sort(distinct(concat(confinement.model_arns, [local.profile_arns])))
      Condition   = local.is_sentry
    },
    # By tag and not by ARN: the profiles of a large organization do not fit into a policy.
    {
      Sid       = "ConfineTheSentryToItsProfiles"
      Effect    = "Deny"
      Action    = local.calls
      Resource  = local.profile_arns
      Condition = merge(local.is_sentry, { StringNotEquals = { "aws:ResourceTag/${confinement.profile_tag.key}" = confinement.profile_tag.value } })
    },
  ]])

  is_sentry    = { ArnLike = { "aws:PrincipalArn" = local.sentry_roles } }
  profile_arns = "arn:${data.aws_partition.current.partition}:bedrock:*:*:application-inference-profile/*"

  # Actions that can bypass the sentry: docs/security.md.
  protect = flatten([for protection in var.protection == null ? [] : [var.protection] : [
    {
      Sid    = "ProtectTheSentry"
      Effect = "Deny"
      Action = [
        "lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:AddPermission", "lambda:Update*", "lambda:Put*", "lambda:Delete*", "lambda:CreateFunctionUrlConfig",
        "dynamodb:Put*", "dynamodb:Update*", "dynamodb:Delete*", "dynamodb:BatchWriteItem", "dynamodb:PartiQL*",
        "scheduler:Update*", "scheduler:Delete*",
        "iam:PassRole", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePolicy",
      ]
      # With a wildcard for versions and aliases of the functions, and the backups of the table.
      Resource = concat([for arn in sort(concat(protection.function_arns, [protection.table_arn])) : "${arn}*"], sort(protection.schedule_arns), local.sentry_parts)
      Condition = {
        ArnNotLike = { "aws:PrincipalArn" = sort(distinct(concat(local.sentry_parts, protection.operator_arns))) }
        # Callers of a Function URL need the right to invoke through it.
        BoolIfExists = { "lambda:InvokedViaFunctionUrl" = "false" }
      }
    },
    {
      Sid       = "ProtectTheWorkflow"
      Effect    = "Deny"
      Action    = ["states:Start*", "states:RedriveExecution", "states:Update*", "states:Delete*"]
      Resource  = [protection.state_machine_arn, "${protection.state_machine_arn}:*", "${replace(protection.state_machine_arn, ":stateMachine:", ":express:")}:*"]
      Condition = { ArnNotLike = { "aws:PrincipalArn" = sort(distinct(concat(protection.starter_arns, protection.operator_arns))) } }
    },
    {
      Sid      = "ProtectItsProfiles"
      Effect   = "Deny"
      Action   = ["bedrock:TagResource", "bedrock:UntagResource", "bedrock:DeleteInferenceProfile"]
      Resource = local.profile_arns
      Condition = {
        ArnNotLike   = { "aws:PrincipalArn" = sort(distinct(protection.operator_arns)) }
        StringEquals = { "aws:ResourceTag/${protection.profile_tag.key}" = protection.profile_tag.value }
      }
    },
    # Account-wide settings that log every prompt, or add guardrails to every call.
    {
      Sid       = "ProtectAccountSettings"
      Effect    = "Deny"
      Action    = ["bedrock:PutModelInvocationLoggingConfiguration", "bedrock:PutEnforcedGuardrailConfiguration"]
      Resource  = "*"
      Condition = { ArnNotLike = { "aws:PrincipalArn" = sort(distinct(protection.operator_arns)) } }
    },
    # Roles that callers.iam_role_arns would take for those of IAM Identity Center. The service makes
    # its own through a service-linked role, which these policies do not apply to.
    {
      Sid       = "ProtectNamesOfSso"
      Effect    = "Deny"
      Action    = ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"]
      Resource  = "arn:${data.aws_partition.current.partition}:iam::*:role/*AWSReservedSSO_*"
      Condition = { ArnNotLike = { "aws:PrincipalArn" = ["arn:${data.aws_partition.current.partition}:iam::*:role/aws-service-role/sso.amazonaws.com/*"] } }
    },
  ]])
}
