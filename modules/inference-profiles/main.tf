data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_bedrock_inference_profile" "this" {
  # Keys alone: Terraform looks through the whole of it for every profile that it makes.
  for_each = local.profile_keys

  name        = local.names[each.key]
  description = local.descriptions[each.key]
  tags        = local.tags[each.key]

  model_source {
    copy_from = local.sources[each.key]
  }

  # A profile can't be changed, only replaced. Its name holds a hash of its source, so the new one
  # can be there before the old one goes, and no request finds none.
  # A description cannot be changed either, and is not in the hash: a later wording is for new ones.
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [description]
  }
}

locals {
  profile_keys = tomap({ for key in keys(var.profiles) : key => key })

  # Geographies of the system-defined inference profiles, as prefixes of model ids.
  prefix_pattern = "^(us-gov|us|eu|apac|jp|au|in|ca|sa|global)\\."

  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id # `name` in version 5 of the provider, `region` in version 6

  # A bare model id is copied from the model, which has no account; one with a prefix from the
  # system-defined profile, which has: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-create.html
  sources = {
    for key, profile in var.profiles : key => can(regex(local.prefix_pattern, profile.model_id))
    ? "arn:${local.partition}:bedrock:${local.region}:${var.account_id}:inference-profile/${profile.model_id}"
    : "arn:${local.partition}:bedrock:${local.region}::foundation-model/${profile.model_id}"
  }

  # Names match ([0-9a-zA-Z][ _-]?)+ in 64 characters: no dots and no two hyphens in a row, so two
  # names could become one. The hash, of what tells profiles apart, keeps them apart.
  readable = {
    for key, profile in var.profiles : key => replace(replace(
      "${var.name}-${profile.cost_center}-${profile.application}-${profile.environment}-${profile.alias}",
    "/[^0-9a-zA-Z]/", "-"), "/-+/", "-")
  }
  names = {
    for key, profile in var.profiles : key =>
    "${trimsuffix(substr(local.readable[key], 0, 55), "-")}-${substr(sha256("${var.name}/${key}/${profile.model_id}"), 0, 8)}"
  }
  # For billing and IAM: these three win over the caller's own.
  tags = {
    for key, profile in var.profiles : key => merge(var.tags, {
      (var.tag_keys.cost_center) = coalesce(profile.tag_value, profile.cost_center)
      (var.tag_keys.application) = profile.application
      (var.tag_keys.environment) = profile.environment
    })
  }
  descriptions = {
    for key, profile in var.profiles : key => substr(replace(replace(
      "${profile.alias} for ${profile.cost_center} in ${profile.application} ${profile.environment}",
    "/[^0-9a-zA-Z:. _-]/", "-"), "/([ _-])[ _-]+/", "$1"), 0, 200)
  }
}
