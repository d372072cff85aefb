name = "operated"
models = {
  "micro" = { model_id = "amazon.nova-micro-v1:0" }
}
applications = {
  "faq" = { environments = ["dev"] }
}
cost_centers = {
  sales = {
    models       = ["micro"]
    applications = ["faq"]
    limits = [
      { name = "many", window = "month", unit = "requests", amount = 3 },
      { name = "each", window = "day", unit = "requests", amount = 2, per = "user" },
    ]
    callers = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales-*"] }
  }
  hr = {
    models       = ["micro"]
    applications = ["faq"]
    limits       = [{ name = "many", window = "month", unit = "requests", amount = 10 }]
    callers      = { iam_role_arns = ["arn:aws:iam::111122223333:role/hr"] }
  }
}
operators = {
  iam_role_arns = ["arn:aws:iam::111122223333:role/finops"]
  jwt           = { team = "finops" }
}
api   = {}
proxy = { enabled = true, authentication = ["key", "jwt"], jwt = { issuer = "https://sandbox.invalid", audience = ["bedrock-cost-sentry"], user_claim = "email" } }
