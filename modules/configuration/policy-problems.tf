# Problems of the policy, as `<path>: <message>`: what takes more than the schema of one value, which
# modules/schema-check checks before. core/policy has the same rules, and both refuse every
# configuration of test/fixtures/broken.
#
# Not in validation blocks: a validation cannot read a local that uses its variable, and two
# variables cannot check each other (Terraform reports both as a cycle). The output `config` refuses
# them.

locals {
  # Safe integers of JavaScript: what a counter of the ledger may reach, USD being counted in nano-USD.
  amount_max     = 9007199254740991
  amount_max_usd = 9007199.254740991

  role_example = "\"arn:aws:iam::111122223333:role/sales-*\""

  policy_problems = concat(
    local.application_problems,
    local.model_problems,
    local.cost_center_problems,
    local.binding_problems,
    local.limit_problems,
    local.per_problems,
    local.scope_problems,
    local.ceiling_problems,
    local.tag_problems,
    local.time_zone_problems,
  )
}

# Time zones.
locals {
  time_zones = [for zone in jsondecode(file("${path.module}/../../core/policy/time-zones.json")).zones : lower(zone)]
  time_zone_problems = contains(local.time_zones, lower(var.time_zone)) ? [] : [
    "time_zone: must be an IANA time zone such as \"UTC\" or \"Europe/Berlin\", got \"${var.time_zone}\""
  ]
}

# Applications.
locals {
  application_problems = [
    for name, application in var.applications :
    "applications.${name}.default_environment: unknown environment \"${application.default_environment}\": use one of ${join(", ", application.environments)}"
    if application.default_environment != null && !contains(application.environments, coalesce(application.default_environment, "-"))
  ]
}

# Models.
locals {
  catalogue        = jsondecode(file("${path.module}/../../core/pricing/catalogue.json"))
  catalogue_models = { for model in local.catalogue.models : model.modelId => model }

  # Geographies of the system-defined inference profiles, by the prefix of their model ids.
  geographies    = { for geography in local.catalogue.geographies : geography.prefix => geography.regionStarts }
  prefix_pattern = "^(?:${join("|", [for prefix in keys(local.geographies) : trimsuffix(prefix, ".")])})\\."

  resolved_models = {
    for alias, model in var.models : alias => {
      base_id = replace(model.model_id, "/${local.prefix_pattern}/", "")
      prefix  = try(regex(local.prefix_pattern, model.model_id), "")
      is_arn  = startswith(model.model_id, "arn:")
    }
  }
  # The traits of a model come from the families its id begins with, the longer one winning; a map's
  # values are in the order of its keys, which for prefixes of one text is by length.
  may_have_profile = {
    for alias, model in var.models : alias => model.inference_profile && try(reverse(values({
      for family in local.catalogue.families : family.idPrefix => family.inferenceProfile
      if can(family.inferenceProfile) && startswith(local.resolved_models[alias].base_id, family.idPrefix)
    }))[0], true)
  }
  # Only models with a known price under this prefix: an unknown price is never zero.
  priced_models = {
    for alias, model in local.resolved_models : alias => local.catalogue_models[model.base_id]
    if try(contains(concat([""], local.catalogue_models[model.base_id].prefixes), model.prefix), false)
  }
  model_maximums = {
    for alias, model in var.models : alias => {
      context_tokens    = try(coalesce(model.context_tokens, local.priced_models[alias].contextTokens), null)
      max_output_tokens = try(coalesce(model.max_output_tokens, local.priced_models[alias].maxOutputTokens), null)
    }
  }

  model_problems = concat(
    local.availability_problems,
    [
      for alias, model in var.models :
      "models.${alias}: no price is known for \"${model.model_id}\": add price, context_tokens and max_output_tokens to this model"
      if !contains(keys(var.price), alias) && !contains(keys(local.priced_models), alias)
    ],
    flatten([for alias, model in var.models : [
      for name in ["context_tokens", "max_output_tokens"] :
      "models.${alias}.${name}: is required, because the catalogue has no model \"${model.model_id}\""
      if contains(keys(var.price), alias) && model[name] == null && !contains(keys(local.priced_models), alias)
    ]]),
    [
      for alias, model in var.models : "models.${alias}.inference_profile: must be false, as an ARN can have no inference profile"
      if local.resolved_models[alias].is_arn && model.inference_profile
    ],
    [
      for alias, maximum in local.model_maximums :
      "models.${alias}.max_output_tokens: must be at most ${maximum.context_tokens} (context_tokens), got ${maximum.max_output_tokens}"
      if try(maximum.max_output_tokens > maximum.context_tokens, false)
    ],
    [
      for alias, model in var.models :
      "models.${alias}.default_max_tokens: must be at most ${local.model_maximums[alias].max_output_tokens} (the model's maximum), got ${model.default_max_tokens}"
      if try(model.default_max_tokens > local.model_maximums[alias].max_output_tokens, false)
    ],
    local.price_problems,
  )
}

