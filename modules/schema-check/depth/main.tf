# One level of values against their schemas.
#
# Whether a value is known must not decide anything here: a condition that is known only after apply
# makes the whole list unknown, and the plan could check nothing. So no `can(...)` and no
# `x == null`, which are unknown for an unknown value, but `try(length([f(x)]), 0)`, which is not.

locals {
  inspected = [for node in var.nodes : merge(node, {
    types     = flatten([try(node.schema.type, [])])
    is_object = try(length([keys(node.value)]), 0) == 1
    is_list   = try(length([concat(node.value, [])]), length([concat(tolist(node.value), [])]), 0) == 1
    # `upper` takes what can be text, and refuses null.
    is_scalar  = try(length([upper(node.value)]), 0) == 1
    is_number  = try(length([tonumber(node.value)]), 0) == 1
    is_boolean = try(length([tobool(node.value)]), 0) == 1
    is_texts   = try(length([join("", node.value)]), 0) == 1
    # The items of lists of free texts are not looked at one by one: how many there are may be known
    # only after apply.
    has_texts = try(node.schema.items.type == "string" && !contains(keys(node.schema.items), "enum"), false)
  })]

  # An attribute that is null is the same as absent. An entry of a map or list must not be null.
  present = [for node in local.inspected : node if node.is_object || node.is_list || node.is_scalar]
  typed = [for node in local.present : merge(node, { fits = anytrue([
    length(node.types) == 0,
    node.is_object && contains(node.types, "object"),
    node.is_list && contains(node.types, "array"),
    node.is_scalar && contains(node.types, "string"),
    node.is_scalar && node.is_number && (contains(node.types, "number") || contains(node.types, "integer")),
    node.is_scalar && node.is_boolean && contains(node.types, "boolean"),
  ]) }) if node.schema != null]

  objects = [for node in local.typed : node if node.fits && node.is_object]
  lists   = [for node in local.typed : node if node.fits && node.is_list]
  nulls   = [for node in local.inspected : node if node.is_entry && !(node.is_object || node.is_list || node.is_scalar)]
  scalars = [for node in local.typed : node if node.fits && node.is_scalar]

  type_names = {
    string  = "a string"
    number  = "a number"
    integer = "a whole number"
    boolean = "true or false"
    array   = "a list"
    object  = "an object"
  }
}

# Keys and types.
locals {
  children = concat(
    flatten([for node in local.objects : [for key, value in node.value : {
      path  = node.path == "" ? key : "${node.path}.${key}"
      key   = key
      value = value
      # Not an attribute, whose absence has a meaning.
      is_entry = !contains(keys(try(node.schema.properties, {})), key) && can(node.schema.additionalProperties.type)
      schema   = try(node.schema.properties[key], node.schema.additionalProperties.type == null ? null : node.schema.additionalProperties, null)
      allowed  = keys(try(node.schema.properties, {}))
      what     = try(node.schema.title, "property")
    }]]),
    flatten([for node in local.lists : [for index, value in node.value : {
      path     = "${node.path}[${index}]"
      key      = index
      value    = value
      is_entry = true
      schema   = node.schema.items
      allowed  = []
      what     = ""
    }] if !node.has_texts]),
  )

  shape_problems = concat(
    [
      for node in local.present : "${node.path}: unknown ${node.what} \"${node.key}\": use one of ${join(", ", node.allowed)}"
      if node.schema == null
    ],
    [
      for node in local.typed : "${node.path}: must be ${join(" or ", [for type in node.types : local.type_names[type]])}${node.has_texts ? " of strings" : ""}, not ${node.is_scalar ? jsonencode(node.value) : node.is_list ? "a list" : "an object"}${try(": use one of ${join(", ", node.schema.enum)}", "")}"
      if !node.fits
    ],
    [for node in local.nulls : "${node.path}: must not be null: give it a value, or leave it out"],
    flatten([for node in local.lists : [
      for index, value in node.value : "${node.path}[${index}]: must be a string, not ${try(value == null, false) ? "null" : can(keys(value)) ? "an object" : "a list"}"
      if try(length([upper(value)]), 0) == 0
    ] if node.has_texts && !node.is_texts]),
    flatten([for node in local.objects : [
      for key in try(node.schema.required, []) : "${node.path == "" ? key : "${node.path}.${key}"}: is required"
      if !contains(local.present_keys[node.path], key)
    ]]),
    [
      for node in concat(local.objects, local.lists) : "${node.path}: must name at least one ${try(node.schema.title, "entry")}${try(": use some of ${join(", ", node.schema.items.enum)}", "")}"
      # The last of the required entries, as how many there are may be known only after apply.
      if can(node.schema.minItems + 0) || can(node.schema.minProperties + 0) ? try(length([
        try(keys(node.value), [for value in node.value : value])[try(node.schema.minItems, node.schema.minProperties) - 1]
      ]), 0) == 0 : false
    ],
    [
      for node in local.objects : "${node.path}: must name at most ${try(node.schema.maxProperties, 0)} ${try(node.schema.title, "entry")}, got ${length(node.value)}"
      if try(length(node.value) > node.schema.maxProperties, false)
    ],
  )
  present_keys = { for node in local.objects : node.path => [
    for key, value in node.value : key
    if try(length([keys(value)]), length([concat(value, [])]), length([concat(tolist(value), [])]), length([upper(value)]), 0) == 1
  ] }
}

