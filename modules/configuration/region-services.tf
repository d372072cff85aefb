# Services that not every region has: defaults leave them out there, and what asks for them is
# refused. core/policy/region-services.ts has the same rules, from the same list.

locals {
  region_services = jsondecode(file("${path.module}/../../core/policy/region-services.json")).services
  has_service = {
    for name, service in local.region_services : name => !anytrue([for start in service.absentFrom : startswith(var.region, start)])
  }

  # Settings without a value follow the region.
  has_function_url = coalesce(var.api.function_url, local.has_service.functionUrls)
  has_budgets      = coalesce(var.budgets.enabled, local.has_service.billing)
  reads_bill       = coalesce(var.reconciliation.bill, local.has_service.billing)

  region_requests = [
    { path = "api.function_url", service = "functionUrls", asked = var.api.enabled && var.api.function_url == true },
    { path = "proxy.front", service = "functionUrls", asked = var.proxy.enabled && var.proxy.front != "rest_api", instead = "write front = \"rest_api\"" },
    { path = "proxy.front", service = "cloudFront", asked = var.proxy.enabled && var.proxy.front == "cloudfront", instead = "write front = \"rest_api\"" },
    { path = "budgets.enabled", service = "billing", asked = var.budgets.enabled == true },
    { path = "budgets.action", service = "billing", asked = var.budgets.action != null },
    { path = "anomaly_detection.enabled", service = "billing", asked = var.anomaly_detection.enabled },
    { path = "cost_allocation_tags.enabled", service = "billing", asked = var.cost_allocation_tags.enabled },
    { path = "reporting.enabled", service = "billing", asked = var.reporting.enabled },
    { path = "cost_reports.enabled", service = "billing", asked = var.cost_reports.enabled },
    { path = "reconciliation.bill", service = "billing", asked = var.reconciliation.enabled && var.reconciliation.bill == true },
  ]
  region_problems = [
    for request in local.region_requests :
    "${request.path}: AWS has no ${local.region_services[request.service].name} in ${var.region}: ${lookup(request, "instead", "leave this out")}"
    if request.asked && !local.has_service[request.service]
  ]
}
