# One account per call: what a limit costs at the least.
name         = "bench"
models       = { "nova-micro" = { model_id = "amazon.nova-micro-v1:0" } }
applications = { "bench" = { environments = ["production"] } }
cost_centers = {
  open = {
    model        = "nova-micro"
    models       = ["nova-micro"]
    applications = ["bench"]
    limits = [
      { window = "month", unit = "usd", amount = 100000 },
      { window = "minute", unit = "requests", amount = 1000000 },
    ]
  }
  shut = {
    model        = "nova-micro"
    models       = ["nova-micro"]
    applications = ["bench"]
    limits       = [{ window = "month", unit = "requests", amount = 1 }]
  }
}
