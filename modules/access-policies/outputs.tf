output "scp_json" {
  description = "Service control policy for accounts and organizational units, as JSON."
  value       = local.documents.scp

  precondition {
    condition     = length(local.documents.scp) <= local.size_max.scp
    error_message = "scp_json: takes ${length(local.documents.scp)} of the ${local.size_max.scp} characters that a service control policy may have: ${local.remedy}."
  }
}

output "policy_json" {
  description = "IAM policy for roles, users and groups, as JSON."
  value       = local.documents.policy

  precondition {
    condition     = length(local.documents.policy) <= local.size_max.policy
    error_message = "policy_json: takes ${length(local.documents.policy)} of the ${local.size_max.policy} characters that a managed policy may have: ${local.remedy}."
  }
}

locals {
  remedy = try(var.confinement.required, false) ? "name fewer models or exceptions, or set confinement.required = false" : "name fewer exceptions, or put wildcards into their names"
}
