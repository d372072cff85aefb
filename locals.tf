# Names and tags, computed once: input -> resolved -> named.

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  bundle_directory = coalesce(var.functions.bundle_directory, "${path.module}/dist/functions")
  bundles          = { for name in local.function_names : name => "${local.bundle_directory}/${name}.zip" }

  ledger_table_name    = "${var.name}-ledger"
  audit_log_group_name = "/${var.name}/audit"

  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6
  # From the table rather than from aws_caller_identity: a plan then needs no call to STS.
  account_id = split(":", module.ledger.table_arn)[4]

  # Tells the inference profiles of this deployment from all others, in IAM too.
  owner_tag = "costSentry"
  tags      = merge(var.tags, { (local.owner_tag) = var.name })
}

# How a request runs, and how its caller is bound to a cost center.
locals {
  is_workflow = var.execution == "workflow"
  has_callers = anytrue([for center in values(var.cost_centers) : center.callers != null])
  identity    = coalesce(var.identity, local.has_callers && var.api.authorization != "none" ? var.api.authorization : "off")
}

# The report that comes by itself.
locals {
  cost_reports = { for name in ["reports"] : name => var.cost_reports if var.cost_reports.enabled }
  report_bucket_name = coalesce(var.cost_reports.bucket_name, length(local.own_report_bucket) <= 63
    ? local.own_report_bucket
    : "${substr(local.own_report_bucket, 0, 54)}-${substr(sha256(local.own_report_bucket), 0, 8)}"
  )
  own_report_bucket = "${var.name}-reports-${local.account_id}-${local.region}"
  # At six in the morning, UTC, two days after the last day: AWS fills a day in over more than 24 hours.
  report_times = {
    week  = "cron(0 6 ? * TUE *)"
    month = "cron(0 6 3 * ? *)"
  }
  # The time is that of the schedule also when the call is repeated. JSON spells its brackets out,
  # and the scheduler replaces them only as they are.
  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  report_schedules = { for period in var.cost_reports.periods : period => {
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
    for cost_center, settings in var.cost_centers : merge([
      for application in settings.applications : merge([
        for environment in try(var.applications[application].environments, []) : {
          for alias in settings.models : "${cost_center}/${application}/${environment}/${alias}" => {
            cost_center = cost_center
            application = application
            environment = environment
            alias       = alias
            model_id    = var.models[alias].model_id
          } if lookup(local.may_have_profile, alias, false)
        }
      ]...)
    ]...)
  ]...)

  # The traits of a model come from the families its id begins with, the longer one winning; a map's
  # values are in the order of its keys, which for prefixes of one text is by length.
  may_have_profile = {
    for alias, model in var.models : alias => model.inference_profile && try(reverse(values({
      for family in local.catalogue.families : family.idPrefix => family.inferenceProfile
      if can(family.inferenceProfile) && startswith(local.resolved_models[alias].base_id, family.idPrefix)
    }))[0], true)
  }
}

# The policy as the functions load it from the ledger table.
locals {
  policy_settings = jsonencode({
    name                = var.name
    models              = var.models
    applications        = var.applications
    default_cost_center = var.default_cost_center
    organization        = var.organization
    time_zone           = var.time_zone
    ledger              = var.ledger
    execution           = var.execution
    log_prompts         = var.log_prompts
  })
  policy_cost_centers = {
    for name, settings in var.cost_centers : name => jsonencode({
      config = settings
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
  environments = sort(distinct(flatten([for application in values(var.applications) : application.environments])))
  observed_limits = [for limit in local.limits : {
    cost_center = limit.owner.cost_center == null ? "all" : limit.owner.cost_center
    limit       = limit.owner.cost_center != null ? limit.full_name : "${coalesce(limit.owner.alias, "organization")}/${limit.full_name}"
    window      = limit.window
    mode        = coalesce(limit.mode, "enforce")
  }]
}

# What AWS bills, beside what the ledger counts.
locals {
  # The limits that a budget can stand beside: all of a cost center's dollars of a month.
  monthly_usd = {
    for name, center in var.cost_centers : name => [
      for limit in center.limits : limit.amount
      if limit.window == "month" && limit.unit == "usd" && limit.application == null && limit.environment == null && limit.model == null
    ]
  }
  # In whole cents, and at least one: AWS Budgets knows no less.
  budget_amounts = {
    for name, amounts in local.monthly_usd : name => lookup(var.budgets.amounts, name, length(amounts) == 0 ? null :
    max(0.01, tonumber(format("%.2f", min(concat(amounts, [local.amount_max_usd])...)))))
  }
  budgets = {
    for name, amount in local.budget_amounts : name => {
      amount    = var.budgets.enabled ? amount : null
      topic_arn = module.alerts.topic_arns[name]
    }
  }

  anomaly_detection = !var.anomaly_detection.enabled ? null : {
    monitor_arns             = var.anomaly_detection.monitor_arns
    cost_centers_per_monitor = var.anomaly_detection.cost_centers_per_monitor
    frequency                = var.anomaly_detection.frequency
    minimum_impact_usd       = var.anomaly_detection.minimum_impact_usd
    topic_arn                = module.alerts.organization_topic_arn
    emails                   = var.alerts.emails
  }
}
