mock_provider "aws" {
  source = "./mocks"
}

variables {
  sentry_role_arns = ["arn:aws:iam::111122223333:role/genai-invoke-model"]
}

run "defaults" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  assert {
    condition     = join(" ", jsondecode(output.scp_json).Statement[*].Sid) == join(" ", ["DenyCallsAroundTheSentry", "DenyDetours"])
    error_message = "Without a confinement there is none: ${output.scp_json}"
  }

  assert {
    condition     = jsondecode(output.scp_json).Statement[0].Condition.ArnNotLike["aws:PrincipalArn"] == ["arn:aws:iam::111122223333:role/genai-invoke-model"]
    error_message = "Only the sentry may call: ${output.scp_json}"
  }

  assert {
    condition     = !can(jsondecode(output.scp_json).Statement[1].Condition)
    error_message = "Without exceptions a detour is closed to everyone: ${output.scp_json}"
  }

  assert {
    condition     = output.policy_json == output.scp_json
    error_message = "Both forms say the same as long as it fits into both."
  }
}

run "full" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    sentry_role_arns = ["arn:aws:iam::111122223333:role/genai-invoke-model", "arn:aws:iam::111122223333:role/genai-gateway"]
    exceptions       = ["arn:aws:iam::*:role/research/notebook-*", "arn:aws:iam::111122223333:user/eval?"]
    confinement = {
      model_arns  = ["arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0", "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0"]
      profile_tag = { key = "costSentry", value = "genai" }
    }
  }

  assert {
    condition     = join(" ", jsondecode(output.scp_json).Statement[*].Sid) == join(" ", ["DenyCallsAroundTheSentry", "DenyDetours", "ConfineTheSentryToItsModels", "ConfineTheSentryToItsProfiles"])
    error_message = "The sentry is confined: ${output.scp_json}"
  }

  assert {
    condition     = jsondecode(output.scp_json).Statement[1].Condition.ArnNotLike["aws:PrincipalArn"] == ["arn:aws:iam::*:role/research/notebook-*", "arn:aws:iam::111122223333:user/eval?"]
    error_message = "Exceptions may take detours, the sentry may not: ${output.scp_json}"
  }

  assert {
    condition     = length(jsondecode(output.scp_json).Statement[2].NotResource) == 2
    error_message = "A model is listed once: ${output.scp_json}"
  }
}

# 60 models take more characters than either form may have.
run "models_that_do_not_fit_are_left_to_the_roles_own_policies" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = {
      model_arns  = [for number in range(60) : "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v${number}:0"]
      profile_tag = { key = "costSentry", value = "genai" }
    }
  }

  assert {
    condition     = join(" ", jsondecode(output.scp_json).Statement[*].Sid) == join(" ", ["DenyCallsAroundTheSentry", "DenyDetours"]) && output.policy_json == output.scp_json
    error_message = "The statement that denies the others must be there in any case: ${output.scp_json}"
  }
}

# 45 models fit into an IAM policy, not into a service control policy.
run "each_form_holds_what_fits" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = {
      model_arns  = [for number in range(45) : "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v${number}:0"]
      profile_tag = { key = "costSentry", value = "genai" }
    }
  }

  assert {
    condition     = length(jsondecode(output.scp_json).Statement) == 2 && length(jsondecode(output.policy_json).Statement) == 4
    error_message = "Got ${length(output.scp_json)} and ${length(output.policy_json)} characters."
  }
}

run "refuses_a_required_confinement_that_does_not_fit" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = {
      model_arns  = [for number in range(60) : "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v${number}:0"]
      profile_tag = { key = "costSentry", value = "genai" }
      required    = true
    }
  }

  expect_failures = [output.scp_json, output.policy_json]
}

run "refuses_exceptions_that_do_not_fit" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = [for number in range(100) : "arn:aws:iam::111122223333:role/research/notebook-${number}"]
  }

  expect_failures = [output.scp_json, output.policy_json]
}

run "refuses_no_sentry" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    sentry_role_arns = []
  }

  expect_failures = [var.sentry_role_arns]
}

run "refuses_a_session_as_the_sentry" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    sentry_role_arns = ["arn:aws:sts::111122223333:assumed-role/genai-invoke-model/genai-invoke-model"]
  }

  expect_failures = [var.sentry_role_arns]
}

run "refuses_a_pattern_as_the_sentry" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    sentry_role_arns = ["arn:aws:iam::111122223333:role/genai-*"]
  }

  expect_failures = [var.sentry_role_arns]
}

run "refuses_an_exception_for_a_session" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = ["arn:aws:sts::111122223333:assumed-role/notebook/alice"]
  }

  expect_failures = [var.exceptions]
}

run "refuses_an_exception_for_everyone" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = ["arn:aws:iam::111122223333:role/*"]
  }

  expect_failures = [var.exceptions]
}

run "refuses_a_policy_variable_in_an_exception" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = ["arn:aws:iam::111122223333:user/$${aws:username}"]
  }

  expect_failures = [var.exceptions]
}

run "refuses_a_confinement_to_nothing" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = { model_arns = [], profile_tag = { key = "costSentry", value = "genai" } }
  }

  expect_failures = [var.confinement]
}

run "refuses_a_confinement_to_every_model" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = { model_arns = ["arn:aws:bedrock:*::foundation-model/*"], profile_tag = { key = "costSentry", value = "genai" } }
  }

  expect_failures = [var.confinement]
}

run "protected" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = ["arn:aws:iam::*:role/research/notebook-*"]
    protection = {
      function_arns     = ["arn:aws:lambda:eu-west-1:111122223333:function:genai-invoke-model", "arn:aws:lambda:eu-west-1:111122223333:function:genai-gateway"]
      table_arn         = "arn:aws:dynamodb:eu-west-1:111122223333:table/genai-ledger"
      state_machine_arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:genai"
      schedule_arns     = ["arn:aws:scheduler:eu-west-1:111122223333:schedule/default/genai-sweep-reservations-minute"]
      role_arns         = ["arn:aws:iam::111122223333:role/genai-invoke-model", "arn:aws:iam::111122223333:role/genai-gateway", "arn:aws:iam::111122223333:role/genai-workflow"]
      starter_arns      = ["arn:aws:iam::111122223333:role/genai-gateway", "arn:aws:iam::111122223333:role/nightly-batch"]
      operator_arns     = ["arn:aws:iam::111122223333:role/terraform"]
      profile_tag       = { key = "costSentry", value = "genai" }
    }
  }

  assert {
    condition     = jsondecode(output.policy_json) == jsondecode(file("test/golden/access-policies/protected.json"))
    error_message = "Not as in test/golden/access-policies/protected.json; if it should be so, put there: ${output.policy_json}"
  }

  assert {
    condition     = output.scp_json == output.policy_json
    error_message = "It fits into both forms: ${length(output.scp_json)} characters."
  }
}

run "protection_without_operators" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    protection = {
      function_arns     = []
      table_arn         = "arn:aws:dynamodb:eu-west-1:111122223333:table/genai-ledger"
      state_machine_arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:genai"
      schedule_arns     = []
      role_arns         = []
      starter_arns      = []
      operator_arns     = []
      profile_tag       = { key = "costSentry", value = "genai" }
    }
  }

  expect_failures = [var.protection]
}
