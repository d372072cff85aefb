# Who may spend what. These are the variables that the functions, the sandbox and the command line
# read too: their defaults are filled in by core/policy, not here. What they must hold is
# in the validations below where one variable is enough, and in policy-validation.tf where it takes several.

variable "name" {
  description = "Prefix of every resource: 2 to 32 lower-case letters, digits and hyphens, beginning with a letter. Two deployments in one account and region need two names."
  type        = string
  default     = "bedrock-cost-sentry"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name: \"${var.name}\" is not a valid name: write 2 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen."
  }
}

variable "models" {
  description = <<-EOT
    The models that may be called, by alias: what callers write as `model`.

    - `model_id` - Bedrock model id, with or without a geography prefix such as `us.`, or the ARN of an imported model.
    - `price` - USD per million tokens: `input`, `output`, `cache_read`, `cache_write` (5 minutes) and `cache_write_1h`. Wins over the catalogue. Must be given for a model that the catalogue lacks.
    - `context_tokens`, `max_output_tokens` - The model's maximums in tokens. Default: the catalogue's; must be given for a model that the catalogue lacks.
    - `default_max_tokens` - What a request without `max_tokens` gets, in tokens. Default: the model's own.
    - `inference_profile` - Whether to make tagged inference profiles for it. Default: `true`. Must be `false` for an ARN.
    - `limits` - Limits over all cost centers, in the form of `cost_centers.*.limits`, without `model`.
  EOT
  type = map(object({
    model_id = string
    price = optional(object({
      input          = number
      output         = number
      cache_read     = optional(number)
      cache_write    = optional(number)
      cache_write_1h = optional(number)
    }))
    context_tokens     = optional(number)
    max_output_tokens  = optional(number)
    default_max_tokens = optional(number)
    inference_profile  = optional(bool, true)
    limits = optional(list(object({
      name        = optional(string)
      window      = string
      unit        = string
      amount      = number
      mode        = optional(string)
      application = optional(string)
      environment = optional(string)
      model       = optional(string)
      notify_at   = optional(list(number), [])
      ceilings = optional(list(object({
        percent     = number
        application = optional(string)
        environment = optional(string)
        model       = optional(string)
        fallback    = optional(string)
      })), [])
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.models) > 0
    error_message = "models: must name at least one model."
  }
}

variable "applications" {
  description = <<-EOT
    The applications that may call, by name: what callers send as the tag `applicationId`.

    - `environments` - Names that the tag `environment` may have, at least one.
    - `default_environment` - Environment of a request that names none. Default: the only one, or such a request is refused.
  EOT
  type = map(object({
    environments        = list(string)
    default_environment = optional(string)
  }))
  nullable = false
}

variable "cost_centers" {
  description = <<-EOT
    Who pays, by name: what callers send as the tag `costCenter`.

    - `models` - Aliases it may call, at least one.
    - `model` - Alias that a request gets which names the cost center as its model. Default: the first of `models`.
    - `applications` - Applications that may spend its money, at least one.
    - `limits` - What it may spend:
      - `window` - `minute`, `hour`, `day` or `month`, by the calendar of `time_zone`.
      - `unit` - `requests`, `tokens` (input, output and cache), `input_tokens`, `output_tokens` or `usd`.
      - `amount` - More than 0; a whole number unless the unit is `usd`.
      - `name` - Unique in its owner. Default: `<window>-<unit>` and then each of application, environment and model that is set.
      - `mode` - `enforce`, or `observe` to count without denying. Default: `enforce`.
      - `application`, `environment`, `model` - Narrow it to the requests that match all that are set.
      - `notify_at` - Percents of use, 1 to 100, that raise an alert when crossed.
      - `ceilings` - Lower limits inside this one: `percent` (1 to 99) for the requests that match `application`, `environment` and `model`; `fallback` is the alias to try instead of refusing.
    - `callers` - Who may spend its money. Default: anyone whom the API lets in.
      - `iam_role_arns` - Role ARNs; `*` matches any characters of a role's name. With `*` leave the path out: a session's ARN does not contain it (docs/callers.md).
      - `jwt` - Claims that must all be there with these values.
      - `applications` - Only these of the cost center's applications.
    - `alert_emails` - Addresses that get its alerts. Each must confirm the mail that AWS sends it first.
  EOT
  type = map(object({
    model        = optional(string)
    models       = list(string)
    applications = list(string)
    limits = optional(list(object({
      name        = optional(string)
      window      = string
      unit        = string
      amount      = number
      mode        = optional(string)
      application = optional(string)
      environment = optional(string)
      model       = optional(string)
      notify_at   = optional(list(number), [])
      ceilings = optional(list(object({
        percent     = number
        application = optional(string)
        environment = optional(string)
        model       = optional(string)
        fallback    = optional(string)
      })), [])
    })), [])
    callers = optional(object({
      iam_role_arns = optional(list(string), [])
      jwt           = optional(map(string), {})
      applications  = optional(list(string))
    }))
    alert_emails = optional(list(string), [])
  }))
  nullable = false

  validation {
    condition     = length(var.cost_centers) > 0
    error_message = "cost_centers: must name at least one cost center."
  }
}

variable "default_cost_center" {
  description = "Cost center of a request that names none and whose caller is bound to none. Default: such a request is refused."
  type        = string
  default     = null

  validation {
    condition     = var.default_cost_center == null || contains(keys(var.cost_centers), coalesce(var.default_cost_center, "-"))
    error_message = "default_cost_center: unknown cost center \"${coalesce(var.default_cost_center, "-")}\": write one of ${join(", ", keys(var.cost_centers))}."
  }
}

variable "organization" {
  description = <<-EOT
    Limits over everything.

    - `limits` - In the form of `cost_centers.*.limits`.
  EOT
  type = object({
    limits = optional(list(object({
      name        = optional(string)
      window      = string
      unit        = string
      amount      = number
      mode        = optional(string)
      application = optional(string)
      environment = optional(string)
      model       = optional(string)
      notify_at   = optional(list(number), [])
      ceilings = optional(list(object({
        percent     = number
        application = optional(string)
        environment = optional(string)
        model       = optional(string)
        fallback    = optional(string)
      })), [])
    })), [])
  })
  default  = {}
  nullable = false
}

variable "time_zone" {
  description = "IANA time zone whose calendar the windows of the limits follow, such as `Europe/Berlin`."
  type        = string
  default     = "UTC"
  nullable    = false

  # Whether the zone exists is for the functions to say: Terraform has no list of them.
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_+/-]*$", var.time_zone))
    error_message = "time_zone: must be an IANA time zone such as \"UTC\" or \"Europe/Berlin\", got \"${var.time_zone}\"."
  }
}

variable "ledger" {
  description = <<-EOT
    How the ledger counts.

    - `shards` - Items that each account's limits are spread over, 1 to 64; more than 1 for cost centers, models or organizations above some tens of requests a second (docs/ledger.md). Default: 1.
    - `lease_seconds` - How long a reservation may stay open, 60 to 86400; longer than any call. Default: 420.
    - `history_windows` - Windows whose counters are kept, 1 to 24. Default: 3.
    - `reservation` - `strict` bounds a request's input tokens by its bytes; `count` asks Bedrock to count them. Default: `strict`.
    - `expired_reservation` - What a reservation costs whose call never reported: `charge` (its worst case) or `release` (nothing). Default: `charge`.
    - `on_ledger_error` - `deny` or `allow` requests while the ledger cannot be reached. Default: `deny`.
  EOT
  type = object({
    shards              = optional(number)
    lease_seconds       = optional(number)
    history_windows     = optional(number)
    reservation         = optional(string)
    expired_reservation = optional(string)
    on_ledger_error     = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(range(1, 65), coalesce(var.ledger.shards, 1))
    error_message = "ledger.shards: must be a whole number from 1 to 64, got ${coalesce(var.ledger.shards, 1)}."
  }

  validation {
    condition = (
      coalesce(var.ledger.lease_seconds, 420) >= 60 &&
      coalesce(var.ledger.lease_seconds, 420) <= 86400 &&
      floor(coalesce(var.ledger.lease_seconds, 420)) == coalesce(var.ledger.lease_seconds, 420)
    )
    error_message = "ledger.lease_seconds: must be a whole number from 60 to 86400, got ${coalesce(var.ledger.lease_seconds, 420)}."
  }

  validation {
    condition     = contains(range(1, 25), coalesce(var.ledger.history_windows, 3))
    error_message = "ledger.history_windows: must be a whole number from 1 to 24, got ${coalesce(var.ledger.history_windows, 3)}."
  }

  validation {
    condition     = contains(["strict", "count"], coalesce(var.ledger.reservation, "strict"))
    error_message = "ledger.reservation: unknown reservation \"${coalesce(var.ledger.reservation, "strict")}\": write one of strict, count."
  }

  validation {
    condition     = contains(["charge", "release"], coalesce(var.ledger.expired_reservation, "charge"))
    error_message = "ledger.expired_reservation: unknown expired_reservation \"${coalesce(var.ledger.expired_reservation, "charge")}\": write one of charge, release."
  }

  validation {
    condition     = contains(["deny", "allow"], coalesce(var.ledger.on_ledger_error, "deny"))
    error_message = "ledger.on_ledger_error: unknown on_ledger_error \"${coalesce(var.ledger.on_ledger_error, "deny")}\": write one of deny, allow."
  }
}

variable "execution" {
  description = "`workflow` runs a request as a Step Functions Express workflow; `direct` runs the same steps inside the gateway, with less latency."
  type        = string
  default     = "workflow"
  nullable    = false

  validation {
    condition     = contains(["workflow", "direct"], var.execution)
    error_message = "execution: unknown execution \"${var.execution}\": write one of workflow, direct."
  }
}

variable "log_prompts" {
  description = "Whether prompts and answers may be written to logs."
  type        = bool
  default     = false
  nullable    = false
}

# How the deployment is operated. Only Terraform reads these.

variable "api" {
  description = <<-EOT
    The HTTP API.

    - `authorization` - `iam` (signed requests), `jwt` or `none`. Default: `iam`.
    - `jwt` - For `jwt`: `issuer`, the URL of the identity provider, and `audience`, of which a token must have one.
    - `throttling` - `rate` in requests a second (default 50) and `burst` in requests (default 100), over all callers.
    - `function_url` - Whether there is also a Function URL (signed requests only) for answers that take longer than the API's 30 seconds. Default: `true`.
  EOT
  type = object({
    authorization = optional(string, "iam")
    jwt = optional(object({
      issuer   = string
      audience = list(string)
    }))
    throttling = optional(object({
      rate  = optional(number, 50)
      burst = optional(number, 100)
    }), {})
    function_url = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["iam", "jwt", "none"], var.api.authorization)
    error_message = "api.authorization: unknown authorization \"${var.api.authorization}\": write one of iam, jwt, none."
  }

  validation {
    condition     = (var.api.authorization == "jwt") == (var.api.jwt != null)
    error_message = "api.jwt: must be given with authorization = \"jwt\" and only then, got authorization = \"${var.api.authorization}\"."
  }

  validation {
    condition     = var.api.throttling.rate > 0 && var.api.throttling.burst >= 1
    error_message = "api.throttling: rate and burst must be greater than 0, got ${var.api.throttling.rate} and ${var.api.throttling.burst}."
  }
}

variable "identity" {
  description = "How a caller is bound to the cost centers that name it in `callers`: `iam` (the role of the signed request), `jwt` (the claims of the token) or `off` (tags are taken on trust). Default: as the API authorizes, or `off` when no cost center has `callers`."
  type        = string
  default     = null

  validation {
    condition     = contains(["off", var.api.authorization], coalesce(var.identity, "off"))
    error_message = "identity: \"${coalesce(var.identity, "off")}\" does not go with api.authorization = \"${var.api.authorization}\": write one of ${join(", ", distinct(["off", var.api.authorization == "none" ? "off" : var.api.authorization]))}."
  }

  validation {
    condition     = var.identity != "none"
    error_message = "identity: unknown identity \"none\": write one of off, iam, jwt."
  }
}

variable "workflow" {
  description = <<-EOT
    The state machine.

    - `log_level` - `OFF`, `ALL`, `ERROR` or `FATAL`. Default: `ERROR`.
    - `include_execution_data` - Whether its log holds inputs and outputs, and so prompts: needs `log_prompts`. Default: `false`.
    - `tracing` - Whether X-Ray traces it. Default: `false`.
    - `starters` - ARNs of roles that may start it directly, without the API; `*` and `?` match characters of the name. With `identity` on, a direct start is refused unless a starter is named here. The cost center in a direct start is taken on trust.
  EOT
  type = object({
    log_level              = optional(string, "ERROR")
    include_execution_data = optional(bool, false)
    tracing                = optional(bool, false)
    starters               = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["OFF", "ALL", "ERROR", "FATAL"], var.workflow.log_level)
    error_message = "workflow.log_level: unknown log_level \"${var.workflow.log_level}\": write one of OFF, ALL, ERROR, FATAL."
  }

  validation {
    condition     = alltrue([for arn in var.workflow.starters : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/*?-]*[A-Za-z0-9][A-Za-z0-9+=,.@_*?-]*$", arn))])
    error_message = "workflow.starters: ${join(", ", [for arn in var.workflow.starters : "\"${arn}\"" if !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/*?-]*[A-Za-z0-9][A-Za-z0-9+=,.@_*?-]*$", arn))])} must be the ARN of a role with a letter or digit in its last segment: write it as arn:aws:iam::<account>:role/<name>."
  }

  validation {
    condition     = !var.workflow.include_execution_data || var.log_prompts
    error_message = "workflow.include_execution_data: would write prompts to the log: set log_prompts = true as well, or leave it false."
  }
}

variable "functions" {
  description = <<-EOT
    The Lambda functions.

    - `bundle_directory` - Folder of the zips, one `<function>.zip` each. Default: the module's own `dist/functions`.
    - `memory_mb` - Memory by function name, 128 to 10240. Default: 512.
    - `reserved_concurrency` - Reserved concurrent executions by function name; 0 stops the function. Default: none reserved.
    - `tracing` - Whether X-Ray traces them. Default: `false`.
    - `dead_letters` - Whether calls of a schedule that failed are kept in an SQS queue of the function's for 14 days. Default: `true`.
  EOT
  type = object({
    bundle_directory     = optional(string)
    memory_mb            = optional(map(number), {})
    reserved_concurrency = optional(map(number), {})
    tracing              = optional(bool, false)
    dead_letters         = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(concat(keys(var.functions.memory_mb), keys(var.functions.reserved_concurrency)), local.function_names)) == 0
    error_message = "functions: unknown function ${join(", ", formatlist("\"%s\"", setsubtract(concat(keys(var.functions.memory_mb), keys(var.functions.reserved_concurrency)), local.function_names)))}: write one of ${join(", ", local.function_names)}."
  }

  validation {
    condition     = alltrue([for memory_mb in values(var.functions.memory_mb) : memory_mb >= 128 && memory_mb <= 10240 && floor(memory_mb) == memory_mb])
    error_message = "functions.memory_mb: must be whole numbers from 128 to 10240, got ${join(", ", [for name, memory_mb in var.functions.memory_mb : "${memory_mb} for \"${name}\"" if memory_mb < 128 || memory_mb > 10240 || floor(memory_mb) != memory_mb])}."
  }

  validation {
    condition     = alltrue([for count in values(var.functions.reserved_concurrency) : count >= 0 && floor(count) == count])
    error_message = "functions.reserved_concurrency: must be whole numbers of 0 or more, got ${join(", ", [for name, count in var.functions.reserved_concurrency : "${count} for \"${name}\"" if count < 0 || floor(count) != count])}."
  }

  validation {
    condition     = alltrue([for reserved in values(var.functions.reserved_concurrency) : reserved >= 0 && floor(reserved) == reserved])
    error_message = "functions.reserved_concurrency: must be whole numbers, 0 or more, got ${join(", ", values(var.functions.reserved_concurrency))}."
  }
}

variable "alerts" {
  description = <<-EOT
    Where alerts go. Each cost center has an SNS topic that its `alert_emails` are subscribed to; what concerns no single one has another.

    - `emails` - Addresses for what concerns no single cost center: limits of models and of the organization, and cost anomalies.
    - `types` - Kinds of alerts that go to the topics, as docs/alerts.md lists them; the others are events on the bus only. Default: all.
    - `kms_key_arn` - ARN of the KMS key of the topics. Its policy must let `events.amazonaws.com`, `budgets.amazonaws.com`, `costalerts.amazonaws.com` and `cloudwatch.amazonaws.com` use it. Default: none.
  EOT
  type = object({
    emails      = optional(list(string), [])
    types       = optional(list(string))
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alerts.types == null || try(length(var.alerts.types) > 0, false)
    error_message = "alerts.types: is empty: write at least one of ${join(", ", local.alert_types)}, or leave it out for all of them."
  }

  validation {
    condition     = var.alerts.types == null || try(length(setsubtract(var.alerts.types, local.alert_types)) == 0, false)
    error_message = "alerts.types: ${join(", ", [for type in try(setsubtract(var.alerts.types, local.alert_types), []) : "\"${type}\""])} is no kind of alert: write some of ${join(", ", local.alert_types)}."
  }

  validation {
    condition     = alltrue([for email in var.alerts.emails : can(regex(local.email_pattern, email))])
    error_message = "alerts.emails: ${join(", ", [for email in var.alerts.emails : "\"${email}\"" if !can(regex(local.email_pattern, email))])} is not an e-mail address: write one plain address, such as \"finops@example.com\"."
  }

  validation {
    condition     = var.alerts.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.alerts.kms_key_arn))
    error_message = "alerts.kms_key_arn: \"${coalesce(var.alerts.kms_key_arn, "-")}\" is not the ARN of a KMS key: write it as arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "budgets" {
  description = <<-EOT
    AWS Budgets, one per cost center: they warn, a day late, on what AWS bills. They need the cost allocation tags.

    - `enabled` - Whether there are any. Default: `true`.
    - `amounts` - USD a month by cost center. Default: its smallest `month` limit in `usd` that is not narrowed; no budget without one.
    - `notifications` - When they tell: `type` (`actual` or `forecasted`) and `percent`. Default: 80 and 100 actual, 100 forecasted.
    - `action` - What to do by itself when one is passed: attach the policy `policy_arn` to `roles` (names of roles, by cost center) at `percent` (default 100), `approval` being `automatic` (default) or `manual`. Default: nothing.
  EOT
  type = object({
    enabled = optional(bool, true)
    amounts = optional(map(number), {})
    notifications = optional(list(object({
      type    = string
      percent = number
    })))
    action = optional(object({
      policy_arn = string
      roles      = map(list(string))
      percent    = optional(number, 100)
      approval   = optional(string, "automatic")
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.budgets.amounts), keys(var.cost_centers))) == 0
    error_message = "budgets.amounts: unknown cost center ${join(", ", formatlist("\"%s\"", setsubtract(keys(var.budgets.amounts), keys(var.cost_centers))))}: write one of ${join(", ", keys(var.cost_centers))}."
  }

  validation {
    condition     = alltrue([for amount in values(var.budgets.amounts) : amount > 0 && tonumber(format("%.2f", amount)) == amount])
    error_message = "budgets.amounts: must be USD greater than 0 with at most 2 decimals, got ${join(", ", [for name, amount in var.budgets.amounts : "${amount} for \"${name}\"" if amount <= 0 || tonumber(format("%.2f", amount)) != amount])}."
  }

  validation {
    condition     = length(setsubtract(keys(try(var.budgets.action.roles, {})), keys(var.cost_centers))) == 0
    error_message = "budgets.action.roles: unknown cost center ${join(", ", formatlist("\"%s\"", setsubtract(keys(try(var.budgets.action.roles, {})), keys(var.cost_centers))))}: write one of ${join(", ", keys(var.cost_centers))}."
  }
}

variable "anomaly_detection" {
  description = <<-EOT
    Cost Anomaly Detection over the cost centers; needs an account that sees the cost allocation tags in its bill.

    - `enabled` - Whether it is on. Default: `false`.
    - `monitor_arns` - ARNs of monitors that exist already, to be told of instead of making monitors.
    - `cost_centers_per_monitor` - Cost centers that are watched together, 1 to 10. Default: 10.
    - `frequency` - `immediate` (to the topic of `organization_alert_topic_arn`), `daily` or `weekly` (by mail to `alerts.emails`). Default: `immediate`.
    - `minimum_impact_usd` - USD above the expected cost from which on an anomaly is told. Default: 10.
  EOT
  type = object({
    enabled                  = optional(bool, false)
    monitor_arns             = optional(list(string), [])
    cost_centers_per_monitor = optional(number, 10)
    frequency                = optional(string, "immediate")
    minimum_impact_usd       = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["immediate", "daily", "weekly"], var.anomaly_detection.frequency)
    error_message = "anomaly_detection.frequency: unknown frequency \"${var.anomaly_detection.frequency}\": write one of immediate, daily, weekly."
  }

  validation {
    condition     = !var.anomaly_detection.enabled || var.anomaly_detection.frequency == "immediate" || length(var.alerts.emails) > 0
    error_message = "anomaly_detection.frequency: \"${var.anomaly_detection.frequency}\" goes by mail, and alerts.emails is empty: add an address there, or write \"immediate\"."
  }
}

variable "cost_allocation_tags" {
  description = <<-EOT
    Activation of the cost allocation tags. Only the payer account can, and only once the keys have appeared in billing: see examples/payer-account.

    - `enabled` - Whether this deployment activates them. Default: `false`.
    - `keys` - Keys of the tags. Default: `costCenter`, `applicationId` and `environment`.
  EOT
  type = object({
    enabled = optional(bool, false)
    keys    = optional(set(string), ["costCenter", "applicationId", "environment"])
  })
  default  = {}
  nullable = false
}

variable "reporting" {
  description = <<-EOT
    Export of the cost and usage report (CUR 2.0) into a bucket, with the tags as columns. In us-east-1 only.

    - `enabled` - Whether there is one. Default: `false`.
    - `tag_keys` - Keys of active tags that get a column. Default: `costCenter`, `applicationId` and `environment`.
    - `time_granularity` - `hourly`, `daily` or `monthly`. Default: `daily`.
    - `format` - `parquet` or `csv`. Default: `parquet`.
    - `bucket_name` - Name of the bucket. Default: `<name>-cur-<account>`.
    - `retention_days` - Days that files are kept, 0 for ever. Default: 0.
    - `kms_key_arn` - ARN of the KMS key of the files. Default: the key that S3 owns.
    - `force_destroy` - Whether a destroy also deletes the files. Default: `false`.
  EOT
  type = object({
    enabled          = optional(bool, false)
    tag_keys         = optional(list(string), ["costCenter", "applicationId", "environment"])
    time_granularity = optional(string, "daily")
    format           = optional(string, "parquet")
    bucket_name      = optional(string)
    retention_days   = optional(number, 0)
    kms_key_arn      = optional(string)
    force_destroy    = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "cost_reports" {
  description = <<-EOT
    Reports of what Bedrock cost, by cost center, that come by themselves: a page and a CSV file in a bucket, and a message with the link to the organization's topic. docs/reporting.md shows one.

    - `enabled` - Whether there are any. Default: `false`.
    - `periods` - `week` (from Monday to Sunday, made on Tuesday) and `month` (made on the 3rd). Default: both.
    - `bucket_name` - Name of the bucket. Default: `<name>-reports-<account>-<region>`, cut to 63 characters.
    - `retention_days` - Days that reports are kept, 0 for ever. Default: 400.
    - `kms_key_arn` - ARN of the KMS key of the reports. Default: the key that S3 owns.
    - `force_destroy` - Whether a destroy also deletes the reports. Default: `false`.
  EOT
  type = object({
    enabled        = optional(bool, false)
    periods        = optional(set(string), ["week", "month"])
    bucket_name    = optional(string)
    retention_days = optional(number, 400)
    kms_key_arn    = optional(string)
    force_destroy  = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.cost_reports.periods) > 0 && length(setsubtract(var.cost_reports.periods, ["week", "month"])) == 0
    error_message = "cost_reports.periods: ${length(var.cost_reports.periods) == 0 ? "is empty" : "unknown ${join(", ", [for period in setsubtract(var.cost_reports.periods, ["week", "month"]) : "\"${period}\""])}"}: write week, month or both."
  }

  validation {
    condition     = var.cost_reports.bucket_name == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", coalesce(var.cost_reports.bucket_name, "-")))
    error_message = "cost_reports.bucket_name: \"${coalesce(var.cost_reports.bucket_name, "-")}\" is not the name of a bucket: write 3 to 63 lower-case letters, digits, dots and hyphens."
  }

  validation {
    condition     = var.cost_reports.retention_days >= 0 && floor(var.cost_reports.retention_days) == var.cost_reports.retention_days
    error_message = "cost_reports.retention_days: must be a whole number of days, 0 for ever, got ${var.cost_reports.retention_days}."
  }

  validation {
    condition     = var.cost_reports.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", coalesce(var.cost_reports.kms_key_arn, "-")))
    error_message = "cost_reports.kms_key_arn: \"${coalesce(var.cost_reports.kms_key_arn, "-")}\" is not the ARN of a KMS key: write it as arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "reconciliation" {
  description = <<-EOT
    What was metered beside what AWS observed and billed, once a day over the last seven: a metric of the drift, and an alert where it is over the tolerance. docs/reconciliation.md explains the reasons.

    - `enabled` - Whether it runs. Default: `false`.
    - `tolerance_percent` - Difference that is none, in percent of what was metered, 0.1 to 1000 with at most one decimal. Default: 5.
    - `bill` - Whether the bill is compared too; Cost Explorer charges USD 0.01 for every request. Default: `true`.
    - `fold` - Whether use around the sentry that CloudWatch saw on the day before is charged to the limits of a day and a month. Default: `false`.
  EOT
  type = object({
    enabled           = optional(bool, false)
    tolerance_percent = optional(number, 5)
    bill              = optional(bool, true)
    fold              = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.reconciliation.tolerance_percent >= 0.1 && var.reconciliation.tolerance_percent <= 1000 && can(regex("^[0-9]+([.][0-9])?$", tostring(var.reconciliation.tolerance_percent)))
    error_message = "reconciliation.tolerance_percent: must be a number from 0.1 to 1000 with at most one decimal, got ${var.reconciliation.tolerance_percent}."
  }
}

variable "observability" {
  description = <<-EOT
    Dashboards, alarms and saved log queries.

    - `dashboard` - Whether there are dashboards. Default: `true`.
    - `alarms` - Whether there are alarms. They tell the cost center's SNS topic, or the organization's. Default: `true`.
    - `alarm_actions` - ARNs that every alarm tells besides, such as SNS topics; at most 4.
    - `thresholds` - From what on an alarm goes off, per 5 minutes where it is a number; 0 for no such alarm:
      - `utilization_percent` - Use of a limit, in percent. Default: 90.
      - `denials` - Denied calls of a cost center. Default: 50.
      - `failed_settlements`, `expired_reservations`, `function_errors`, `workflow_failures` - Default: 1.
      - `throttles` - Calls that Bedrock, DynamoDB or Lambda throttled. Default: 10.
    - `utilization_windows` - Windows whose limits have an alarm of their use. Default: `day` and `month`.
  EOT
  type = object({
    dashboard     = optional(bool, true)
    alarms        = optional(bool, true)
    alarm_actions = optional(list(string), [])
    thresholds = optional(object({
      utilization_percent  = optional(number)
      denials              = optional(number)
      failed_settlements   = optional(number)
      expired_reservations = optional(number)
      function_errors      = optional(number)
      workflow_failures    = optional(number)
      throttles            = optional(number)
    }), {})
    utilization_windows = optional(list(string), ["day", "month"])
  })
  default  = {}
  nullable = false

  # An alarm takes five actions for a state, and one is its topic.
  validation {
    condition     = length(var.observability.alarm_actions) <= 4 && alltrue([for arn in var.observability.alarm_actions : startswith(arn, "arn:")])
    error_message = "observability.alarm_actions: must be at most 4 ARNs, got ${join(", ", formatlist("\"%s\"", var.observability.alarm_actions))}."
  }

  validation {
    condition     = alltrue([for value in values(var.observability.thresholds) : coalesce(value, 0) >= 0])
    error_message = "observability.thresholds: must be 0 or more, got ${join(", ", [for name, value in var.observability.thresholds : "${value} for ${name}" if coalesce(value, 0) < 0])}."
  }

  validation {
    condition     = length(setsubtract(var.observability.utilization_windows, local.limit_windows)) == 0
    error_message = "observability.utilization_windows: unknown window ${join(", ", formatlist("\"%s\"", setsubtract(var.observability.utilization_windows, local.limit_windows)))}: write some of ${join(", ", local.limit_windows)}."
  }
}

variable "event_bus_name" {
  description = "Name of the EventBridge bus that gets the alerts."
  type        = string
  default     = "default"
  nullable    = false

  # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
  validation {
    condition     = can(regex("^[/.A-Za-z0-9_-]{1,256}$", var.event_bus_name))
    error_message = "event_bus_name: \"${var.event_bus_name}\" is not the name of an event bus: write 1 to 256 letters, digits, dots, hyphens, underscores and slashes."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key for the ledger and the logs. Its policy must let CloudWatch Logs use it. Default: keys that AWS owns."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: \"${coalesce(var.kms_key_arn, "-")}\" is not the ARN of a KMS key: write it as arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "access_policies" {
  description = <<-EOT
    The policies that deny calling Bedrock around the sentry, in the outputs `deny_direct_bedrock_*_json`.

    - `exceptions` - ARNs of roles and users that may still call it in any way; `*` and `?` stand for characters of the account or the name.
    - `confine_sentry` - Whether they also confine the sentry's roles to the models and profiles of this policy, whatever other policies allow them. Default: as long as the models fit into a document; with `true` it is an error when they do not.
  EOT
  type = object({
    exceptions     = optional(list(string), [])
    confine_sentry = optional(bool)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days that log groups keep their events, the audit log included; 0 keeps them for ever."
  type        = number
  default     = 365
  nullable    = false

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch Logs has no retention of ${var.log_retention_days} days: write one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the ledger. Set it to false, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource. The inference profiles' own costCenter, applicationId and environment win over them."
  type        = map(string)
  default     = {}
  nullable    = false
}