# Cost centers.
locals {
  model_list       = join(", ", keys(var.models))
  application_list = join(", ", keys(var.applications))

  cost_center_problems = flatten([for name, center in var.cost_centers : concat(
    contains(keys(var.models), name) ? ["cost_centers.${name}: \"${name}\" is also a model alias: rename one of the two"] : [],
    [
      for index, alias in center.models : "cost_centers.${name}.models[${index}]: unknown model \"${alias}\": use one of ${local.model_list}"
      if !contains(keys(var.models), alias)
    ],
    [
      for alias in [center.model] : contains(keys(var.models), alias)
      ? "cost_centers.${name}.model: \"${alias}\" is not one of this cost center's models: use one of ${join(", ", center.models)}, or add it to models"
      : "cost_centers.${name}.model: unknown model \"${alias}\": use one of ${join(", ", center.models)}"
      # Without any models there is none to choose, and that has been reported.
      if alias != null && length(center.models) > 0 && !contains(center.models, coalesce(alias, "-"))
    ],
    [
      for index, application in center.applications :
      "cost_centers.${name}.applications[${index}]: unknown application \"${application}\": use one of ${local.application_list}"
      if !contains(keys(var.applications), application)
    ],
    contains(var.lists_of_callers, name) && length(center.callers) == 0 ? ["cost_centers.${name}.callers: names no caller: write iam_role_arns or jwt, or leave callers out"] : [],
  )])
}

# Tags that tell costs apart in the bill: core/policy/tag-checks.ts.
locals {
  tag_keys   = [for name in ["cost_center", "application", "environment"] : var.tag_keys[name]]
  tag_values = { for name, center in var.cost_centers : name => coalesce(center.tag_value, name) }

  tag_problems = concat(
    flatten([for index, name in keys(var.tag_keys) : [
      for other in slice(keys(var.tag_keys), 0, index) :
      "tag_keys.${name}: \"${var.tag_keys[name]}\" is also the key of ${other}: use another key"
      if lower(var.tag_keys[other]) == lower(var.tag_keys[name])
    ]]),
    [
      for name, key in var.tag_keys :
      "tag_keys.${name}: \"${key}\" is the key of the tag with the deployment's name: use another key"
      if lower(key) == "costsentry"
    ],
    flatten([for name, value in local.tag_values : [
      for other, its in local.tag_values :
      "cost_centers.${name}.tag_value: \"${value}\" is also the tag value of cost center ${other}: the bill could not tell them apart: give each its own"
      if other != name && its == value && value != name
    ]]),
  )
}

