# Checks the variables against variables.schema.json, one module call for each level of depth: a module
# cannot call itself. What is known at plan is checked at plan: the keys and types of values always
# are, the values themselves usually.

locals {
  schema = jsondecode(file("${path.module}/variables.schema.json"))

  shape_problems = concat(
    module.depth_0.shape_problems,
    module.depth_1.shape_problems,
    module.depth_2.shape_problems,
    module.depth_3.shape_problems,
    module.depth_4.shape_problems,
    module.depth_5.shape_problems,
    module.depth_6.shape_problems,
    module.depth_7.shape_problems,
    module.depth_8.shape_problems,
    module.depth_9.shape_problems,
  )
  text_problems = { for kind in ["given", "listed"] : kind => flatten([
    for problems in [
      module.depth_0.text_problems,
      module.depth_1.text_problems,
      module.depth_2.text_problems,
      module.depth_3.text_problems,
      module.depth_4.text_problems,
      module.depth_5.text_problems,
      module.depth_6.text_problems,
      module.depth_7.text_problems,
      module.depth_8.text_problems,
      module.depth_9.text_problems,
    ] : problems[kind]
  ]) }
  repetition_problems = concat(
    module.depth_1.repetition_problems,
    module.depth_2.repetition_problems,
    module.depth_3.repetition_problems,
    module.depth_4.repetition_problems,
    module.depth_5.repetition_problems,
    module.depth_6.repetition_problems,
    module.depth_7.repetition_problems,
    module.depth_8.repetition_problems,
    module.depth_9.repetition_problems,
  )
  # Each level apart: a value that is known only after apply hides the others of its level at plan.
  value_problems = {
    1 = module.depth_1.value_problems
    2 = module.depth_2.value_problems
    3 = module.depth_3.value_problems
    4 = module.depth_4.value_problems
    5 = module.depth_5.value_problems
    6 = module.depth_6.value_problems
    7 = module.depth_7.value_problems
    8 = module.depth_8.value_problems
    9 = module.depth_9.value_problems
  }
}

module "depth_0" {
  source = "./depth"
  nodes  = [{ path = "", value = var.given, schema = local.schema, key = "", allowed = [], what = "", is_entry = false }]
}

module "depth_1" {
  source = "./depth"
  nodes  = module.depth_0.children
}

module "depth_2" {
  source = "./depth"
  nodes  = module.depth_1.children
}

module "depth_3" {
  source = "./depth"
  nodes  = module.depth_2.children
}

module "depth_4" {
  source = "./depth"
  nodes  = module.depth_3.children
}

module "depth_5" {
  source = "./depth"
  nodes  = module.depth_4.children
}

module "depth_6" {
  source = "./depth"
  nodes  = module.depth_5.children
}

module "depth_7" {
  source = "./depth"
  nodes  = module.depth_6.children
}

module "depth_8" {
  source = "./depth"
  nodes  = module.depth_7.children
}

module "depth_9" {
  source = "./depth"
  nodes  = module.depth_8.children
}
