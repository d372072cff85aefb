# The modules in the order of a request; their inputs are in locals.tf and iam.tf.

module "ledger" {
  source = "./modules/ledger"

  table_name          = local.ledger_table_name
  policy_settings     = local.policy_settings
  policy_cost_centers = local.policy_cost_centers
  shards              = coalesce(local.config.ledger.shards, 1)
  kms_key_arn         = local.config.kms_key_arn
  deletion_protection = local.config.deletion_protection
  tags                = local.tags
}

module "inference_profiles" {
  source = "./modules/inference-profiles"

  name       = local.config.name
  profiles   = local.inference_profiles
  tag_keys   = local.config.tag_keys
  account_id = local.account_id
  tags       = local.tags
}

module "functions" {
  source   = "./modules/function"
  for_each = local.functions

  name                 = "${local.config.name}-${each.key}"
  description          = each.value.description
  bundle               = local.bundles[each.key]
  timeout_seconds      = each.value.timeout_seconds
  memory_mb            = lookup(local.config.functions.memory_mb, each.key, 512)
  reserved_concurrency = lookup(local.config.functions.reserved_concurrency, each.key, null)
  environment          = each.value.environment
  statements           = each.value.statements
  schedules            = each.value.schedules
  retries              = each.value.retries
  dead_letters         = length(each.value.schedules) > 0 && local.config.functions.dead_letters
  tracing              = local.config.functions.tracing
  log_group            = each.value.log_group
  log_group_name       = each.value.log_group_name
  log_retention_days   = local.config.log_retention_days
  keep_log_group       = local.config.keep_audit_log && each.value.log_group_name != null
  kms_key_arn          = local.config.kms_key_arn
  vpc                  = local.config.functions.vpc
  roles                = local.roles
  tags                 = local.tags
}

module "workflow" {
  source = "./modules/workflow"

  name                   = local.config.name
  function_arns          = { for name in ["validate-and-set-context", "reserve-budget", "invoke-model", "record-outcome"] : name => module.functions[name].arn }
  roles                  = local.roles
  log_level              = local.config.workflow.log_level
  include_execution_data = local.config.workflow.include_execution_data
  tracing                = local.config.workflow.tracing
  log_retention_days     = local.config.log_retention_days
  kms_key_arn            = local.config.kms_key_arn
  tags                   = local.tags
}

# A warning, because a deployment behind a service that sets the tags itself can want it so: it then
# writes identity = "off", which is a decision.
check "callers" {
  assert {
    condition     = local.identity != "off" || local.config.identity == "off"
    error_message = "cost_centers: ${local.has_callers ? "callers are not evaluated, because api.authorization is \"none\"" : "no cost center has callers"}, so anyone who can call the API can spend the money of every cost center. Give each cost center callers = { iam_role_arns = [...] } or callers = { jwt = {...} }, or write identity = \"off\" to take the cost center of a request on trust."
  }
}

check "limits" {
  assert {
    condition     = length(local.unlimited_cost_centers) == 0
    error_message = join("\n", [for name in local.unlimited_cost_centers : "cost_centers.${name}: has no enforced limit, so nothing stops its spending: add a limit with mode = \"enforce\" to limits."])
  }
}

# A warning, because the list of services could be older than the region.
check "region" {
  assert {
    condition     = length(module.configuration.region_warnings) == 0
    error_message = join("\n", module.configuration.region_warnings)
  }
}

# The bill has one column for both.
check "tags" {
  assert {
    condition     = length(local.tags_in_two_cases) == 0
    error_message = join("\n", [for key, name in local.tags_in_two_cases : "tags.${key}: differs from the tag ${local.config.tag_keys[name]} of inference profiles only in case, and the bill has one column for both: set tag_keys.${name} = \"${key}\", or rename the tag."])
  }
}

module "api" {
  source   = "./modules/api"
  for_each = toset(local.config.api.enabled ? ["api"] : [])

  name               = local.config.name
  function_name      = module.functions["gateway"].name
  function_arn       = module.functions["gateway"].arn
  operate_function   = one([for name, function in module.functions : { name = function.name, arn = function.arn } if name == "operate"])
  authorization      = local.config.api.authorization
  jwt                = local.config.api.jwt
  throttling         = local.config.api.throttling
  cors               = local.config.api.cors
  function_url       = local.config.api.function_url
  log_retention_days = local.config.log_retention_days
  kms_key_arn        = local.config.kms_key_arn
  tags               = local.tags
}

module "proxy" {
  source   = "./modules/proxy"
  for_each = toset(local.config.proxy.enabled ? ["proxy"] : [])

