organization = { limits = [{ name = "each", window = "day", unit = "requests", amount = 1000, per = "key" }] }
