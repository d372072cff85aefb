data "aws_partition" "current" {}

locals {
  # What the sentry itself does. Converse and ConverseStream are checked as InvokeModel and
  # InvokeModelWithResponseStream; they are named too in case they get actions of their own:
  # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
  calls = ["bedrock:InvokeModel*", "bedrock:Converse*", "bedrock:CountTokens"]

  # Other ways to a model, which no reservation covers; the sentry takes none of them.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
  detours = [
    # API keys, whoever holds them.
    "bedrock:CallWithBearerToken",
    # Batches and jobs, whose calls Bedrock makes itself.
    "bedrock:CreateModelInvocationJob",
    "bedrock:CreateModelEvaluationJob",
    "bedrock:CreateEvaluationJob",
    "bedrock:CreateAdvancedPromptOptimizationJob",
    "bedrock:OptimizePrompt",
    "bedrock:StartAsyncInvoke",
    # Agents, flows and knowledge bases.
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock:StartFlowExecution",
    "bedrock:InvokeBuilder",
    "bedrock:InvokeTool",
    "bedrock:RetrieveAndGenerate*",
    "bedrock:AgenticRetrieve*",
    "bedrock:GenerateQuery",
    "bedrock:Rerank",
    # Data automation.
    "bedrock:InvokeDataAutomation*",
    "bedrock:InvokeBlueprint*",
    # The endpoint that speaks OpenAI's and Anthropic's own APIs, with a prefix of its own:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockpoweredbyawsmantle.html
    "bedrock-mantle:*",
  ]

  # For a session of a role, aws:PrincipalArn is the ARN of the role:
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
  deny = [
    {
      Sid       = "DenyCallsAroundTheSentry"
      Effect    = "Deny"
      Action    = local.calls
      Resource  = "*"
      Condition = { ArnNotLike = { "aws:PrincipalArn" = sort(distinct(concat(var.sentry_role_arns, var.exceptions))) } }
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

  is_sentry    = { ArnLike = { "aws:PrincipalArn" = sort(distinct(var.sentry_role_arns)) } }
  profile_arns = "arn:${data.aws_partition.current.partition}:bedrock:*:*:application-inference-profile/*"

  # Characters that each form may have:
  # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  size_max = { scp = 5120, policy = 6144 }

  confined   = jsonencode({ Version = "2012-10-17", Statement = concat(local.deny, local.confine) })
  unconfined = jsonencode({ Version = "2012-10-17", Statement = local.deny })

  # Many models do not fit, and what the roles are allowed names them as well.
  documents = {
    for form, size_max in local.size_max : form =>
    length(local.confined) <= size_max || try(var.confinement.required, false) ? local.confined : local.unconfined
  }
}
