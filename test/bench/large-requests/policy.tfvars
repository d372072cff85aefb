name = "bench"
models = {
  "claude"  = { model_id = "global.anthropic.claude-sonnet-4-6" }
  "gpt"     = { model_id = "openai.gpt-oss-120b-1:0" }
  "vectors" = { model_id = "cohere.embed-v4:0", context_tokens = 128000, max_output_tokens = 1, price = { input = 0.12, output = 0 } }
}
applications = { "bench" = { environments = ["production"] } }
cost_centers = {
  bench = {
    models       = ["claude", "gpt", "vectors"]
    applications = ["bench"]
    limits       = [{ window = "month", unit = "usd", amount = 9000000 }]
  }
}
default_cost_center = "bench"
proxy               = { enabled = true }
