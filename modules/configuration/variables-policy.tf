# Policy variables. The functions, the sandbox and the command line read these variables too:
# core/policy fills in the defaults, not Terraform.

variable "region" {
  description = "AWS Region of the deployment. Prices, model ids and their availability depend on it."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Prefix of every resource name: 2 to 32 lower-case letters, digits and hyphens, starting with a letter. Must be unique for each deployment in an account and region."
  type        = string
  default     = "bedrock-cost-sentry"
  nullable    = false
}

variable "models" {
  description = <<-EOT
    Models that can be called, by alias, as callers send it in `model`.

    - `model_id` - Bedrock model id, with or without a geography prefix such as `us.`, or the ARN of an imported model.
    - `price` - USD per million tokens: `input`, `output`, `cache_read`, `cache_write` (5 minutes) and `cache_write_1h`. Overrides the price catalogue. Required for a model that is not in the catalogue.
    - `context_tokens`, `max_output_tokens` - Maximums of the model in tokens. Default: the catalogue's maximums; required for a model that is not in the catalogue.
    - `default_max_tokens` - Value of `max_tokens` for requests without it. Default: the model's default.
    - `unsupported_parameters` - For a parameter that the model does not support: `refuse` rejects the request; `drop` removes the parameter and names it in the response. Default: `refuse`.
    - `also` - Further ids that callers can write for the model, such as those that clients have built in. `*` matches any characters: `["us.anthropic.claude-sonnet-4-5-*"]`. The id of another model has priority.
    - `inference_profile` - Whether to create tagged inference profiles for the model. Default: `true`. Must be `false` for an ARN.
    - `limits` - Limits across all cost centers, as in `cost_centers.*.limits`, without `model`.
  EOT
  type = map(object({
    model_id               = string
    context_tokens         = optional(number)
    max_output_tokens      = optional(number)
    default_max_tokens     = optional(number)
    also                   = optional(list(string))
    unsupported_parameters = optional(string)
    inference_profile      = optional(bool, true)
  }))
  nullable = false
}

variable "applications" {
  description = <<-EOT
    Applications that can call, by name, as callers send it in the tag `applicationId`.

    - `environments` - Allowed values of the tag `environment`. At least one.
    - `default_environment` - Environment of requests that name none. Default: the only environment; with several, such requests are rejected.
  EOT
  type = map(object({
    environments        = list(string)
    default_environment = optional(string)
  }))
  nullable = false
}

variable "cost_centers" {
  description = <<-EOT
    Cost centers by name, as callers send it in the tag `costCenter`.

    - `tag_value` - Value of its tag in the bill, such as `CC-10042`. Default: the name.
    - `models` - Aliases that it can call. At least one.
    - `model` - Alias used when a request names the cost center as its model. Default: the first of `models`.
    - `applications` - Applications that can spend its budget. At least one.
    - `limits` - Spending limits:
      - `window` - `minute`, `hour`, `day`, `week` (from Monday) or `month`, calendar windows in `time_zone`; `total`, which never resets; `request`, the most that one request may take.
      - `unit` - `requests`, `tokens` (input, output and cache), `input_tokens`, `output_tokens` or `usd`.
      - `amount` - Greater than 0, at most USD 9,007,199.25; a whole number up to 9,007,199,254,740,991 unless `unit` is `usd`.
      - `per` - `user`, `key` or `session`: each has the amount for itself. Default: one counter for all. Not for limits of models.
      - `groups`, `users` - With `per = "user"`, amounts by group and by name of the user, instead of `amount`.
      - `name` - Unique per cost center. Default: `<window>-<unit>`, then the application, environment and model of its scope.
      - `mode` - `enforce` denies calls; `observe` only counts. Default: `enforce`.
      - `application`, `environment`, `model` - Scope: only requests that match all that are set count.
      - `notify_at` - Percentages of the limit, 1 to 100, at which an alert is sent.
      - `ceilings` - Lower thresholds within the limit: `percent` (1 to 99) for requests that match `application`, `environment` and `model`. `fallback` - alias to use instead of denying.
    - `callers` - Identities that can spend its budget: one object, or a list of objects. Default: any caller that the API authorizes.
      - `iam_role_arns` - IAM role ARNs; `*` matches any characters of a role's name. With `*`, omit the path, because the ARN of a session does not contain it (docs/callers.md).
      - `jwt` - Claims that a token must have, with these values; `email` counts if `email_verified` is true.
      - `applications` - Restricts these callers to some of the cost center's applications. Default: all.
      - `environments` - Restricts these callers to some environments. Default: all.
      - `trust_session_names` - Whether the session names of these roles say who the user is. Sessions of IAM Identity Center always do. Default: `false`.
    - `alert_emails` - Email addresses for its alerts. Each must confirm the subscription email from AWS.
  EOT
  type = map(object({
    tag_value    = optional(string)
    model        = optional(string)
    models       = list(string)
    applications = list(string)
    callers = optional(list(object({
      iam_role_arns = optional(list(string), [])
      jwt           = optional(map(string), {})
      applications  = optional(list(string))
      environments  = optional(list(string))

      trust_session_names = optional(bool, false)
    })), [])
    alert_emails = optional(list(string), [])
  }))
  nullable = false
}

