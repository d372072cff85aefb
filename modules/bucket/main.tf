# A private bucket for reports of costs: encrypted, closed to the public, refusing plain HTTP.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18: reads are in CloudTrail; an access log would need another bucket.
  #checkov:skip=CKV_AWS_21: files are replaced, exports three times a day; versions would keep every one.
  #checkov:skip=CKV_AWS_144: all files can be generated again, so a copy in another region is not needed.
  #checkov:skip=CKV_AWS_145: encrypted with an S3 managed key unless kms_key_arn is set.
  #checkov:skip=CKV2_AWS_62: no consumer waits for files: the writer publishes an alert.
  bucket        = var.name
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "retention"
    status = "Enabled"

    filter {}

    dynamic "expiration" {
      for_each = var.retention_days == 0 ? [] : [var.retention_days]

      content {
        days = expiration.value
      }
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for writer in var.writers : {
        Sid       = writer.sid
        Effect    = "Allow"
        Action    = writer.actions
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Principal = { Service = writer.services }
        Condition = {
          StringLike = {
            "aws:SourceAccount" = writer.source_account
            "aws:SourceArn"     = writer.source_arns
          }
        }
      }],
      [{
        Sid       = "RefusePlainHttp"
        Effect    = "Deny"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })

  # A policy that is set while public access is being blocked can meet a conflict.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
