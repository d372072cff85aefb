name = "documented"
models = {
  "nova-lite" = { model_id = "amazon.nova-lite-v1:0" }
  "sonnet"    = { model_id = "us.anthropic.claude-sonnet-4-6" }
}
applications = {
  "chat" = { environments = ["production"], default_environment = "production" }
}
cost_centers = {
  sales = {
    models       = ["nova-lite", "sonnet"]
    applications = ["chat"]
    limits       = [{ window = "month", unit = "usd", amount = 100 }]
    callers      = { iam_role_arns = ["arn:aws:iam::111122223333:role/sales"], jwt = { team = "sales" } }
  }
}
default_cost_center = "sales"
proxy               = { enabled = true }