  name                 = local.config.name
  function_name        = module.functions[each.key].name
  function_arn         = module.functions[each.key].arn
  front                = local.config.proxy.front
  stream_seconds       = local.config.proxy.stream_seconds
  domain               = local.config.proxy.domain
  web_acl              = local.config.proxy.web_acl
  origin_secrets       = var.proxy_origin_secrets
  read_timeout_seconds = local.cloudfront_read_seconds
  cloudfront           = local.config.proxy.cloudfront
  rest_api             = local.config.proxy.rest_api
  log_retention_days   = local.config.log_retention_days
  kms_key_arn          = local.config.kms_key_arn
  tags                 = local.tags
}

# Creates no resources: policy documents to attach.
module "access_policies" {
  source = "./modules/access-policies"

  sentry_role_arns = local.bedrock_role_arns
  exceptions       = local.config.access_policies.exceptions
  confinement = local.config.access_policies.confine_sentry == false ? null : {
    model_arns  = flatten(values(local.model_arns))
    profile_tag = { key = local.owner_tag, value = local.config.name }
    required    = local.config.access_policies.confine_sentry == true
  }
  protection = local.protects_sentry ? local.protection : null
}

module "alerts" {
  source = "./modules/alerts"

  name           = local.config.name
  cost_centers   = { for name, center in local.config.cost_centers : name => { emails = center.alert_emails } }
  emails         = local.config.alerts.emails
  types          = coalesce(local.config.alerts.types, module.configuration.alert_types)
  event_bus_name = local.config.event_bus_name
  account_id     = local.account_id
  kms_key_arn    = local.config.alerts.kms_key_arn
  tags           = local.tags
}

module "observability" {
  source = "./modules/observability"

  name                   = local.config.name
  models                 = keys(local.config.models)
  applications           = keys(local.config.applications)
  environments           = local.environments
  cost_centers           = keys(local.config.cost_centers)
  limits                 = local.observed_limits
  counts_users           = anytrue([for limit in module.configuration.limits : limit.per != null])
  front                  = local.observed_front
  function_names         = [for name in keys(local.functions) : "${local.config.name}-${name}"]
  state_machine_arn      = module.workflow.state_machine_arn
  ledger_table_name      = module.ledger.table_name
  audit_log_group_name   = module.functions["record-outcome"].log_group.name
  shards                 = coalesce(local.config.ledger.shards, 1)
  metrics                = local.config.observability.metrics
  namespace              = local.config.observability.namespace
  dashboard              = local.config.observability.dashboard
  alarms                 = local.config.observability.alarms
  thresholds             = local.config.observability.thresholds
  drift_percent          = local.config.reconciliation.enabled ? local.config.reconciliation.tolerance_percent : 0
  utilization_windows    = local.config.observability.utilization_windows
  topic_arns             = module.alerts.topic_arns
  organization_topic_arn = module.alerts.organization_topic_arn
  alarm_actions          = local.config.observability.alarm_actions
  tags                   = local.tags
}

module "budgets" {
  source = "./modules/budgets"

  name              = local.config.name
  cost_centers      = local.budgets
  tag_key           = local.config.tag_keys.cost_center
  notifications     = local.config.budgets.notifications
  action            = local.config.budgets.enabled ? local.config.budgets.action : null
  anomaly_detection = local.anomaly_detection
  account_id        = local.account_id
  roles             = local.roles
  tags              = local.tags
}

module "cost_allocation_tags" {
  source = "./modules/cost-allocation-tags"

  tag_keys = local.config.cost_allocation_tags.enabled ? local.config.cost_allocation_tags.keys : []
}

module "reporting" {
  source   = "./modules/reporting"
  for_each = { for name in ["cur"] : name => local.config.reporting if local.config.reporting.enabled }

  name             = local.config.name
  account_id       = local.account_id
  tag_keys         = each.value.tag_keys
  iam_principal    = each.value.iam_principal
  time_granularity = each.value.time_granularity
  format           = each.value.format
  bucket_name      = each.value.bucket_name
  retention_days   = each.value.retention_days
  kms_key_arn      = each.value.kms_key_arn
  force_destroy    = each.value.force_destroy
  tags             = local.tags
}

module "report_bucket" {
  source   = "./modules/bucket"
  for_each = local.cost_reports

  name           = local.report_bucket_name
  retention_days = each.value.retention_days
  kms_key_arn    = each.value.kms_key_arn
  force_destroy  = each.value.force_destroy
  tags           = local.tags
}

moved {
  from = module.api
  to   = module.api["api"]
}
