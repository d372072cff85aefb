mock_provider "aws" {
  source = "./mocks"
}

variables {
  name = "genai"
  function_arns = {
    "validate-and-set-context" = "arn:aws:lambda:eu-west-1:111122223333:function:genai-validate-and-set-context"
    "reserve-budget"           = "arn:aws:lambda:eu-west-1:111122223333:function:genai-reserve-budget"
    "invoke-model"             = "arn:aws:lambda:eu-west-1:111122223333:function:genai-invoke-model"
    "record-outcome"           = "arn:aws:lambda:eu-west-1:111122223333:function:genai-record-outcome"
  }
  tags  = {}
  roles = {}
}

run "defaults" {
  command = apply

  module {
    source = "./modules/workflow"
  }

  assert {
    condition     = aws_sfn_state_machine.this.type == "EXPRESS" && aws_sfn_state_machine.this.name == "genai"
    error_message = "The state machine must be an Express one."
  }

  assert {
    condition     = one(aws_sfn_state_machine.this.logging_configuration).level == "ERROR" && !one(aws_sfn_state_machine.this.logging_configuration).include_execution_data
    error_message = "Errors are logged, prompts are not."
  }

  assert {
    condition     = endswith(one(aws_sfn_state_machine.this.logging_configuration).log_destination, ":*") && startswith(aws_cloudwatch_log_group.this.name, "/aws/vendedlogs/states/")
    error_message = "Step Functions wants the group's ARN with :* after it, under /aws/vendedlogs/states/."
  }

  assert {
    condition     = jsondecode(aws_sfn_state_machine.this.definition).StartAt != ""
    error_message = "The definition must be JSON with a first state."
  }

  assert {
    condition     = alltrue([for arn in values(var.function_arns) : strcontains(aws_sfn_state_machine.this.definition, "\"${arn}\"")])
    error_message = "Every step must call its function."
  }

  assert {
    condition     = !strcontains(aws_sfn_state_machine.this.definition, "$${")
    error_message = "Nothing of the template may be left to fill in."
  }

  assert {
    condition     = jsonencode(jsondecode(output.policy_json).Statement[0].Resource) == jsonencode(sort(values(var.function_arns)))
    error_message = "It may call the four functions and no other, got ${output.policy_json}."
  }

  assert {
    condition     = join(" ", jsondecode(output.policy_json).Statement[*].Sid) == "CallTheSteps DeliverLogs"
    error_message = "Without tracing it may not trace, got ${output.policy_json}."
  }

  assert {
    condition     = jsondecode(module.role.assume_role_policy).Statement[0].Principal == { Service = "states.amazonaws.com" }
    error_message = "Only Step Functions may take the role."
  }
}

run "full" {
  command = apply

  module {
    source = "./modules/workflow"
  }

  variables {
    log_level              = "ALL"
    include_execution_data = true
    tracing                = true
    log_retention_days     = 30
    kms_key_arn            = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    tags                   = { team = "platform" }
  }

  assert {
    condition     = one(aws_sfn_state_machine.this.logging_configuration).level == "ALL" && one(aws_sfn_state_machine.this.logging_configuration).include_execution_data && one(aws_sfn_state_machine.this.tracing_configuration).enabled
    error_message = "log_level, include_execution_data and tracing must reach the state machine."
  }

  assert {
    condition     = jsondecode(output.policy_json) == jsondecode(file("test/golden/iam/workflow.json"))
    error_message = "Not as in test/golden/iam/workflow.json; if it should be so, put there: ${output.policy_json}"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1234"
    error_message = "log_retention_days and kms_key_arn must reach the log group."
  }
}

run "refuses_a_missing_function" {
  command = plan

  module {
    source = "./modules/workflow"
  }

  variables {
    function_arns = { "reserve-budget" = "arn:aws:lambda:eu-west-1:111122223333:function:genai-reserve-budget" }
  }

  expect_failures = [var.function_arns]
}
