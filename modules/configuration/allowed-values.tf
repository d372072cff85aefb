# Words that have a meaning here: what is made is named by them, and the validations of variables.tf
# allow no others.

locals {
  # Folders of functions/, and with the name before them the names of the Lambda functions. The
  # longest, validate-and-set-context, leaves `name` 39 of Lambda's 64 characters; it may have 32.
  function_names = [
    "validate-and-set-context",
    "reserve-budget",
    "invoke-model",
    "record-outcome",
    "sweep-reservations",
    "gateway",
    "proxy",
    "operate",
    "publish-report",
    "reconcile-costs",
  ]

  # As core/telemetry/alerts/alert-types.ts has them.
  alert_types = ["LimitThresholdCrossed", "CallDenied", "FallbackBegun", "LimitBurnRate", "ReservationsExpired", "ReconciliationDrift", "CostReportPublished"]
}
