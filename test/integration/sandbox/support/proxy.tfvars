name = "proxied"
models = {
  "haiku"  = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  "micro"  = { model_id = "amazon.nova-micro-v1:0" }
  "pro"    = { model_id = "amazon.nova-pro-v1:0" }
  "llama"  = { model_id = "meta.llama3-70b-instruct-v1:0" }
  "vector" = { model_id = "amazon.titan-embed-text-v2:0", context_tokens = 8192, max_output_tokens = 1, price = { input = 0.02, output = 0 } }
}
applications = {
  "faq" = { environments = ["dev", "production"], default_environment = "production" }
}
cost_centers = {
  retail = {
    models       = ["haiku", "micro", "pro", "llama", "vector"]
    applications = ["faq"]
    limits       = [{ name = "spend", window = "month", unit = "usd", amount = 100 }]
  }
  poor = {
    models       = ["micro"]
    applications = ["faq"]
    limits       = [{ name = "nothing", window = "month", unit = "usd", amount = 0.000001 }]
  }
}
default_cost_center = "retail"
proxy               = { enabled = true, allow_origins = ["https://app.example.com"] }
