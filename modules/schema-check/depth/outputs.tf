output "shape_problems" {
  description = "Unknown and missing keys, wrong types and lengths, as `<path>: <message>`."
  value       = local.shape_problems
}

output "value_problems" {
  description = "Values that are not allowed, as `<path>: <message>`; unknown at plan while one of this level is."
  value       = local.value_problems
}

output "text_problems" {
  description = "Texts and names that do not have their form, as `<path>: <message>`: those `given` alone, and those `listed`."
  value       = local.text_problems
}

output "repetition_problems" {
  description = "Entries of lists that are named twice, as `<path>: <message>`; unknown at plan while the length of a list is."
  value       = local.repetition_problems
}

output "children" {
  description = "The values one level deeper, as `nodes` of the next level."
  value       = local.children
}
