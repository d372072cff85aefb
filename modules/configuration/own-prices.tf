# Prices that the configuration gives: core/policy/own-price.ts has the same rules. A price that the
# functions refuse would make the whole policy unavailable.

locals {
  # By alias, the catalogue's prices that an own price is merged with.
  listed_prices = { for alias, row in local.priced_models : alias => [
    for price in row.prices : price
    if local.resolved_models[alias].prefix == "" ? contains(try(price.regions, []), var.region) : contains(try(price.prefixes, []), local.resolved_models[alias].prefix)
  ] }
  # In a region without a price, an own price is merged with what all others have, unless it is
  # complete: then only with their price of long context.
  base_prices = { for alias, prices in local.listed_prices : alias => concat(prices, [
    for highest in length(prices) > 0 ? [] : ["highest"] : merge(
      { for part in ["input", "output"] : part => true if !try(alltrue([for each in ["input", "output"] : var.price[alias][each] != null]), false) },
      { for part in ["longContext"] : part => { input = true, output = true, aboveInputTokens = true } if anytrue([for price in local.priced_models[alias].prices : can(price.longContext)]) },
    )
  ]) if contains(keys(var.price), alias) }

  # The price of a model, and those of its tiers and of its latency, each with what it is merged with.
  own_tariffs = flatten([for alias, price in var.price : concat(
    [{ path = "models.${alias}.price", alias = alias, own = price, bases = lookup(local.base_prices, alias, [{}]) }],
    [for group in ["tiers", "latency"] : [for name, tariff in try({ for name, tariff in price[group] : name => tariff if tariff != null }, {}) : {
      path  = "models.${alias}.price.${group}.${name}"
      alias = alias
      own   = tariff
      bases = [for base in lookup(local.base_prices, alias, [{}]) : try(base[group][name], {})]
    }]],
  )])
  own_parts = flatten([for tariff in local.own_tariffs : [for base in tariff.bases : concat(
    [{ path = tariff.path, alias = tariff.alias, own = tariff.own, base = base, long = false }],
    try(tariff.own.long_context, null) == null ? [] : [
      { path = "${tariff.path}.long_context", alias = tariff.alias, own = tariff.own.long_context, base = try(base.longContext, {}), long = true }
    ],
  )]])
  # Prices of queries need no price of tokens.
  missing_parts = flatten([for each in local.own_parts : [
    for part, listed in { input = can(each.base.input), output = can(each.base.output), above = can(each.base.aboveInputTokens) } : { path = "${each.path}.${part}", alias = each.alias }
    if !listed && try(each.own[part], null) == null && (part == "above" ? each.long : !(
      (try(each.own.per_query, null) != null || can(each.base.perQuery)) && try(each.own.input, null) == null && !can(each.base.input)
    ))
  ]])

  # At every depth, as in `price.tiers.flex.long_context.input`.
  price_parts = [for part in flatten([for alias, price in var.price : [
    for a, part in { for name, part in price : "models.${alias}.price.${name}" => part } : try([{ path = a, usd = tonumber(part) }], [
      for b, part in part : try([{ path = "${a}.${b}", usd = tonumber(part) }], [
        for c, part in part : try([{ path = "${a}.${b}.${c}", usd = tonumber(part) }], [
          for d, part in part : { path = "${a}.${b}.${c}.${d}", usd = tonumber(part) }
        ])
      ])
    ])
  ]]) : part if part.usd != null && !endswith(part.path, ".above")]

  kinds_of_models = { for alias, row in local.priced_models : alias => try(row.kind, "text") }
  price_problems = concat(
    [
      for part in local.price_parts : "${part.path}: must be USD per million tokens with at most 9 decimals, at most 100000, got ${part.usd}"
      if part.usd > 100000 || tonumber(format("%.9f", part.usd)) != part.usd
    ],
    distinct([
      for part in local.missing_parts : "${part.path}: is required, because the catalogue has none for \"${var.models[part.alias].model_id}\" here"
      if lookup(local.kinds_of_models, part.alias, "text") == "text"
    ]),
    flatten([for alias, prices in local.listed_prices : [
      for part in { text = ["input", "output"], embedding = ["input"], rerank = ["per_query"] }[local.kinds_of_models[alias]] :
      "models.${alias}.price.${part}: is required, because no price is known for \"${var.models[alias].model_id}\" in ${var.region}"
      if try(var.price[alias][part], null) == null
    ] if contains(keys(var.price), alias) && length(prices) == 0 && length(local.misplaced_models) == 0]),
  )
}
