name = "reported"
models = {
  "haiku" = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  "nova"  = { model_id = "amazon.nova-lite-v1:0" }
  "llama" = { model_id = "us.meta.llama3-3-70b-instruct-v1:0" }
}
applications = {
  "desk" = { environments = ["test"], default_environment = "test" }
}
cost_centers = {
  readers = {
    models       = ["haiku", "nova", "llama"]
    applications = ["desk"]
    limits       = [{ name = "spend", window = "month", unit = "usd", amount = 100 }]
  }
}
api = { cors = { allow_origins = ["https://desk.example.com"] } }
