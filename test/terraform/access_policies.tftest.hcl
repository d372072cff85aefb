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

  assert {
    condition     = output.policy_documents == [output.policy_json]
    error_message = "One document is enough."
  }

  assert {
    condition     = [for document in output.scp_documents : jsondecode(document).Statement[*].Sid] == [["DenyCallsAroundTheSentry", "DenyDetours"], ["ConfineTheSentryToItsModels", "ConfineTheSentryToItsProfiles"]]
    error_message = "Two documents have what one cannot hold: ${jsonencode(output.scp_documents)}"
  }
}

run "refuses_a_required_confinement_that_does_not_fit" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    confinement = {
      model_arns  = [for number in range(80) : "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v${number}:0"]
      profile_tag = { key = "costSentry", value = "genai" }
      required    = true
    }
  }

  expect_failures = [output.scp_documents, output.policy_documents]
}

run "refuses_exceptions_that_do_not_fit" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    exceptions = [for number in range(100) : "arn:aws:iam::111122223333:role/research/notebook-${number}"]
  }

  expect_failures = [output.scp_documents, output.policy_documents]
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

# The longest names and path that the module allows, in the region with the longest name.
run "the_longest_names_take_several_documents" {
  command = plan

  module {
    source = "./modules/access-policies"
  }

  variables {
    sentry_role_arns = [for number in range(4) : "arn:aws-us-gov:iam::111122223333:role/${join("", [for _ in range(500) : "p"])}/${join("", [for _ in range(63) : "r"])}${number}"]
    confinement = {
      model_arns  = [for number in range(20) : "arn:aws-us-gov:bedrock:*::foundation-model/anthropic.claude-haiku-4-5-20251001-v${number}:0"]
      profile_tag = { key = "costSentry", value = join("", [for _ in range(32) : "n"]) }
      required    = true
    }
    protection = {
      function_arns     = [for number in range(9) : "arn:aws-us-gov:lambda:ap-southeast-1:111122223333:function:${join("", [for _ in range(56) : "f"])}${number}"]
      table_arn         = "arn:aws-us-gov:dynamodb:ap-southeast-1:111122223333:table/${join("", [for _ in range(39) : "t"])}"
      state_machine_arn = "arn:aws-us-gov:states:ap-southeast-1:111122223333:stateMachine:${join("", [for _ in range(32) : "n"])}"
      schedule_arns     = [for number in range(4) : "arn:aws-us-gov:scheduler:ap-southeast-1:111122223333:schedule/default/${join("", [for _ in range(58) : "s"])}${number}"]
      role_arns         = [for number in range(13) : "arn:aws-us-gov:iam::111122223333:role/${join("", [for _ in range(500) : "p"])}/${join("", [for _ in range(62) : "r"])}${format("%02d", number)}"]
      starter_arns      = ["arn:aws-us-gov:iam::111122223333:role/gateway"]
      operator_arns     = ["arn:aws-us-gov:iam::111122223333:role/terraform"]
      profile_tag       = { key = "costSentry", value = join("", [for _ in range(32) : "n"]) }
      required          = true
    }
  }

  assert {
    condition     = output.policy_json == null && output.scp_json == null
    error_message = "Without a statement that is required, a document would protect less than was asked for."
  }

  assert {
    condition     = alltrue([for document in output.policy_documents : length(document) <= 6144]) && length(output.policy_documents) <= 4
    error_message = "Roles attach 10 policies: ${jsonencode([for document in output.policy_documents : length(document)])}"
  }

  # With the policy that AWS attaches at first, FullAWSAccess, an account or unit can have 5.
  assert {
    condition     = alltrue([for document in output.scp_documents : length(document) <= 5120]) && length(output.scp_documents) <= 4
    error_message = "Accounts attach 5 policies: ${jsonencode([for document in output.scp_documents : length(document)])}"
  }

  assert {
    condition = sort(flatten([for document in output.scp_documents : jsondecode(document).Statement[*].Sid])) == sort([
      "DenyCallsAroundTheSentry", "DenyDetours", "ProtectTheSentry", "ProtectItsRoles", "ProtectTheWorkflow", "ProtectItsProfiles",
      "ProtectAccountSettings", "ProtectNamesOfSso", "ConfineTheSentryToItsModels", "ConfineTheSentryToItsProfiles",
    ])
    error_message = "Together the documents say everything, once: ${jsonencode(output.scp_documents)}"
  }

  assert {
    condition     = !strcontains(join("", output.policy_documents), "ppp") && strcontains(join("", output.policy_documents), ":role/*/r")
    error_message = "A role is named without its path."
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
