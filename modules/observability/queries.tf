# Saved queries of CloudWatch Logs Insights. The group also holds what the function says besides:
# audit lines are those of kind "audit", and an operator's change of a limit is no request.

locals {
  audited = "filter kind = \"audit\" and ispresent(requestId)"

  # No limit of users: nothing to ask about them.
  queries = { for name, query in local.all_queries : name => query if var.counts_users || !contains(local.user_queries, name) }

  user_queries = ["denials of users", "top users"]

  all_queries = {
    "spend by cost center" = <<-EOT
      ${local.audited} and ispresent(actualNanoUsd)
      | stats sum(actualNanoUsd) / 1000000000 as usd, count(*) as calls by tags.costCenter, model
      | sort usd desc
    EOT
    "denials"              = <<-EOT
      ${local.audited} and decision = "denied"
      | stats count(*) as denials, latest(at) as last by tags.costCenter, tags.applicationId, tags.environment, `limit`
      | sort denials desc
    EOT
    "denials of users"     = <<-EOT
      ${local.audited} and decision = "denied" and ispresent(holder.kind)
      | stats count(*) as denials, count_distinct(holder.name) as denied, latest(at) as last by tags.costCenter, `limit`, holder.kind
      | sort denials desc
    EOT
    "top users"            = <<-EOT
      ${local.audited} and ispresent(actualNanoUsd)
      | stats sum(actualNanoUsd) / 1000000000 as usd, count(*) as calls by coalesce(who.user, "unknown") as user, tags.costCenter
      | sort usd desc
      | limit 50
    EOT
    "slowest"              = <<-EOT
      ${local.audited} and ispresent(latencyMs)
      | fields at, requestId, tags.costCenter, tags.applicationId, model, latencyMs, usage.outputTokens, outcome
      | sort latencyMs desc
      | limit 50
    EOT
    "top callers"          = <<-EOT
      ${local.audited}
      | stats sum(actualNanoUsd) / 1000000000 as usd, count(*) as calls by coalesce(caller.arn, caller.claims.sub, "not signed") as who, tags.costCenter
      | sort usd desc
      | limit 50
    EOT
  }
}
