# A call costs USD 0.00001435, as the test sets the usage; its worst case is USD 0.000016 to 0.00002.
name = "people"
models = {
  "micro" = { model_id = "amazon.nova-micro-v1:0" }
}
applications = {
  "chat" = { environments = ["production"] }
}
cost_centers = {
  sales = {
    models       = ["micro"]
    applications = ["chat"]
    limits = [
      { name = "own", window = "total", unit = "usd", amount = 0.0001, per = "user", groups = { temps = 0.00005 }, users = { "boss@example.com" = 0.0002 } },
      { name = "all", window = "total", unit = "usd", amount = 0.1 },
    ]
    callers = { iam_role_arns = ["arn:aws:iam::111122223333:role/AWSReservedSSO_dev_*"], jwt = { team = "sales" } }
  }
  small = {
    models       = ["micro"]
    applications = ["chat"]
    limits = [
      { name = "own", window = "total", unit = "usd", amount = 0.0001, per = "user" },
      { name = "all", window = "total", unit = "usd", amount = 0.001 },
    ]
  }
  agents = {
    models       = ["micro"]
    applications = ["chat"]
    limits = [
      { name = "run", window = "total", unit = "requests", amount = 3, per = "session" },
      { name = "prepaid", window = "total", unit = "requests", amount = 6, per = "key" },
      { name = "all", window = "total", unit = "requests", amount = 100 },
    ]
  }
}
operators = { iam_role_arns = ["arn:aws:iam::111122223333:role/finops"] }
ledger    = { new_sessions_per_minute = 4 }
api       = { authorization = "jwt", jwt = { issuer = "https://idp.example.com", audience = ["people"], user_claim = "email", groups_claim = "groups" } }
proxy     = { enabled = true }
