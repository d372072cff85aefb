# Availability of models by region and date. Plans only check this: the functions never refuse
# a policy in force for a date or a region. core/pricing/availability.ts has the same rules.

locals {
  has_geography = {
    for prefix, starts in local.geographies : prefix => anytrue([for start in starts : startswith(var.region, start)])
  }
  geography_regions = {
    for prefix, starts in local.geographies : prefix => join(", ", [for start in starts : endswith(start, "-") ? "${start}*" : start])
  }

  # By alias, where the catalogue has the model at all.
  model_offers = {
    for alias, model in local.resolved_models : alias => {
      prefix    = model.prefix
      base_id   = model.base_id
      has_price = contains(keys(var.price), alias)
      status    = local.catalogue_models[model.base_id].status
      ends_on   = try(local.catalogue_models[model.base_id].endOfLife, null)
      prefixes  = local.catalogue_models[model.base_id].prefixes
      on_demand = (contains(local.catalogue_models[model.base_id].inferenceTypes, "ON_DEMAND")
      || contains(try(local.catalogue_models[model.base_id].onDemandRegions, []), var.region))
      has_region_price = anytrue([
        for price in local.catalogue_models[model.base_id].prices : contains(try(price.regions, []), var.region)
      ])
    } if contains(keys(local.catalogue_models), model.base_id)
  }
  # The ids that the region can call.
  callable_ids = {
    for alias, offer in local.model_offers : alias => concat(
      offer.on_demand ? [offer.base_id] : [],
      [for prefix in offer.prefixes : "${prefix}${offer.base_id}" if local.has_geography[prefix]],
    )
  }
  ended_models = {
    for alias, offer in local.model_offers : alias => "models.${alias}.model_id: Amazon Bedrock ended \"${offer.base_id}\"${offer.ends_on == null ? "" : " on ${offer.ends_on}"}: name another model, or add `price` if your account can still call it"
    if offer.status == "ended" || try(timecmp("${offer.ends_on}T00:00:00Z", plantimestamp()) <= 0, false)
  }

  profile_only_models = {
    for alias, offer in local.model_offers :
    alias => "models.${alias}.model_id: \"${offer.base_id}\" has no on-demand throughput in ${var.region}, it is called through an inference profile: write ${join(", ", length(local.callable_ids[alias]) > 0 ? local.callable_ids[alias] : [for prefix in offer.prefixes : "${prefix}${offer.base_id}"])}"
    if offer.prefix == "" && !offer.on_demand
  }

  misplaced_models = concat(
    [
      for alias, model in local.resolved_models :
      "models.${alias}.model_id: \"${model.prefix}\" profiles are for ${local.geography_regions[model.prefix]}: ${length(try(local.callable_ids[alias], [])) == 0 ? "name another model, as ${var.region} has no id for this one" : "in ${var.region} write ${join(", ", local.callable_ids[alias])}"}"
      if model.prefix != "" && !try(local.has_geography[model.prefix], true)
    ],
    [for alias, problem in local.profile_only_models : problem if !local.model_offers[alias].has_price],
  )
  unpriced_models = [
    for alias, offer in local.model_offers :
    "models.${alias}.model_id: no price is known for \"${offer.base_id}\" in ${var.region}: add `price` to this model, or write the id of an inference profile"
    if offer.prefix == "" && offer.on_demand && !offer.has_region_price && !offer.has_price && !contains(keys(local.ended_models), alias)
  ]

  availability_problems = concat(
    local.misplaced_models,
    local.unpriced_models,
    [for alias, problem in local.ended_models : problem if !local.model_offers[alias].has_price],
  )
  # An own price says that its author knows about the model.
  availability_warnings = concat(
    [for alias, problem in local.profile_only_models : problem if local.model_offers[alias].has_price],
    [for alias, problem in local.ended_models : problem if local.model_offers[alias].has_price],
    [
      for alias, offer in local.model_offers :
      "models.${alias}.model_id: Amazon Bedrock calls \"${offer.base_id}\" legacy${offer.ends_on == null ? "" : ", it ends on ${offer.ends_on}"}: new customers cannot call it, and its price may rise"
      if !contains(keys(local.ended_models), alias) && (offer.status == "legacy" || try(timecmp("${offer.ends_on}T00:00:00Z", timeadd(plantimestamp(), "1440h")) <= 0, false))
    ],
    [
      for alias, offer in local.model_offers :
      "models.${alias}.model_id: no current list has \"${offer.base_id}\": check that it still runs"
      if !contains(keys(local.ended_models), alias) && offer.status == "unlisted"
    ],
  )
}

check "models" {
  assert {
    condition     = length(local.availability_warnings) == 0
    error_message = join("\n", local.availability_warnings)
  }
}
