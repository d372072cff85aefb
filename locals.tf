# Names and tags, computed once: input -> resolved -> named.

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  bundle_directory = coalesce(local.config.functions.bundle_directory, "${path.module}/dist/functions")
  bundles          = { for name in module.configuration.function_names : name => "${local.bundle_directory}/${name}.zip" }

  ledger_table_name    = "${local.config.name}-ledger"
  audit_log_group_name = "/${local.config.name}/audit"

  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6
  # From the table rather than from aws_caller_identity: a plan then needs no call to STS.
  account_id = split(":", module.ledger.table_arn)[4]

  # Tells the inference profiles of this deployment from all others, in IAM too.
  owner_tag = "costSentry"
  tags      = merge(local.config.tags, { (local.owner_tag) = local.config.name })
}

locals {
  tags_in_two_cases = merge([for name, key in local.config.tag_keys : {
    for own in keys(local.config.tags) : own => name if lower(own) == lower(key) && own != key
  }]...)
}

# How roles are made.
locals {
  roles = {
    permissions_boundary_arn = local.config.permissions_boundary_arn
    path                     = local.config.role_path
    name_prefix              = local.config.role_name_prefix
  }
}

# How a request runs, and how its caller is bound to a cost center.
locals {
  is_workflow = local.config.execution == "workflow"
  has_callers = anytrue([for center in values(local.config.cost_centers) : length(center.callers) > 0])

  # Sessions are the callers' to choose, and a limit of one request adds nothing up.
  stopping_limits = {
    for path, limits in merge({ for name, center in local.config.cost_centers : "cost_centers.${name}" => center.limits }, { organization = local.config.organization.limits }) :
    path => [for limit in limits : limit if limit.mode != "observe" && limit.window != "request" && limit.per != "session"]
  }
  # A limit of the organization stops every cost center.
  has_organization_limit = length(local.stopping_limits["organization"]) > 0
  unlimited_cost_centers = [
    for name, center in local.config.cost_centers : name
    if !local.has_organization_limit && length(local.stopping_limits["cost_centers.${name}"]) == 0
  ]

  identity = coalesce(local.config.identity, local.has_callers && local.config.api.authorization != "none" ? local.config.api.authorization : "off")
}

# The scheduled report.
locals {
  cost_reports = { for name in ["reports"] : name => local.config.cost_reports if local.config.cost_reports.enabled }
  report_bucket_name = coalesce(local.config.cost_reports.bucket_name, length(local.own_report_bucket) <= 63
    ? local.own_report_bucket
    : "${substr(local.own_report_bucket, 0, 54)}-${substr(sha256(local.own_report_bucket), 0, 8)}"
  )
  own_report_bucket = "${local.config.name}-reports-${local.account_id}-${local.region}"
  # At six in the morning, UTC, two days after the last day: AWS fills a day in over more than 24 hours.
  report_times = {
    week  = "cron(0 6 ? * TUE *)"
    month = "cron(0 6 3 * ? *)"
  }
  # The time is that of the schedule also when the call is repeated. JSON spells its brackets out,
  # and the scheduler replaces them only as they are.
  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  report_schedules = { for period in local.config.cost_reports.periods : period => {
    expression = local.report_times[period]
    input = replace(replace(jsonencode({
      report = period
      time   = "<aws.scheduler.scheduled-time>"
    }), "\\u003c", "<"), "\\u003e", ">")
  } }
}

# One inference profile for every combination that may call.
locals {
  inference_profiles = merge([
    for cost_center, settings in local.config.cost_centers : merge([
      for application in settings.applications : merge([
        for environment in try(local.config.applications[application].environments, []) : {
          for alias in settings.models : "${cost_center}/${application}/${environment}/${alias}" => {
            cost_center = cost_center
            tag_value   = settings.tag_value
            application = application
            environment = environment
            alias       = alias
            model_id    = local.config.models[alias].model_id
          } if lookup(module.configuration.may_have_profile, alias, false)
        }
      ]...)
    ]...)
  ]...)
}