# Callers, and the roles of operators.
locals {
  bindings = flatten([for name, center in var.cost_centers : [
    for index, binding in center.callers : merge(binding, {
      path         = "cost_centers.${name}.callers${contains(var.lists_of_callers, name) ? "[${index}]" : ""}"
      cost_center  = center
      environments = coalesce(binding.environments, [])
      applications = coalesce(binding.applications, [])
      # Unknown applications have been reported as such.
      known_environments = distinct(flatten([
        for application in coalesce(binding.applications, center.applications) : try(var.applications[application].environments, [])
      ]))
    })
  ]])
  binding_problems = flatten([for binding in local.bindings : concat(
    length(binding.iam_role_arns) + length(binding.jwt) > 0 ? [] : [
      "${binding.path}: names no caller: write iam_role_arns or jwt, or leave callers out"
    ],
    [
      for index, application in binding.applications :
      "${binding.path}.applications[${index}]: unknown application \"${application}\": use one of ${join(", ", binding.cost_center.applications)}"
      if !contains(binding.cost_center.applications, application)
    ],
    [
      for index, environment in binding.environments :
      "${binding.path}.environments[${index}]: unknown environment \"${environment}\": use one of ${join(", ", binding.known_environments)}"
      if length(binding.known_environments) > 0 && !contains(binding.known_environments, environment)
    ],
  )])

  role_arns = flatten([for binding in concat(local.bindings, [{ path = "operators", iam_role_arns = var.operators.iam_role_arns }]) : [
    for index, arn in binding.iam_role_arns : { path = "${binding.path}.iam_role_arns[${index}]", arn = arn }
  ]])
  # The ARN of a session does not contain the path of its role: core/policy/role-pattern.ts.
  role_problems = concat(
    [
      for role in local.role_arns :
      "${role.path}: \"${role.arn}\" does not end with the name of a role: use one such as ${local.role_example}"
      if can(regex("//|/$", role.arn))
    ],
    [
      for role in local.role_arns :
      "${role.path}: \"${role.arn}\" has a path and a wildcard in its last segment. The ARN of a session does not contain the path of its role, so this would match roles with any path: use the names of the roles without a path, such as ${can(regex("[A-Za-z0-9][^/]*$", role.arn)) ? "\"${replace(role.arn, "/:role/.*//", ":role/")}\"" : local.role_example}"
      if can(regex(":role/.*/[^/]*[*][^/]*$", role.arn))
    ],
    [
      for role in local.role_arns :
      "${role.path}: \"${role.arn}\" has no letter or digit in its last segment, so it would match every role of the account: use the names of the roles, such as ${local.role_example}"
      if can(regex(":role/(.*/)?[^A-Za-z0-9/]+$", role.arn)) && !can(regex(":role/.*/[^/]*[*][^/]*$", role.arn))
    ],
  )
}

# Limits, of whichever owner.
locals {
  limit_owners = concat(
    [for alias, model in var.models : {
      path   = "models.${alias}", alias = alias, cost_center = null, limits = var.limits["models.${alias}"],
      models = keys(var.models), applications = keys(var.applications)
    }],
    [for name, center in var.cost_centers : {
      path   = "cost_centers.${name}", alias = null, cost_center = name, limits = var.limits["cost_centers.${name}"],
      models = center.models, applications = center.applications
    }],
    [{
      path   = "organization", alias = null, cost_center = null, limits = var.limits["organization"],
      models = keys(var.models), applications = keys(var.applications)
    }],
  )
  limits = flatten([for owner in local.limit_owners : [
    for index, limit in owner.limits : merge(limit, {
      path  = "${owner.path}.limits[${index}]"
      owner = owner
      full_name = coalesce(limit.name, join("-", [
        for part in [limit.window, limit.unit, limit.application, limit.environment, limit.model] : part if part != null
      ]))
    })
  ]])

  amounts = concat(
    [for limit in local.limits : { path = "${limit.path}.amount", value = limit.amount, unit = limit.unit }],
    [for own in local.own_amounts : { path = own.path, value = own.value, unit = own.unit }],
  )

  limit_problems = concat(
    [for amount in local.amounts : "${amount.path}: must be greater than 0, got ${amount.value}" if amount.value <= 0],
    [
      for amount in local.amounts : "${amount.path}: must be a whole number of ${amount.unit}, got ${amount.value}"
      if amount.unit != "usd" && floor(amount.value) != amount.value
    ],
    [
      for amount in local.amounts : "${amount.path}: must be USD with at most 9 decimals, got ${amount.value}"
      if amount.unit == "usd" && tonumber(format("%.9f", amount.value)) != amount.value
    ],
    [
      for amount in local.amounts :
      "${amount.path}: must be at most ${amount.unit == "usd" ? "9007199.25 (about USD 9 million)" : local.amount_max}, got ${amount.value}"
      if amount.value > (amount.unit == "usd" ? local.amount_max_usd : local.amount_max)
    ],
    [
      for path, count in local.most_limits :
      "${path}.limits: ${count} limits apply to one call, and a call can be counted on at most ${local.matching_limits_max} limits of an owner: leave some out, or give them an application, environment or model"
      if count > local.matching_limits_max
    ],
    flatten([for path, names in local.limit_names : [
      for index, name in names : "${path}.limits[${index}].name: duplicate limit name \"${name}\": give each limit its own name"
      if index(names, name) != index
    ]]),
  )
  # As core/policy/matching-limits.ts has it: by owner, the most limits that one call meets.
  matching_limits_max = 60
  limit_scopes = { for owner in local.limit_owners : owner.path => [
    for limit in owner.limits : [for part in ["application", "environment", "model"] : limit[part] == null ? "" : limit[part]]
  ] if length(owner.limits) > local.matching_limits_max }
  scope_counts = { for path, scopes in local.limit_scopes : path => {
    for scope, same in { for scope in scopes : join("/", scope) => scope... } : scope => length(same)
  } }
  # Of the scopes that name the same parts, a call meets at most one. Only if that allows too many,
  # every call is looked at: there can be very many.
  crowded_owners = [for path, counts in local.scope_counts : path if sum([
    for same in values({ for scope, count in counts : join("/", [for part in split("/", scope) : part == ""]) => count... }) : max(same...)
  ]) > local.matching_limits_max]
  # Names of a call, each with "", for limits that do not name the part.
  call_parts = { for path in local.crowded_owners : path => [for part in range(3) : [
    for name in coalescelist(compact(distinct(local.limit_scopes[path][*][part])), [""]) : distinct([name, ""])
  ]] }
  most_limits = { for path, parts in local.call_parts : path => max([
    for call in setproduct(parts...) : sum([for scope in setproduct(call...) : lookup(local.scope_counts[path], join("/", scope), 0)])
  ]...) }
  limit_names = { for limit in local.limits : limit.owner.path => limit.full_name... }
}

