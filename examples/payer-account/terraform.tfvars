account_id   = "444455556666" # the payer account
cost_centers = ["sales", "services", "support"]
emails       = ["finops@example.com"]
