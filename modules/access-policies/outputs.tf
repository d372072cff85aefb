output "scp_json" {
  description = "Service control policy for accounts and organizational units, as JSON; null if one document cannot hold what is required."
  value       = local.single.scp
}

output "policy_json" {
  description = "IAM policy for roles, users and groups, as JSON; null if one document cannot hold what is required."
  value       = local.single.policy
}

output "scp_documents" {
  description = "Service control policies as JSON, to attach together: one, or several if one cannot hold all statements."
  value       = local.documents.scp

  precondition {
    condition     = local.longest.scp <= local.size_max.scp
    error_message = "scp_documents: ${local.longest.scp} characters, of the ${local.size_max.scp} that a service control policy may have: ${local.remedy}."
  }
}

output "policy_documents" {
  description = "IAM policies as JSON, to attach together: one, or several if one cannot hold all statements."
  value       = local.documents.policy

  precondition {
    condition     = local.longest.policy <= local.size_max.policy
    error_message = "policy_documents: ${local.longest.policy} characters, of the ${local.size_max.policy} that a managed policy may have: ${local.remedy}."
  }
}

locals {
  remedy = join(", or ", concat(
    ["name fewer exceptions, operators or models"],
    local.must_confine ? ["set confinement.required = false"] : [],
    local.must_protect ? ["set protection.required = false"] : [],
  ))
}