# Limits that each user, key or session has for itself, and limits of one request.
locals {
  own_amounts = flatten([for limit in local.limits : [
    for list, amounts in { groups = limit.groups, users = limit.users } : [
      for name, amount in coalesce(amounts, {}) : { path = "${limit.path}.${list}.${name}", list = list, name = name, counted_name = lookup(local.counted_names, name, name), value = amount, unit = limit.unit }
    ]
  ]])
  # As core/policy/user-name.ts has it, without what Terraform cannot do: Unicode's form NFKC, and
  # letters with several capitals other than ß. A name that an issuer gave is not changed.
  user_names = distinct(flatten([for limit in local.limits : keys(coalesce(limit.users, {}))]))
  counted_names = { for name in local.user_names : name => startswith(name, "https://") ? replace(name, local.invisible, "") : trimspace(
    replace(lower(upper(replace(replace(replace(name, "ß", "ss"), "/[\\s\\p{Z}]+/", " "), local.invisible, ""))), "/ +/", " ")
  ) }
  invisible      = "/[\\p{Cc}\\p{Cf}\\p{Co}\\x{115f}\\x{1160}\\x{2800}\\x{3164}\\x{ffa0}\\x{034f}\\x{17b4}\\x{17b5}\\x{180b}-\\x{180f}\\x{fe00}-\\x{fe0f}]/"
  request_limits = [for limit in local.limits : limit if limit.window == "request"]

  per_problems = concat(
    [
      for limit in local.limits :
      "${limit.path}.per: a limit of a model counts the calls of everyone: write the limit of a cost center or the organization, with model and per"
      if limit.per != null && limit.owner.alias != null
    ],
    flatten([for limit in local.limits : [
      for list, amounts in { groups = limit.groups, users = limit.users } :
      "${limit.path}.${list}: sets amounts for people: write per = \"user\" too, or leave it out"
      if amounts != null && limit.per != "user"
    ]]),
    [
      for own in local.own_amounts :
      "${own.path}: \"unknown\" is the counter of calls that name no user, whose amount is amount: leave it out"
      if own.list == "users" && own.counted_name == "unknown"
    ],
    [
      for own in local.own_amounts :
      "${own.path}: names are counted trimmed and in lower case: write \"${own.counted_name}\""
      # At the end of a word, the functions count σ as ς.
      if own.list == "users" && !contains([replace(own.name, "ς", "σ"), "unknown", ""], own.counted_name) && length(own.counted_name) <= 128
    ],
    [
      for own in local.own_amounts : "${own.path}: must be a name of 1 to 128 printable characters"
      if own.list == "users" && (own.counted_name == "" || length(own.counted_name) > 128)
    ],
    [
      for limit in local.request_limits :
      "${limit.path}.unit: a request is always one request: use tokens, input_tokens, output_tokens or usd"
      if limit.unit == "requests"
    ],
    [
      for limit in local.request_limits :
      "${limit.path}.mode: a limit of one request counts nothing to observe: leave it out"
      if limit.mode == "observe"
    ],
    [
      for limit in local.request_limits :
      "${limit.path}.per: a limit of one request has no counters: leave it out, or use another window"
      if limit.per != null
    ],
    flatten([for limit in local.request_limits : [
      for name in ["notify_at", "ceilings"] : "${limit.path}.${name}: a limit of one request is never used in part: leave it out"
      if length(limit[name]) > 0
    ]]),
    local.user_claim_problems,
  )

  # Where keys or roles name users too, the same person can call in two ways: a claim that is not
  # the name there would give two allowances.
  user_claim_problems = [
    for path in concat(
      [for path in ["api.jwt.user_claim"] : path if var.api.authorization == "jwt" && try(var.api.jwt.user_claim, "") == null],
      [for path in ["proxy.jwt.user_claim"] : path if try(var.proxy.jwt.user_claim, "") == null],
    ) : "${path}: is required, as limits with per = \"user\" count the users of keys or roles too: name the claim that equals the name of the user there, usually \"email\""
    if anytrue([for limit in local.limits : limit.per == "user"])
    && (try(var.proxy.enabled, false) || anytrue([for binding in local.bindings : length(binding.iam_role_arns) > 0]))
  ]
}

