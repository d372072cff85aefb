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
  remedy = join(", or ", concat(
    ["name fewer exceptions, operators or models"],
    local.must_confine ? ["set confinement.required = false"] : [],
    local.must_protect ? ["set protection.required = false"] : [],
  ))
}
