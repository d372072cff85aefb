# Permissions of each function: exactly the calls it makes, on exactly the resources it uses.
# modules/function adds permission to write to the function's log group.

locals {
  ledger_arn = module.ledger.table_arn
  bus_arn    = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${local.config.event_bus_name}"

  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
  is_policy   = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["policy", "override"] } }
  is_layout   = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["ledger"] } }
  is_settings = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["ledger", "override"] } }
  is_account  = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["account#*"] } }
  is_seal_key = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["seal"] } }
  is_key      = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["key", "token"] } }
  is_token    = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["token", "tokenOwner", "keyChange"] } }
  is_owner    = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["tokenOwner"] } }
  is_key_use  = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["keyUse"] } }
  is_any_key  = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["key", "keyUse"] } }
  is_key_work = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["key", "token", "keyChange"] } }
  is_override = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["override"] } }
  is_change   = { "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["keyChange"] } }
  is_claim    = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["idempotency#*"] } }

  # The policy holds together with the overrides and with the split of its counters over shards.
  may_read_policy = [
    { sid = "ReadPolicy", actions = ["dynamodb:Query"], resources = [local.ledger_arn], conditions = local.is_policy },
    { sid = "ReadShardLayout", actions = ["dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_layout },
  ]
  # Accounts and their usage samples.
  may_read_accounts = { sid = "ReadAccounts", actions = ["dynamodb:BatchGetItem"], resources = [local.ledger_arn], conditions = local.is_account }
  # A condition that failed on an item that does not exist yet returns no item: one read makes sure.
  # The index has keys of accounts alone; its lists are named after users' limits.
  may_list_holders = { sid = "ListHolders", actions = ["dynamodb:Query"], resources = ["${local.ledger_arn}/index/nearest"], conditions = {} }

  may_count = { sid = "Count", actions = ["dynamodb:UpdateItem", "dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_account }
  # Of a request with an idempotency key: claimed before it is reserved, ended once it is recorded.
  may_claim     = { sid = "ClaimKeys", actions = ["dynamodb:UpdateItem", "dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_claim }
  may_end_claim = { sid = "EndClaims", actions = ["dynamodb:UpdateItem"], resources = [local.ledger_arn], conditions = local.is_claim }
  # The key for seals on what the workflow hands on; the functions that its runs begin with create it.
  may_read_seal_key   = { sid = "ReadSealKey", actions = ["dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_seal_key }
  may_create_seal_key = { sid = "CreateSealKey", actions = ["dynamodb:UpdateItem"], resources = [local.ledger_arn], conditions = local.is_seal_key }
  # The gateway makes tokens, counts those of an identity and leaves a line for the audit log. It cannot
  # write keys.
  may_make_tokens       = { sid = "MakeTokens", actions = ["dynamodb:PutItem"], resources = [local.ledger_arn], conditions = local.is_token }
  may_read_token_owners = { sid = "ReadTokenOwners", actions = ["dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_owner }
  # The proxy reads keys and tokens, and records the day of the last use of keys in separate items.
  may_read_keys      = { sid = "ReadKeys", actions = ["dynamodb:GetItem"], resources = [local.ledger_arn], conditions = local.is_key }
  may_record_key_use = { sid = "RecordKeyUse", actions = ["dynamodb:PutItem"], resources = [local.ledger_arn], conditions = local.is_key_use }
  # The function of operators alone writes keys and limits: keys are written after a line for the audit
  # log, limits are overridden by items that the sweep puts there.
  may_list_keys     = { sid = "ListKeys", actions = ["dynamodb:Query"], resources = [local.ledger_arn], conditions = local.is_any_key }
  may_change_keys   = { sid = "ChangeKeys", actions = ["dynamodb:PutItem"], resources = [local.ledger_arn], conditions = local.is_key_work }
  may_change_limits = { sid = "ChangeLimits", actions = ["dynamodb:PutItem"], resources = [local.ledger_arn], conditions = local.is_override }
  # The sweep alone writes the shard layout, and marks overrides as written to the audit log.
  may_keep_settings = { sid = "KeepSettings", actions = ["dynamodb:UpdateItem"], resources = [local.ledger_arn], conditions = local.is_settings }
  # Changes of keys wait in the table until the sweep has put them into the audit log.
  may_audit_keys = { sid = "AuditKeys", actions = ["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], resources = [local.ledger_arn], conditions = local.is_change }
  may_alert      = { sid = "Alert", actions = ["events:PutEvents"], resources = [local.bus_arn], conditions = {} }
  # Cost Explorer has no resources to name:
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscostexplorerservice.html
  may_read_costs = { sid = "ReadCosts", actions = ["ce:GetCostAndUsage"], resources = ["*"], conditions = {} }
  may_report = concat(
    [
      local.may_read_costs,
      { sid = "KeepReports", actions = ["s3:PutObject"], resources = ["arn:${local.partition}:s3:::${local.report_bucket_name}/*"], conditions = {} },
    ],
    [for arn in local.config.cost_reports.kms_key_arn == null ? [] : [local.config.cost_reports.kms_key_arn] : { sid = "EncryptReports", actions = ["kms:GenerateDataKey"], resources = [arn], conditions = {} }],
  )
  # Nor has CloudWatch for reading metrics:
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
  may_reconcile = concat(
    local.may_read_policy,
    [{ sid = "ReadMetrics", actions = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], resources = ["*"], conditions = {} }],
    [for statement in [local.may_read_costs] : statement if local.config.reconciliation.bill],
    [for statement in [local.may_count] : statement if local.config.reconciliation.fold],
    [local.may_alert],
    local.may_use_key,
  )
  may_start   = { sid = "RunWorkflow", actions = ["states:StartSyncExecution"], resources = [local.state_machine_arn], conditions = {} }
  may_use_key = [for arn in local.config.kms_key_arn == null ? [] : [local.config.kms_key_arn] : { sid = "UseKey", actions = ["kms:Decrypt"], resources = [arn], conditions = local.is_via_dynamodb }]

  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
  is_via_dynamodb = { StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.${data.aws_partition.current.dns_suffix}"] } }
}

# A call through a profile is checked on the profile and on every model behind it, in each region it
# may be routed to: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
locals {
  may_invoke = concat(
    [for tag in length(local.inference_profiles) == 0 ? [] : [local.owner_tag] : {
      sid       = "InvokeThroughOwnProfiles"
      actions   = ["bedrock:InvokeModel"]
      resources = ["arn:${local.partition}:bedrock:${local.region}:${local.account_id}:application-inference-profile/*"]
      # By tag and not by ARN: the profiles of a large organization do not fit into a policy.
      conditions = { StringEquals = { "aws:ResourceTag/${tag}" = [local.config.name] } }
    }],
    [{
      sid        = "InvokeModelsOfThePolicy"
      actions    = ["bedrock:InvokeModel"]
      resources  = sort(distinct(flatten(values(local.model_arns))))
      conditions = {}
    }],
  )

  # The same calls, streamed as well.
  may_stream = [for statement in local.may_invoke : merge(statement, { actions = concat(statement.actions, ["bedrock:InvokeModelWithResponseStream"]) })]

  # CountTokens takes bare model ids only:
  # https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
  may_count_tokens = [for statement in local.may_count_any_tokens : statement if local.config.ledger.reservation == "count"]
  may_count_any_tokens = [{
    sid        = "CountTokensOfThePolicysModels"
    actions    = ["bedrock:CountTokens"]
    resources  = local.counted_model_arns
    conditions = {}
  }]
  counted_model_arns = sort(distinct([
    for model in module.configuration.resolved_models : "arn:${local.partition}:bedrock:${local.region}::foundation-model/${model.base_id}" if !model.is_arn
  ]))

  # Roles of the functions with a right to call or count.
  bedrock_role_arns = [
    for name, settings in local.functions : module.functions[name].role.arn
    if anytrue([for action in flatten(settings.statements[*].actions) : startswith(action, "bedrock:")])
  ]

  # With another account id, because the real one is known only after the first apply.
  model_arns = { for alias, arns in local.model_arn_forms : alias => [for arn in arns : replace(arn, local.some_account_id, local.account_id)] }

  some_account_id = "000000000000"
  model_arn_forms = {
    for alias, model in module.configuration.resolved_models : alias => compact(concat(
      model.is_arn ? [local.config.models[alias].model_id] : [],
      model.is_arn || model.prefix != "" ? [] : ["arn:${local.partition}:bedrock:${local.region}::foundation-model/${model.base_id}"],
      model.prefix == "" ? [] : [
        "arn:${local.partition}:bedrock:${local.region}:${local.some_account_id}:inference-profile/${local.config.models[alias].model_id}",
        "arn:${local.partition}:bedrock:*::foundation-model/${model.base_id}",
      ],
      # The global profiles may route to a region that the request does not name.
      model.prefix == "global." ? ["arn:${local.partition}:bedrock:::foundation-model/${model.base_id}"] : [],
    ))
  }
}

# The ARNs of models are the one part of a role's policy that grows.
locals {
  # Characters of all inline policies of a role, without white space:
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  policy_characters_max            = 10240
  policy_characters_besides_models = 4000 # with the longest names; test/terraform/policy_sizes.tftest.hcl

  # Each with its quotes and a comma.
  invoked_characters = sum([for arn in distinct(flatten(values(local.model_arn_forms))) : length(arn) + 3])
  counted_characters = sum(concat([0], [for arn in local.counted_model_arns : length(arn) + 3]))
  model_characters = { for name, settings in local.functions : name => sum(concat([0], [
    for statement in settings.statements : lookup({
      InvokeModelsOfThePolicy       = local.invoked_characters
      CountTokensOfThePolicysModels = local.counted_characters
    }, statement.sid, 0)
  ])) }
  models_too_long = [
    for name, characters in local.model_characters : name
    if characters + local.policy_characters_besides_models > local.policy_characters_max
  ]
}

# Permissions that the role of a cost center's caller needs. The gateway checks `callers`, not IAM.
locals {
  caller_statements = concat(
    [for statement in local.may_call_api : statement if local.config.api.enabled && (local.config.api.authorization == "iam" || local.config.proxy.enabled)],
    [for statement in local.may_call_function_url : statement if local.config.api.function_url && local.config.api.enabled],
    [for statement in local.may_invoke_for_tokens : statement if local.token_function],
  )

  # Without an API, the function itself makes tokens of the proxy, for identities that AWS confirms.
  token_function = !local.config.api.enabled && local.config.proxy.enabled
  may_invoke_for_tokens = [{
    Sid      = "GetTokens"
    Effect   = "Allow"
    Action   = ["lambda:InvokeFunction"]
    Resource = [module.functions["gateway"].arn]
  }]

  may_call_api = [{
    Sid      = "CallTheApi"
    Effect   = "Allow"
    Action   = ["execute-api:Invoke"]
    Resource = flatten(values(module.api)[*].signed_route_arns)
  }]

  # Function URLs made since October 2025 ask for both:
  # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
  may_call_function_url = [
    {
      Sid       = "CallTheFunctionUrl"
      Effect    = "Allow"
      Action    = ["lambda:InvokeFunctionUrl"]
      Resource  = [module.functions["gateway"].arn]
      Condition = { StringEquals = { "lambda:FunctionUrlAuthType" = "AWS_IAM" } }
    },
    {
      Sid       = "InvokeThroughTheFunctionUrl"
      Effect    = "Allow"
      Action    = ["lambda:InvokeFunction"]
      Resource  = [module.functions["gateway"].arn]
      Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
    },
  ]
}
