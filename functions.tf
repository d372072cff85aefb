# The Lambda functions of this deployment: what each one gets and may do, and when it runs.

locals {
  # A model call must end before its reservation does, and before the workflow times out (240 s).
  model_timeout_seconds = min(235, coalesce(local.config.ledger.lease_seconds, 420) - 30)

  ledger_environment = { LEDGER_TABLE_NAME = local.ledger_table_name }
  events_environment = { EVENT_BUS_NAME = local.config.event_bus_name, DEPLOYMENT = local.config.name, METRICS = local.config.observability.metrics, METRIC_NAMESPACE = local.config.observability.namespace }

  proxy_authentication = merge(
    { AUTHENTICATION = join(",", [for way in ["key", "jwt"] : way if contains(local.config.proxy.authentication, way)]) },
    { for name, value in {
      JWT_ISSUER   = try(local.config.proxy.jwt.issuer, null)
      JWT_AUDIENCE = try(join("\n", local.config.proxy.jwt.audience), null)
    } : name => value if value != null },
  )

  # How long a front waits for the first bytes of an answer, and then for the next ones.
  cloudfront_read_seconds = 60
  front_wait_seconds = {
    function_url = null
    cloudfront   = local.cloudfront_read_seconds
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html (2026-11)
    rest_api = 300
  }[local.config.proxy.front]
  proxy_front = merge(
    { for seconds in local.front_wait_seconds[*] : "ANSWER_SECONDS" => tostring(seconds - 3) },
    # The function needs to recognize the secrets only. A digest of so many random characters does not
    # reveal them.
    { for secrets in local.config.proxy.front == "cloudfront" ? [var.proxy_origin_secrets] : [] : "ORIGIN_DIGESTS" => join(",", [for secret in nonsensitive(secrets) : sha256(secret)]) },
  )

  has_operators = length(local.config.operators.iam_role_arns) + length(local.config.operators.jwt) > 0
  # Claims count in tokens of the API's identity provider, or else of the proxy's.
  operator_jwt = local.config.api.jwt != null ? local.config.api.jwt : local.config.proxy.jwt
  operator_authentication = merge(
    { AUTHENTICATION = length(local.config.operators.jwt) == 0 ? "token" : "token,jwt" },
    { for name, value in {
      JWT_ISSUER   = try(local.operator_jwt.issuer, null)
      JWT_AUDIENCE = try(join("\n", local.operator_jwt.audience), null)
    } : name => value if value != null && length(local.config.operators.jwt) > 0 },
  )

  # By name, because the workflow calls functions of the same map that start it.
  state_machine_arn = "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:${local.config.name}"
  audit_log_group = {
    name = local.audit_log_group_name
    arn  = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.audit_log_group_name}"
  }

  function_defaults = {
    enabled        = true
    environment    = {}
    statements     = []
    schedules      = {}
    retries        = null
    log_group      = null
    log_group_name = null
  }

  functions = { for name, settings in local.function_settings : name => merge(local.function_defaults, settings) if lookup(settings, "enabled", true) }

  function_settings = {
    "validate-and-set-context" = {
      description     = "Who pays, which model, is it allowed"
      timeout_seconds = 10
      environment = merge(local.ledger_environment, {
        IDENTITY      = local.identity
        DIRECT_STARTS = length(local.config.workflow.starters) == 0 ? "refused" : "accepted"
      })
      statements = concat(local.may_read_policy, [local.may_read_seal_key, local.may_create_seal_key], local.may_count_tokens, local.may_use_key)
    }

    "reserve-budget" = {
      description     = "Reserves the worst case of a call, or refuses it"
      timeout_seconds = 10
      environment     = local.ledger_environment
      statements      = concat(local.may_read_policy, [local.may_read_seal_key, local.may_read_accounts, local.may_count, local.may_claim], local.may_use_key)
    }

    "invoke-model" = {
      description     = "Calls Bedrock through the tagged inference profile"
      timeout_seconds = local.model_timeout_seconds
      environment     = local.ledger_environment
      statements      = concat([local.may_read_seal_key, local.may_read_accounts], local.may_invoke, local.may_use_key)
    }

    "record-outcome" = {
      description     = "Settles the real cost, writes metrics and the audit line"
      timeout_seconds = 15
      environment     = merge(local.ledger_environment, local.events_environment)
      statements      = concat([local.may_count, local.may_end_claim, local.may_alert], local.may_use_key)
      log_group_name  = local.audit_log_group_name
    }

    "sweep-reservations" = {
      description     = "Settles the reservations whose lease has ended"
      timeout_seconds = 55 # done before the next minute's sweep begins
      environment     = merge(local.ledger_environment, local.events_environment)
      statements      = concat(local.may_read_policy, [local.may_read_accounts, local.may_count, local.may_keep_settings, local.may_audit_keys, local.may_alert], local.may_use_key)
      schedules       = { minute = { expression = "rate(1 minute)" } }
    }

    "gateway" = {
      description     = "The HTTP API: requests, usage and models"
      timeout_seconds = local.model_timeout_seconds + 30
      environment = merge(
        local.ledger_environment,
        { EXECUTION = local.config.execution, IDENTITY = local.identity },
        # Without an API it is invoked directly, and believes no identity that an event names.
        local.config.api.enabled ? {} : { FRONT = "none" },
        local.is_workflow ? { STATE_MACHINE_ARN = local.state_machine_arn } : local.events_environment,
      )
      statements = concat(
        local.may_read_policy,
        [local.may_read_accounts, local.may_list_holders, local.may_make_tokens, local.may_read_token_owners],
        [for statement in [local.may_read_seal_key, local.may_create_seal_key, local.may_start] : statement if local.is_workflow],
        [for statement in concat([local.may_count, local.may_claim, local.may_alert], local.may_invoke, local.may_count_tokens) : statement if !local.is_workflow],
        local.may_use_key,
      )
      # In direct execution the gateway writes the audit lines.
      log_group = local.is_workflow ? null : local.audit_log_group
    }

    "proxy" = {
      enabled         = local.config.proxy.enabled
      description     = "Streams model APIs to unchanged clients"
      timeout_seconds = local.config.proxy.stream_seconds
      environment     = merge(local.ledger_environment, local.events_environment, local.proxy_authentication, local.proxy_front)
      statements = concat(
        local.may_read_policy,
        [local.may_read_keys, local.may_record_key_use, local.may_list_holders, local.may_read_accounts, local.may_count, local.may_alert],
        local.may_stream,
        local.may_count_any_tokens,
        local.may_use_key,
      )
      log_group = local.audit_log_group
    }

    "operate" = {
      enabled         = local.has_operators
      description     = "Changes limits and keys for operators"
      timeout_seconds = 30
      environment     = merge(local.ledger_environment, local.operator_authentication)
      statements = concat(
        local.may_read_policy,
        [local.may_read_accounts, local.may_list_holders, local.may_read_keys, local.may_list_keys, local.may_change_keys, local.may_change_limits],
        local.may_use_key,
      )
    }

    "publish-report" = {
      enabled         = local.config.cost_reports.enabled
      description     = "Reports the cost of Bedrock in the last week or month"
      timeout_seconds = 300 # Cost Explorer can be slow, and throttles
      environment     = merge(local.ledger_environment, local.events_environment, { REPORT_BUCKET_NAME = local.report_bucket_name })
      statements      = concat(local.may_read_policy, local.may_report, [local.may_alert], local.may_use_key)
      schedules       = local.report_schedules
      retries         = 2 # the next call reports another week
    }

    "reconcile-costs" = {
      enabled         = local.config.reconciliation.enabled
      description     = "Compares what was metered with what AWS observed and billed"
      timeout_seconds = 600 # thousands of metrics, and Cost Explorer can be slow
      environment = merge(local.ledger_environment, local.events_environment, {
        TOLERANCE_PERMILLE = format("%.0f", local.config.reconciliation.tolerance_percent * 10)
        BILL               = local.config.reconciliation.bill ? "yes" : "no"
        FOLD_OUTSIDE_USE   = local.config.reconciliation.fold ? "yes" : "no"
      })
      statements = local.may_reconcile
      schedules  = { day = { expression = "cron(10 3 * * ? *)" } } # in UTC, as the days are; CloudWatch has the last one complete
      retries    = 2                                               # tomorrow's call looks at another day
    }
  }
}

moved {
  from = module.gateway
  to   = module.functions["gateway"]
}

moved {
  from = module.report_function["reports"]
  to   = module.functions["publish-report"]
}

moved {
  from = module.reconcile_function["daily"]
  to   = module.functions["reconcile-costs"]
}

# Resources of the sentry that the deny policies protect. Without operators, no one could deploy.
locals {
  protects_sentry = coalesce(local.config.access_policies.protect_sentry, length(local.config.access_policies.operators) > 0)
  protection = {
    function_arns     = values(module.functions)[*].arn
    table_arn         = module.ledger.table_arn
    state_machine_arn = local.state_machine_arn
    schedule_arns     = flatten([for function in module.functions : values(function.schedules)[*].arn])
    role_arns         = concat(values(module.functions)[*].role.arn, [for function in module.functions : function.schedule_role.arn if length(function.schedules) > 0], [module.workflow.role.arn])
    starter_arns      = concat(local.is_workflow ? [module.functions["gateway"].role.arn] : [], local.config.workflow.starters)
    operator_arns     = local.config.access_policies.operators
    profile_tag       = { key = local.owner_tag, value = local.config.name }
    required          = local.config.access_policies.protect_sentry == true
  }
}
