# Settings for an account with strict rules reach every resource that they concern.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  name         = "genai"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0", price = { input = 0.07, output = 0.28 } } }
  applications = { "chat" = { environments = ["production"] } }
  cost_centers = {
    sales = { models = ["nova-lite"], applications = ["chat"], limits = [{ window = "month", unit = "usd", amount = 500 }] }
  }
  identity                 = "off"
  permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  role_path                = "/platform/genai/"
  role_name_prefix         = "app-"
  keep_audit_log           = true
  api                      = { enabled = false }
  functions = {
    bundle_directory = "test/fixtures/bundles"
    vpc              = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  }
  budgets = {
    action = { policy_arn = "arn:aws:iam::111122223333:policy/deny-bedrock", roles = { sales = ["sales-app"] } }
  }
  cost_reports   = { enabled = true }
  reconciliation = { enabled = true }
  observability  = { metrics = "full" }
}

run "roles_and_functions" {
  command = plan

  assert {
    condition     = alltrue([for name, function in module.functions : [function.role.name, function.role.path, function.role.boundary] == ["app-genai-${name}-eu-west-1", "/platform/genai/", "arn:aws:iam::111122223333:policy/boundary"]])
    error_message = "Roles of functions: ${jsonencode([for function in module.functions : function.role.name])}."
  }

  assert {
    condition     = alltrue([for function in module.functions : function.schedule_role == null || try(function.schedule_role.path == "/platform/genai/" && function.schedule_role.boundary == "arn:aws:iam::111122223333:policy/boundary", false)])
    error_message = "Roles of schedules: ${jsonencode([for function in module.functions : try(function.schedule_role.name, null)])}."
  }

  assert {
    condition     = [module.workflow.role.name, module.workflow.role.path, module.workflow.role.boundary] == ["app-genai-workflow-eu-west-1", "/platform/genai/", "arn:aws:iam::111122223333:policy/boundary"]
    error_message = "Role of the workflow: ${module.workflow.role.name}."
  }

  assert {
    condition     = [module.budgets.action_role.name, module.budgets.action_role.path, module.budgets.action_role.boundary] == ["app-genai-budget-actions-eu-west-1", "/platform/genai/", "arn:aws:iam::111122223333:policy/boundary"]
    error_message = "Role of the budget actions: ${jsonencode(module.budgets.action_role)}."
  }

  assert {
    condition     = alltrue([for function in module.functions : function.vpc == { subnet_ids = toset(["subnet-1", "subnet-2"]), security_group_ids = toset(["sg-1"]) }])
    error_message = "Every function runs in the VPC."
  }

  assert {
    condition     = module.functions["record-outcome"].keeps_log_group && !module.functions["gateway"].keeps_log_group
    error_message = "A destroy leaves the audit log, and nothing else."
  }

  assert {
    condition     = output.api_endpoint == null && output.function_url == null && output.caller_policy_json["sales"] == null && length(module.api) == 0 && local.functions["gateway"].environment.FRONT == "none" && output.token_function_arn == null
    error_message = "Without an API there is the state machine only."
  }
}
