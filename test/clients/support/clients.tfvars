name = "clients"
models = {
  "haiku"  = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  "nova"   = { model_id = "amazon.nova-lite-v1:0" }
  "sonnet" = { model_id = "us.anthropic.claude-sonnet-4-6" }
}
applications = {
  "agents" = { environments = ["dev", "production"], default_environment = "production" }
}
cost_centers = {
  rich = {
    models       = ["haiku", "nova", "sonnet"]
    applications = ["agents"]
    limits       = [{ name = "plenty", window = "month", unit = "usd", amount = 1000 }]
  }
  near = {
    models       = ["sonnet"]
    applications = ["agents"]
    limits       = [{ name = "nearly-used", window = "month", unit = "usd", amount = 40 }]
  }
  poor = {
    models       = ["haiku", "nova", "sonnet"]
    applications = ["agents"]
    limits       = [{ name = "nothing-left", window = "month", unit = "usd", amount = 0.000001 }]
  }
}
proxy = { enabled = true }
