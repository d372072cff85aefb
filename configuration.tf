# From the variables as given to the configuration that everything else reads.

module "schema_check" {
  source = "./modules/schema-check"

  given = {
    name                     = var.name
    models                   = var.models
    applications             = var.applications
    cost_centers             = var.cost_centers
    default_cost_center      = var.default_cost_center
    organization             = var.organization
    time_zone                = var.time_zone
    ledger                   = var.ledger
    execution                = var.execution
    log_prompts              = var.log_prompts
    proxy                    = var.proxy
    api                      = var.api
    identity                 = var.identity
    operators                = var.operators
    access_policies          = var.access_policies
    functions                = var.functions
    workflow                 = var.workflow
    event_bus_name           = var.event_bus_name
    kms_key_arn              = var.kms_key_arn
    log_retention_days       = var.log_retention_days
    deletion_protection      = var.deletion_protection
    keep_audit_log           = var.keep_audit_log
    permissions_boundary_arn = var.permissions_boundary_arn
    role_path                = var.role_path
    role_name_prefix         = var.role_name_prefix
    tags                     = var.tags
    tag_keys                 = var.tag_keys
    budgets                  = var.budgets
    anomaly_detection        = var.anomaly_detection
    cost_allocation_tags     = var.cost_allocation_tags
    reporting                = var.reporting
    cost_reports             = var.cost_reports
    reconciliation           = var.reconciliation
    alerts                   = var.alerts
    observability            = var.observability
  }
}

module "configuration" {
  source = "./modules/configuration"

  region              = local.region
  name                = local.given.name
  models              = { for alias, model in local.given.models : alias => { for key, value in model : key => value if key != "limits" && key != "price" } }
  applications        = local.given.applications
  cost_centers        = local.cost_centers_given
  default_cost_center = local.given.default_cost_center
  time_zone           = local.given.time_zone
  ledger              = local.given.ledger
  log_prompts         = local.given.log_prompts
  proxy               = local.given.proxy
  # Not checked by the schema, whose messages show values.
  proxy_origin_secrets = var.proxy_origin_secrets
  api                  = local.given.api
  identity             = local.given.identity
  operators            = local.given.operators
  access_policies      = local.given.access_policies
  functions            = local.given.functions
  workflow             = local.given.workflow
  log_retention_days   = local.given.log_retention_days
  deletion_protection  = local.given.deletion_protection
  keep_audit_log       = local.given.keep_audit_log
  tags                 = local.given.tags
  tag_keys             = local.given.tag_keys
  budgets              = local.given.budgets
  anomaly_detection    = local.given.anomaly_detection
  cost_allocation_tags = local.given.cost_allocation_tags
  reporting            = local.given.reporting
  cost_reports         = local.given.cost_reports
  reconciliation       = local.given.reconciliation
  alerts               = local.given.alerts
  observability        = local.given.observability
  lists_of_callers = [for name, center in local.given.cost_centers : name if anytrue([
    for key, value in center : try(length([concat(value, [])]), 0) == 1 if key == "callers"
  ])]
  # Numbers may be in quotes at every depth, as in `price.tiers.flex.long_context.input`.
  price = { for alias, price in local.prices : alias => { for a, part in price : a => try(tonumber(part), {
    for b, part in part : b => try(tonumber(part), {
      for c, part in part : c => try(tonumber(part), {
        for d, part in part : d => tonumber(part)
      })
    })
  }) } if price != null }
  limits = { for path, owner in local.owners : path => [
    for limit in flatten([for key, value in owner : value if key == "limits"]) : limit if limit != null
  ] }
}

locals {
  given = module.schema_check.given
  # Variables that need no more than their schema are not among the configuration module's.
  config = merge(local.given, module.configuration.config)

  prices = merge([for alias, model in local.given.models : { for key, value in model : alias => value if key == "price" }]...)

  # An owner's limits are a separate variable, and its callers a list, whether one or several were
  # given.
  owners = merge(
    { for alias, model in local.given.models : "models.${alias}" => model },
    { for name, center in local.given.cost_centers : "cost_centers.${name}" => center },
    { organization = local.given.organization },
  )
  cost_centers_given = { for name, center in local.given.cost_centers : name => merge(
    { for key, value in center : key => value if key != "limits" },
    { callers = [for binding in flatten([for key, value in center : value if key == "callers"]) : binding if binding != null] },
  ) }
}
