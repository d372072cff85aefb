log_prompts = true
