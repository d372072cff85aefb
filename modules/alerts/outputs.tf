# From the policies, not the topics: a publisher needs the policy first.

output "topic_arns" {
  description = "ARNs of the topics, by cost center."
  value       = { for name in keys(var.cost_centers) : name => aws_sns_topic_policy.this["cost_center/${name}"].arn }
}

output "organization_topic_arn" {
  description = "ARN of the topic for alerts that belong to no single cost center."
  value       = aws_sns_topic_policy.this["organization"].arn
}