# Scopes of limits and their ceilings.
locals {
  ceilings = flatten([for limit in local.limits : [
    for index, ceiling in limit.ceilings : merge(ceiling, { path = "${limit.path}.ceilings[${index}]", owner = limit.owner, limit = limit })
  ]])

  scopes = [for scope in concat(local.limits, local.ceilings) : {
    path        = scope.path
    owner       = scope.owner
    application = scope.application
    environment = scope.environment
    model       = scope.model
    # An unknown application has been reported as such; its environments then are any.
    environments = distinct(flatten([
      for application in(scope.application == null ? scope.owner.applications : [scope.application]) :
      try(var.applications[application].environments, scope.environment == null ? [] : [scope.environment])
    ]))
  }]
  scope_problems = concat(
    [
      for scope in local.scopes : contains(keys(var.applications), scope.application)
      ? "${scope.path}.application: \"${scope.application}\" is not one of this cost center's applications: use one of ${join(", ", scope.owner.applications)}, or add it to applications"
      : "${scope.path}.application: unknown application \"${scope.application}\": use one of ${join(", ", scope.owner.applications)}"
      if scope.application != null && !contains(scope.owner.applications, coalesce(scope.application, "-"))
    ],
    [
      for scope in local.scopes : "${scope.path}.environment: unknown environment \"${scope.environment}\": use one of ${join(", ", scope.environments)}"
      if scope.environment != null && !contains(scope.environments, coalesce(scope.environment, "-"))
    ],
    [
      for scope in local.scopes : contains(keys(var.models), scope.model)
      ? "${scope.path}.model: \"${scope.model}\" is not one of this cost center's models: use one of ${join(", ", scope.owner.models)}, or add it to models"
      : "${scope.path}.model: unknown model \"${scope.model}\": use one of ${join(", ", scope.owner.models)}"
      if scope.model != null && scope.owner.alias == null && !contains(scope.owner.models, coalesce(scope.model, "-"))
    ],
    [
      for scope in local.scopes : "${scope.path}.model: a limit of a model is about that model only: leave model out"
      if scope.model != null && scope.owner.alias != null
    ],
  )

  ceiling_problems = concat(
    # A ceiling for requests that its limit never counts would silently do nothing.
    flatten([for ceiling in local.ceilings : [
      for part in ["application", "environment", "model"] :
      "${ceiling.path}.${part}: ${part} \"${ceiling[part]}\" never matches, as the limit is for ${part} \"${ceiling.limit[part]}\" only: leave it out"
      if ceiling[part] != null && ceiling.limit[part] != null && ceiling[part] != ceiling.limit[part]
    ]]),
    [
      for ceiling in local.ceilings : contains(keys(var.models), ceiling.fallback)
      ? "${ceiling.path}.fallback: \"${ceiling.fallback}\" is not one of this cost center's models: use one of ${join(", ", ceiling.owner.models)}, or add it to models"
      : "${ceiling.path}.fallback: unknown model \"${ceiling.fallback}\": use one of ${join(", ", ceiling.owner.models)}"
      if ceiling.fallback != null && !contains(ceiling.owner.models, coalesce(ceiling.fallback, "-"))
    ],
    [
      for ceiling in local.ceilings : "${ceiling.path}.fallback: \"${ceiling.fallback}\" falls back to itself: name another model"
      if ceiling.fallback != null && ceiling.fallback == try(coalesce(ceiling.model, ceiling.limit.model, ceiling.owner.alias), null)
    ],
  )
}