variable "tag_keys" {
  description = <<-EOT
    Keys of the tags on inference profiles that carry the cost center, the application and the environment into the bill.

    - `cost_center` - Default: `costCenter`.
    - `application` - Default: `applicationId`.
    - `environment` - Default: `environment`.
  EOT
  type = object({
    cost_center = optional(string, "costCenter")
    application = optional(string, "applicationId")
    environment = optional(string, "environment")
  })
  default  = {}
  nullable = false
}

variable "lists_of_callers" {
  description = "Names of the cost centers whose `callers` were given as a list, for the paths of problems."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "default_cost_center" {
  description = "Cost center of requests that name none, from callers that belong to none. Default: such requests are rejected."
  type        = string
  default     = null

  validation {
    condition     = var.default_cost_center == null || contains(keys(var.cost_centers), coalesce(var.default_cost_center, "-"))
    error_message = "default_cost_center: unknown cost center \"${coalesce(var.default_cost_center, "-")}\": use one of ${join(", ", keys(var.cost_centers))}."
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

    - `window` - `minute`, `hour`, `day`, `week` (from Monday) or `month`, calendar windows in `time_zone`; `total`, which never resets; `request`, the most that one request may take.
    - `unit` - `requests`, `tokens` (input, output and cache), `input_tokens`, `output_tokens` or `usd`.
    - `amount` - Greater than 0, at most USD 9,007,199.25; a whole number up to 9,007,199,254,740,991 unless `unit` is `usd`.
    - `per` - `user`, `key` or `session`: each has the amount for itself. Default: one counter for all. Not for limits of models.
    - `groups`, `users` - With `per = "user"`, amounts by group and by name of the user, instead of `amount`.
    - `name` - Unique per owner. Default: `<window>-<unit>`, then the application, environment and model of its scope.
    - `mode` - `enforce` denies calls; `observe` only counts. Default: `enforce`.
    - `application`, `environment`, `model` - Scope: only requests that match all that are set count.
    - `notify_at` - Percentages of the limit, 1 to 100, at which an alert is sent.
    - `ceilings` - Lower thresholds within the limit: `percent` (1 to 99) for requests that match `application`, `environment` and `model`. `fallback` - alias to use instead of denying.
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
    per         = optional(string)
    groups      = optional(map(number))
    users       = optional(map(number))
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
  description = "IANA time zone of the limits' windows, such as `Europe/Berlin`."
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
    Settings of the ledger.

    - `shards` - Items that each account's limits are spread over, 1 to 64; more than 1 for many calls in flight (docs/scale.md). Default: 1.
    - `lease_seconds` - Seconds after which an open reservation expires, 60 to 86400; longer than any call. Default: 420.
    - `history_windows` - Number of windows whose counters are retained, 1 to 24. Default: 3.
    - `reservation` - `strict` bounds a request's input tokens by its bytes; `count` uses Bedrock's CountTokens. Default: `strict`.
    - `unknown_outcome` - For a call whose outcome is unknown: `charge` its worst case, or `release` the reservation. Default: `charge`.
    - `expired_reservation` - Earlier name of `unknown_outcome`.
    - `in_flight_max` - Maximum calls in flight of one cost center in an account item, 1 to 2000; calls above it are denied. Default: 400, fewer if an owner has more than three limits (docs/scale.md).
    - `new_sessions_per_minute` - Sessions that one key, user or role can begin in a minute, where a limit has `per = "session"`, 1 to 1000. Default: 60.
    - `wait_seconds` - Seconds that a request waits for reservations in flight before it is denied, 0 to 10. Default: 0.
    - `on_ledger_error` - `deny` or `allow` requests while the ledger is unavailable. Default: `deny`.
  EOT
  type = object({
    shards                  = optional(number)
    lease_seconds           = optional(number)
    history_windows         = optional(number)
    reservation             = optional(string)
    unknown_outcome         = optional(string)
    expired_reservation     = optional(string)
    in_flight_max           = optional(number)
    new_sessions_per_minute = optional(number)
    wait_seconds            = optional(number)
    on_ledger_error         = optional(string)
  })
  default  = {}
  nullable = false
}

variable "log_prompts" {
  description = "Whether prompts and answers are written to the audit log."
  type        = bool
  default     = false
  nullable    = false
}
