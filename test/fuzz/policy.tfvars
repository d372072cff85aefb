name = "fuzzed"
models = {
  "haiku"     = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  "lite"      = { model_id = "amazon.nova-lite-v1:0" }
  "micro"     = { model_id = "amazon.nova-micro-v1:0" }
  "llama"     = { model_id = "us.meta.llama3-3-70b-instruct-v1:0" }
  "mistral"   = { model_id = "mistral.mistral-large-2402-v1:0" }
  "gpt"       = { model_id = "openai.gpt-oss-120b-1:0" }
  "qwen"      = { model_id = "qwen.qwen3-32b-v1:0" }
  "r1"        = { model_id = "us.deepseek.r1-v1:0" }
  "command-r" = { model_id = "cohere.command-r-v1:0", price = { input = 0.5, output = 1.5 } }
  "jamba"     = { model_id = "ai21.jamba-1-5-mini-v1:0", price = { input = 0.2, output = 0.4 } }
  "vector"    = { model_id = "amazon.titan-embed-text-v2:0", context_tokens = 8192, max_output_tokens = 1, price = { input = 0.02, output = 0 } }
  "cohere-v"  = { model_id = "cohere.embed-english-v3", context_tokens = 512, max_output_tokens = 1, price = { input = 0.1, output = 0 } }
  "rerank"    = { model_id = "cohere.rerank-v3-5:0", context_tokens = 4096, max_output_tokens = 1, price = { input = 0.5, output = 0 } }
}
applications = {
  "chat"  = { environments = ["dev", "production"], default_environment = "production" }
  "batch" = { environments = ["production"] }
}
cost_centers = {
  retail = {
    model        = "haiku"
    models       = ["haiku", "lite", "micro", "llama", "mistral", "gpt", "qwen", "r1", "command-r", "jamba", "vector", "cohere-v", "rerank"]
    applications = ["chat", "batch"]
    limits = [
      { name = "spend", window = "month", unit = "usd", amount = 1000000 },
      { name = "calls", window = "month", unit = "requests", amount = 10000000 },
      { name = "tokens", window = "month", unit = "tokens", amount = 1000000000000 },
      { name = "input", window = "month", unit = "input_tokens", amount = 1000000000000 },
      { name = "output", window = "month", unit = "output_tokens", amount = 1000000000000 },
      { name = "dev-spend", window = "month", unit = "usd", amount = 1000000, application = "chat", environment = "dev" },
    ]
  }
  # Soon at its limit, so that denials are answers as well.
  poor = {
    models       = ["micro", "haiku"]
    applications = ["chat"]
    limits = [
      { name = "spend", window = "month", unit = "usd", amount = 0.05
      ceilings = [{ percent = 50, model = "haiku", fallback = "micro" }] },
    ]
  }
  # With limits that operators change for one user, key or session.
  people = {
    models       = ["micro", "haiku"]
    applications = ["chat"]
    limits = [
      { name = "spend", window = "month", unit = "usd", amount = 100 },
      { name = "each", window = "day", unit = "usd", amount = 10, per = "user"
      groups = { staff = 20, temps = 5 }, users = { "alice@example.com" = 50 } },
      { name = "key", window = "total", unit = "requests", amount = 100, per = "key" },
      { name = "run", window = "total", unit = "usd", amount = 5, per = "session" },
    ]
  }
}
default_cost_center = "retail"
organization        = { limits = [{ name = "all", window = "month", unit = "usd", amount = 1000000 }] }
ledger              = { lease_seconds = 60 }
proxy               = { enabled = true }