# The policy as the functions load it from the ledger table.
locals {
  policy_settings = jsonencode({
    # The price of a bare model id depends on it.
    region              = local.region
    name                = local.config.name
    models              = local.config.models
    applications        = local.config.applications
    default_cost_center = local.config.default_cost_center
    organization        = local.config.organization
    time_zone           = local.config.time_zone
    ledger              = local.config.ledger
    execution           = local.config.execution
    log_prompts         = local.config.log_prompts
    # Without what the functions do not read, which may be known only after apply.
    proxy       = { for key, value in local.config.proxy : key => value if !contains(["domain", "web_acl", "cloudfront", "rest_api"], key) }
    operators   = local.config.operators
    tag_keys    = local.config.tag_keys
    user_claims = { user = try(local.config.api.jwt.user_claim, null), groups = try(local.config.api.jwt.groups_claim, null) }
  })
  policy_cost_centers = {
    for name, settings in local.config.cost_centers : name => jsonencode({
      # Without callers the functions expect none rather than an empty list.
      config = merge(settings, { callers = length(settings.callers) == 0 ? null : settings.callers })
      inference_profiles = {
        for key in lookup(local.profile_keys, name, []) : trimprefix(key, "${name}/") => module.inference_profiles.arns[key]
      }
    })
  }
  # By cost center, so that not every one of them looks through the profiles of all.
  profile_keys = { for key, profile in local.inference_profiles : profile.cost_center => key... }
}

# Names in metrics, as core/telemetry/metric-record.ts writes them.
locals {
  environments = sort(distinct(flatten([for application in values(local.config.applications) : application.environments])))
  # A limit of each user would need a metric for each.
  observed_limits = [for limit in module.configuration.limits : {
    cost_center = limit.owner.cost_center == null ? "all" : limit.owner.cost_center
    limit       = limit.owner.cost_center != null ? limit.full_name : "${coalesce(limit.owner.alias, "organization")}/${limit.full_name}"
    window      = limit.window
    mode        = coalesce(limit.mode, "enforce")
  } if limit.per == null && limit.window != "request"]
}

# The front of the proxy, as its metrics name it.
locals {
  observed_front = one([for front in values(module.proxy) : {
    kind            = local.config.proxy.front
    function_name   = "${local.config.name}-proxy"
    distribution_id = front.distribution_id
    rest_api        = front.rest_api
  }])
}

# AWS Budgets, in addition to the ledger.
locals {
  # The limits that a budget can match: the whole monthly USD limit of a cost center.
  monthly_usd = {
    for name, center in local.config.cost_centers : name => [
      for limit in center.limits : limit.amount
      if limit.window == "month" && limit.unit == "usd" && limit.application == null && limit.environment == null && limit.model == null && limit.per == null
    ]
  }
  # In whole cents, and at least one: AWS Budgets knows no less.
  budget_amounts = {
    for name, amounts in local.monthly_usd : name => lookup(local.config.budgets.amounts, name, length(amounts) == 0 ? null :
    max(0.01, tonumber(format("%.2f", min(concat(amounts, [module.configuration.amount_max_usd])...)))))
  }
  budgets = {
    for name, amount in local.budget_amounts : name => {
      amount    = local.config.budgets.enabled ? amount : null
      tag_value = local.config.cost_centers[name].tag_value
      topic_arn = module.alerts.topic_arns[name]
    }
  }

  anomaly_detection = !local.config.anomaly_detection.enabled ? null : {
    monitor_arns             = local.config.anomaly_detection.monitor_arns
    cost_centers_per_monitor = local.config.anomaly_detection.cost_centers_per_monitor
    frequency                = local.config.anomaly_detection.frequency
    minimum_impact_usd       = local.config.anomaly_detection.minimum_impact_usd
    topic_arn                = module.alerts.organization_topic_arn
    emails                   = local.config.alerts.emails
  }
}
