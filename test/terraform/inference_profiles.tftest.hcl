mock_provider "aws" {
  source = "./mocks"
}

variables {
  name       = "genai"
  account_id = "111122223333"
  tag_keys   = { cost_center = "costCenter", application = "applicationId", environment = "environment" }
  tags       = {}
}

run "none" {
  command = plan

  module {
    source = "./modules/inference-profiles"
  }

  assert {
    condition     = output.arns == {}
    error_message = "Without profiles there are no ARNs."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/inference-profiles"
  }

  variables {
    tags = { team = "platform", costCenter = "overridden" }
    profiles = {
      "sales/docs/dev/nova" = { cost_center = "sales", application = "docs", environment = "dev", alias = "nova", model_id = "amazon.nova-lite-v1:0" }
      "sales/docs/dev/us"   = { cost_center = "sales", application = "docs", environment = "dev", alias = "us", model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
      "sales/docs/dev/gov"  = { cost_center = "sales", application = "docs", environment = "dev", alias = "gov", model_id = "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0" }
      "sales/docs/dev/all"  = { cost_center = "sales", application = "docs", environment = "dev", alias = "all", model_id = "global.anthropic.claude-sonnet-4-5-20250929-v1:0" }
    }
  }

  assert {
    condition     = one(aws_bedrock_inference_profile.this["sales/docs/dev/nova"].model_source).copy_from == "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
    error_message = "A bare model id is copied from the model, whose ARN has no account."
  }

  assert {
    condition     = one(aws_bedrock_inference_profile.this["sales/docs/dev/us"].model_source).copy_from == "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0"
    error_message = "A model id with a prefix is copied from the system-defined profile, whose ARN has an account."
  }

  assert {
    condition     = alltrue([for alias in ["gov", "all"] : strcontains(one(aws_bedrock_inference_profile.this["sales/docs/dev/${alias}"].model_source).copy_from, ":inference-profile/")])
    error_message = "us-gov. and global. are prefixes too."
  }

  assert {
    condition     = aws_bedrock_inference_profile.this["sales/docs/dev/nova"].tags == tomap({ costCenter = "sales", applicationId = "docs", environment = "dev", team = "platform" })
    error_message = "A profile has the three tags that reports group by, whatever the caller's own say."
  }

  assert {
    condition     = output.arns["sales/docs/dev/nova"] == "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijkl"
    error_message = "ARNs come by the keys of the profiles."
  }
}

run "names_fit_and_never_meet" {
  command = apply

  module {
    source = "./modules/inference-profiles"
  }

  variables {
    profiles = {
      "a-b/c/dev/nova.lite"                   = { cost_center = "a-b", application = "c", environment = "dev", alias = "nova.lite", model_id = "amazon.nova-lite-v1:0" }
      "a/b-c/dev/nova-lite"                   = { cost_center = "a", application = "b-c", environment = "dev", alias = "nova-lite", model_id = "amazon.nova-lite-v1:0" }
      "a--b/c/dev/nova-lite"                  = { cost_center = "a--b", application = "c", environment = "dev", alias = "nova-lite", model_id = "amazon.nova-lite-v1:0" }
      "a-very-long-cost-center-of-40-letters" = { cost_center = "a23456789-b23456789-c23456789-d234567890", application = "a23456789-b23456789-c23456789-d234567890", environment = "production", alias = "nova-lite", model_id = "amazon.nova-lite-v1:0" }
    }
  }

  assert {
    condition     = length(distinct(values(output.names))) == 4
    error_message = "Two profiles have one name: ${jsonencode(output.names)}."
  }

  # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateInferenceProfile.html
  assert {
    condition     = alltrue([for name in values(output.names) : length(name) <= 64 && can(regex("^([0-9a-zA-Z][ _-]?)+$", name))])
    error_message = "Bedrock would refuse one of ${jsonencode(output.names)}."
  }

  assert {
    condition     = alltrue([for profile in values(aws_bedrock_inference_profile.this) : length(profile.description) <= 200 && can(regex("^([0-9a-zA-Z:.][ _-]?)+$", profile.description))])
    error_message = "Bedrock would refuse one of ${jsonencode(values(aws_bedrock_inference_profile.this)[*].description)}."
  }
}

run "another_model_gets_another_name" {
  command = apply

  module {
    source = "./modules/inference-profiles"
  }

  variables {
    profiles = {
      "a-b/c/dev/nova.lite" = { cost_center = "a-b", application = "c", environment = "dev", alias = "nova.lite", model_id = "amazon.nova-micro-v1:0" }
    }
  }

  assert {
    condition     = output.names["a-b/c/dev/nova.lite"] != run.names_fit_and_never_meet.names["a-b/c/dev/nova.lite"]
    error_message = "A profile is replaced before it is destroyed, so the new one needs a new name."
  }
}
