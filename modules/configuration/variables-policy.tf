# Who can spend what. The functions, the sandbox and the command line read these variables too:
# core/policy fills in the defaults, not Terraform.

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
    - `unsupported_parameters` - What becomes of a parameter that the model does not take: `refuse` the request, or `drop` the parameter and name it in the answer. Default: `refuse`.
    - `inference_profile` - Whether to make tagged inference profiles for it. Default: `true`. Must be `false` for an ARN.
    - `limits` - Limits across all cost centers, as in `cost_centers.*.limits` without `model`.
  EOT
  type = map(object({
    model_id               = string
    context_tokens         = optional(number)
    max_output_tokens      = optional(number)
    default_max_tokens     = optional(number)
    unsupported_parameters = optional(string)
    inference_profile      = optional(bool, true)
  }))
  nullable = false
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
    - `callers` - Who can spend its money: one object, or a list of them. Default: anyone whom the API lets in.
      - `iam_role_arns` - Role ARNs; `*` matches any characters of a role's name. With `*` leave the path out: a session's ARN does not contain it (docs/callers.md).
      - `jwt` - Claims that must all be present with these values.
      - `applications` - Only these of the cost center's applications. Default: all.
      - `environments` - Only these environments. Default: all.
    - `alert_emails` - Addresses that get its alerts. Each must confirm the mail that AWS sends it first.
  EOT
  type = map(object({
    model        = optional(string)
    models       = list(string)
    applications = list(string)
    callers = optional(list(object({
      iam_role_arns = optional(list(string), [])
      jwt           = optional(map(string), {})
      applications  = optional(list(string))
      environments  = optional(list(string))
    })), [])
    alert_emails = optional(list(string), [])
  }))
  nullable = false
}

variable "lists_of_callers" {
  description = "Names of the cost centers whose `callers` were given as a list, for the paths of problems."
  type        = list(string)
  default     = []
  nullable    = false
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

variable "price" {
  description = "The `price` of each model that has one, by alias. Untyped: modules/schema-check has checked it, and core/policy reads it."
  type        = any
  default     = {}
  nullable    = false
}

variable "limits" {
  description = <<-EOT
    The limits of every owner, by path: `models.<alias>`, `cost_centers.<name>` or `organization`. The root
    module takes them out of the three variables, so that their type is written once.

    - `window` - `minute`, `hour`, `day` or `month`: a calendar period in `time_zone`.
    - `unit` - `requests`, `tokens` (input, output and cache), `input_tokens`, `output_tokens` or `usd`.
    - `amount` - Greater than 0; a whole number unless the unit is `usd`.
    - `name` - Unique for its owner. Default: `<window>-<unit>`, followed by the application, environment and model that are set.
    - `mode` - `enforce`, or `observe` to count without denying. Default: `enforce`.
    - `application`, `environment`, `model` - Scope: only requests that match all that are set.
    - `notify_at` - Percentages of usage, 1 to 100, that raise an alert when crossed.
    - `ceilings` - Lower limits inside this one: `percent` (1 to 99) for the requests that match `application`, `environment` and `model`; `fallback` is the alias to try instead of denying.
  EOT
  type = map(list(object({
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
  })))
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

    - `shards` - Items that each account's limits are spread over, 1 to 64; more than 1 for cost centers, models or organizations above about 50 requests a second (docs/ledger.md). Default: 1.
    - `lease_seconds` - How long a reservation may stay open, 60 to 86400; longer than any call. Default: 420.
    - `history_windows` - Windows whose counters are kept, 1 to 24. Default: 3.
    - `reservation` - `strict` bounds a request's input tokens by its bytes; `count` uses Bedrock's CountTokens. Default: `strict`.
    - `unknown_outcome` - Cost of a call whose outcome is unknown: `charge` (its worst case) or `release` (nothing). Default: `charge`.
    - `expired_reservation` - The former name of `unknown_outcome`.
    - `in_flight_max` - Calls in flight of one cost center, 1 to 2000; above it, that cost center is denied. Default: 400.
    - `wait_seconds` - Seconds that a request waits for reservations in flight before it is denied, 0 to 10. Default: 0.
    - `on_ledger_error` - `deny` or `allow` requests while the ledger cannot be reached. Default: `deny`.
  EOT
  type = object({
    shards              = optional(number)
    lease_seconds       = optional(number)
    history_windows     = optional(number)
    reservation         = optional(string)
    unknown_outcome     = optional(string)
    expired_reservation = optional(string)
    in_flight_max       = optional(number)
    wait_seconds        = optional(number)
    on_ledger_error     = optional(string)
  })
  default  = {}
  nullable = false
}

variable "execution" {
  description = "`workflow` runs a request as a Step Functions Express workflow; `direct` runs the same steps inside the gateway, with less latency."
  type        = string
  default     = "workflow"
  nullable    = false
}

variable "log_prompts" {
  description = "Whether prompts and answers may be written to logs."
  type        = bool
  default     = false
  nullable    = false
}
