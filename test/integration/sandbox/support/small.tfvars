name = "small"
models = {
  "haiku" = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  "micro" = { model_id = "amazon.nova-micro-v1:0" }
}
applications = {
  "faq" = { environments = ["dev", "production"] }
}
cost_centers = {
  retail = {
    model        = "haiku"
    models       = ["haiku", "micro"]
    applications = ["faq"]
    limits = [
      { name = "three", window = "month", unit = "requests", amount = 3, notify_at = [30, 100] },
      { name = "spend", window = "month", unit = "usd", amount = 1 },
    ]
  }
  wholesale = {
    model        = "micro"
    models       = ["micro"]
    applications = ["faq"]
    limits       = [{ name = "many", window = "minute", unit = "requests", amount = 1000 }]
    callers      = { iam_role_arns = ["arn:aws:iam::111122223333:role/wholesale-*"], jwt = { team = "wholesale" } }
  }
}
