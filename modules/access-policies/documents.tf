# Statements as documents: one where it can hold them, otherwise several that say the same together.

locals {
  # Characters that each form may have:
  # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  size_max = { scp = 5120, policy = 6144 }

  # Resources that the sentry's roles use, the roles, and the rest.
  uses  = [for statement in slice(local.protect, 0, min(1, length(local.protect))) : merge(statement, { Action = [for action in statement.Action : action if !startswith(action, "iam:")], Resource = tolist(setsubtract(statement.Resource, local.sentry_parts)) })]
  roles = [for statement in slice(local.protect, 0, min(1, length(local.protect))) : merge(statement, { Sid = "ProtectItsRoles", Action = [for action in statement.Action : action if startswith(action, "iam:")], Resource = local.sentry_parts })]
  rest  = slice(local.protect, min(1, length(local.protect)), length(local.protect))

  # From the most to the least that the documents say, and then from the fewest documents. What protects
  # the sentry comes before the confinement, which the roles' own policies repeat. Every statement denies,
  # so it means the same in a separate document.
  layouts = concat(
    [
      [concat(local.deny, local.protect, local.confine)],
      [concat(local.deny, local.confine), local.protect],
      [concat(local.deny, local.rest, local.confine), local.uses, local.roles],
      [concat(local.deny, local.rest), local.uses, local.roles, local.confine],
      [local.deny, local.rest, local.uses, local.roles, local.confine],
    ],
    [for layout in [
      [concat(local.deny, local.protect)],
      [local.deny, local.protect],
      [concat(local.deny, local.rest), local.uses, local.roles],
      [local.deny, local.rest, local.uses, local.roles],
    ] : layout if !local.must_confine],
    [for layout in [
      [concat(local.deny, local.confine)],
      [local.deny, local.confine],
    ] : layout if !local.must_protect],
    [for layout in [[local.deny]] : layout if !local.must_protect && !local.must_confine],
  )
  must_protect = try(var.protection.required, false)
  must_confine = try(var.confinement.required, false)

  rendered = [for layout in local.layouts : [
    for statements in layout : jsonencode({ Version = "2012-10-17", Statement = statements }) if length(statements) > 0
  ]]

  # Where nothing fits, the last one, so that the error says by how much.
  documents = { for form, size_max in local.size_max : form => concat(
    [for layout in local.rendered : layout if alltrue([for document in layout : length(document) <= size_max])],
    [local.rendered[length(local.rendered) - 1]],
  )[0] }
  longest = { for form, documents in local.documents : form => max([for document in documents : length(document)]...) }

  # For those who attach one document: it says less where that is allowed, and is null otherwise.
  single = { for form, size_max in local.size_max : form => try(
    [for layout in local.rendered : layout[0] if length(layout) == 1 && length(layout[0]) <= size_max][0],
    null,
  ) }
}
