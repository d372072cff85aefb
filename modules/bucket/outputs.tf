output "name" {
  description = "Name of the bucket, once its policy is in force."
  value       = aws_s3_bucket.this.bucket

  # A service that is to write looks at the policy before it accepts the bucket.
  depends_on = [aws_s3_bucket_policy.this]
}
