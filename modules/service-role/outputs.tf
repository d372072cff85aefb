output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "id" {
  description = "Id of the role, for more policies."
  value       = aws_iam_role.this.id
}

output "identity" {
  description = "ARN, name, path and permissions boundary of the role."
  value       = { arn = aws_iam_role.this.arn, name = aws_iam_role.this.name, path = aws_iam_role.this.path, boundary = aws_iam_role.this.permissions_boundary }
}

output "assume_role_policy" {
  description = "Trust policy of the role, as JSON."
  value       = aws_iam_role.this.assume_role_policy
}

output "policy_json" {
  description = "Inline policy of the role, as JSON."
  value       = aws_iam_role_policy.this.policy
}
