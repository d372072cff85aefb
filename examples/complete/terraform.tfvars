# Three cost centers that share one application and six models. The same file configures the
# deployed module, the local sandbox (`npm start`) and the command line.

name = "genai"

# Names that callers can use as "model". The names are older than the models: Amazon Bedrock ended
# the original ones, and each name now refers to the replacement. Newer models accept fewer
# parameters; unsupported ones are dropped, and the response lists them in "dropped". Token limits
# apply across all cost centers.
models = {
  "nova-lite"            = { model_id = "amazon.nova-lite-v1:0" }
  "nova-micro"           = { model_id = "amazon.nova-micro-v1:0" }
  "claude-2"             = { model_id = "us.anthropic.claude-sonnet-4-6", unsupported_parameters = "drop" }
  "claude-3-haiku"       = { model_id = "us.anthropic.claude-haiku-5-5", unsupported_parameters = "drop" }
  "claude-3-5-sonnet-v2" = { model_id = "us.anthropic.claude-sonnet-5-5", unsupported_parameters = "drop" }
  "claude-3-5-haiku" = {
    model_id               = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
    unsupported_parameters = "drop"
    limits                 = [{ window = "day", unit = "tokens", amount = 20000000 }]
  }
}

applications = {
  "aws-documentation-helper" = { environments = ["dev", "staging", "production"] }
}

cost_centers = {
  sales = {
    model        = "claude-3-5-haiku" # what a request naming the model "sales" gets
    models       = ["nova-lite", "nova-micro", "claude-2", "claude-3-haiku", "claude-3-5-sonnet-v2", "claude-3-5-haiku"]
    applications = ["aws-documentation-helper"]
    limits = [
      {
        name      = "monthly-budget"
        window    = "month"
        unit      = "usd"
        amount    = 500
        notify_at = [50, 80, 100]
        ceilings = [
          { percent = 80, environment = "dev" },                                           # dev stops at 80 %
          { percent = 90, model = "claude-3-5-sonnet-v2", fallback = "claude-3-5-haiku" }, # then the cheaper model
        ]
      },
      { window = "minute", unit = "requests", amount = 60, application = "aws-documentation-helper" },
      { window = "day", unit = "tokens", amount = 2000000, mode = "observe" }, # counts, never denies
    ]
    # Roles by name, as the ARN of a session does not contain its role's path; or a token's claim.
    callers = [
      { iam_role_arns = ["arn:aws:iam::111122223333:role/sales-app-*"] },
      { iam_role_arns = ["arn:aws:iam::111122223333:role/sales-dev-*"], environments = ["dev"] }, # not production
      { jwt = { team = "sales" } },
    ]
    alert_emails = ["sales-finops@example.com"]
  }

  services = {
    model        = "nova-lite"
    models       = ["nova-lite", "nova-micro", "claude-2", "claude-3-haiku", "claude-3-5-sonnet-v2", "claude-3-5-haiku"]
    applications = ["aws-documentation-helper"]
    limits = [
      { name = "monthly-budget", window = "month", unit = "usd", amount = 200, notify_at = [80, 100] },
      { window = "minute", unit = "requests", amount = 5 }, # small, so that a denial is easy to see
    ]
    callers = {
      iam_role_arns = ["arn:aws:iam::111122223333:role/services-*"]
      jwt           = { team = "services" }
    }
    alert_emails = ["services-finops@example.com"]
  }

  support = {
    model        = "claude-3-5-haiku"
    models       = ["nova-lite", "nova-micro", "claude-2", "claude-3-haiku", "claude-3-5-sonnet-v2", "claude-3-5-haiku"]
    applications = ["aws-documentation-helper"]
    limits = [
      {
        name      = "monthly-budget"
        window    = "month"
        unit      = "usd"
        amount    = 300
        notify_at = [50, 80, 100]
        ceilings  = [{ percent = 75, environment = "dev" }, { percent = 90, environment = "staging" }]
      },
      { window = "minute", unit = "requests", amount = 60 },
      { window = "hour", unit = "output_tokens", amount = 500000, model = "claude-3-5-sonnet-v2" },
    ]
    callers = {
      iam_role_arns = ["arn:aws:iam::111122223333:role/support-*"]
      jwt           = { team = "support" }
    }
    alert_emails = ["support-finops@example.com"]
  }
}

# A request that names no cost center is refused.
default_cost_center = null

# Organization-wide limits.
organization = {
  limits = [{ name = "monthly-budget", window = "month", unit = "usd", amount = 900, notify_at = [80, 100] }]
}

time_zone = "UTC"

ledger = {
  shards          = 1
  lease_seconds   = 420
  history_windows = 3
  reservation     = "strict"
  unknown_outcome = "charge"
  on_ledger_error = "deny"
}

execution   = "workflow"
log_prompts = false