# Texts and names against patterns and lengths. An unknown text passes until it is known.
locals {
  text_rules = ["pattern", "minLength", "maxLength"]
  texts = concat(
    [for node in local.scalars : { path = node.path, value = node.value, schema = node.schema } if length(setintersection(keys(node.schema), local.text_rules)) > 0],
    flatten([for node in local.objects : [
      for key in keys(node.value) : { path = "${node.path}.${key}", value = key, schema = node.schema.propertyNames }
    ] if can(node.schema.propertyNames.pattern)]),
  )
  # Apart: the length of a list may be known only after apply.
  listed_texts = flatten([for node in local.lists : [
    for index, value in node.value : { path = "${node.path}[${index}]", value = value, schema = node.schema.items }
  ] if node.has_texts && node.is_texts && length(setintersection(keys(node.schema.items), local.text_rules)) > 0])

  # RE2 counts to 1000, and has no `(?!...)`, which is only ever the beginning of a pattern: what it
  # bars becomes a line break, which no pattern takes.
  text_problems = { for name, texts in { given = local.texts, listed = local.listed_texts } : name => concat(
    [
      for text in texts : "${text.path}: \"${text.value}\" is not ${text.schema.title}: ${text.schema.description}"
      if can(text.schema.pattern) && try(length([regex(
        replace(replace(text.schema.pattern, "/\\(\\?![^)]*\\)/", ""), "/\\{[0-9]+,[0-9]{4,}\\}/", "*"),
        replace(text.value, try("/^(?:${regex("^\\^\\(\\?!([^)]*)\\)", text.schema.pattern)[0]})/", "\n"), "\n"),
      )]), 0) == 0
    ],
    [
      for text in texts : "${text.path}: must have ${try("${try(text.schema.minLength, 0)} to ${text.schema.maxLength}", "at least ${text.schema.minLength}")} characters, got ${length(text.value)}"
      if(can(text.schema.minLength) || can(text.schema.maxLength)) && try(length([regex(
        "^(?s:.{${try(text.schema.minLength, 0)},${try(text.schema.maxLength, "")}})$", text.value
      )]), 0) == 0
    ],
  ) }
}

# Entries of a list that are the same, where both are known.
locals {
  unique_lists = [for node in local.lists : merge(node, {
    names = [for value in node.value : tostring(value)]
    quote = node.schema.items.type == "string" ? "\"" : ""
  }) if try(node.schema.uniqueItems, false) && node.is_texts]

  # A text that is no number is an error, and an unknown text is not.
  repetition_problems = flatten([for node in local.unique_lists : [
    for index, name in node.names : "${node.path}[${index}]: ${node.quote}${name}${node.quote} is named twice: write it once"
    if try(length([for other in slice(node.names, 0, index) : tonumber(other == name ? "twice" : "0")]), -1) < 0
  ]])
}

# Values, which may be known only after apply.
locals {
  enums = [for node in local.scalars : node if contains(keys(node.schema), "enum")]
  numbers = [for node in local.scalars : merge(node, {
    what = contains(node.types, "integer") ? "a whole number" : "a number"
  }) if anytrue([for type in node.types : contains(["number", "integer"], type)]) && !contains(keys(node.schema), "enum")]
  ranges = { for node in local.numbers : node.path => try(
    "be ${node.what} from ${node.schema.minimum} to ${node.schema.maximum}",
    node.schema.minimum == 0 && node.what == "a number" ? "not be negative" : "be ${node.what} of at least ${node.schema.minimum}",
    "be ${node.what} greater than ${node.schema.exclusiveMinimum} and at most ${node.schema.maximum}",
    "be ${node.what} greater than ${node.schema.exclusiveMinimum}",
    "be ${node.what}",
  ) }

  value_problems = concat(
    [
      for node in local.lists : "${node.path}: must name at most ${try(node.schema.maxItems, 0)} ${try(node.schema.title, "entry")}, got ${length(node.value)}"
      if try(length(node.value) > node.schema.maxItems, false)
    ],
    [
      for node in local.enums : "${node.path}: unknown ${try(node.schema.title, "value")} \"${node.value}\": use one of ${join(", ", node.schema.enum)}"
      if !contains([for value in node.schema.enum : tostring(value)], tostring(node.value))
    ],
    [
      for node in local.numbers : "${node.path}: must ${local.ranges[node.path]}, got ${node.value}"
      if anytrue([
        contains(node.types, "integer") && floor(node.value) != tonumber(node.value),
        try(tonumber(node.value) < node.schema.minimum, false),
        try(tonumber(node.value) > node.schema.maximum, false),
        try(tonumber(node.value) <= node.schema.exclusiveMinimum, false),
      ])
    ],
  )
}
