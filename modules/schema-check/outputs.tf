output "given" {
  description = "The variables as given, once nothing in them is refused."
  value       = var.given

  precondition {
    condition     = length(local.shape_problems) == 0
    error_message = join("\n", local.shape_problems)
  }

  precondition {
    condition     = length(local.text_problems.given) == 0
    error_message = join("\n", local.text_problems.given)
  }

  precondition {
    condition     = length(local.text_problems.listed) == 0
    error_message = join("\n", local.text_problems.listed)
  }

  precondition {
    condition     = length(local.repetition_problems) == 0
    error_message = join("\n", local.repetition_problems)
  }

  precondition {
    condition     = length(local.value_problems[1]) == 0
    error_message = join("\n", local.value_problems[1])
  }

  precondition {
    condition     = length(local.value_problems[2]) == 0
    error_message = join("\n", local.value_problems[2])
  }

  precondition {
    condition     = length(local.value_problems[3]) == 0
    error_message = join("\n", local.value_problems[3])
  }

  precondition {
    condition     = length(local.value_problems[4]) == 0
    error_message = join("\n", local.value_problems[4])
  }

  precondition {
    condition     = length(local.value_problems[5]) == 0
    error_message = join("\n", local.value_problems[5])
  }

  precondition {
    condition     = length(local.value_problems[6]) == 0
    error_message = join("\n", local.value_problems[6])
  }

  precondition {
    condition     = length(local.value_problems[7]) == 0
    error_message = join("\n", local.value_problems[7])
  }

  precondition {
    condition     = length(local.value_problems[8]) == 0
    error_message = join("\n", local.value_problems[8])
  }

  precondition {
    condition     = length(local.value_problems[9]) == 0
    error_message = join("\n", local.value_problems[9])
  }
}
