/**
 * The tfvars shapes of the policy as a JSON schema: the one source for their types and for what
 * is refused by form. What needs more than one place of the document is in `checks.ts`.
 * `title` is what a problem calls the value (for a pattern: what it is not, for a list or map:
 * its entries), `description` says what to write instead.
 */
import type { FromSchema } from 'json-schema-to-ts';
import { WINDOWS } from '../windows.ts';
import { EXECUTIONS, MODES, PERS, UNITS } from './policy.ts';
import { PROXY } from './proxy.schema.ts';
import { TAG_KEY, TAG_VALUE } from './value.schema.ts';

const NAME = {
  type: 'string',
  title: 'a valid name',
  pattern: '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$',
  description:
    'write 1 to 40 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
} as const;

const COST_CENTER_NAME = {
  ...NAME,
  description: `${NAME.description}; another code of finance, such as CC-10042, goes into tag_value`,
} as const;

const ALIAS = {
  type: 'string',
  title: 'a valid name',
  pattern: '^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$',
  description:
    'write 1 to 40 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
} as const;

/** Names another part of the policy; whether that part exists is a cross-check. */
const REFERENCE = { type: 'string' } as const;
const REFERENCES = { type: 'array', minItems: 1, uniqueItems: true, items: REFERENCE } as const;

const SCOPE = { application: REFERENCE, environment: REFERENCE, model: REFERENCE } as const;

const CEILING = {
  type: 'object',
  additionalProperties: false,
  required: ['percent'],
  properties: {
    ...SCOPE,
    percent: { type: 'integer', minimum: 1, maximum: 99 },
    fallback: REFERENCE,
  },
} as const;

/** By group or user; whether the amount fits the unit is a cross-check. */
const AMOUNTS = {
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'number' },
} as const;

/** An HTTP API passes the claim on as `[one two]`. */
const GROUP = {
  type: 'string',
  pattern: '^[^\\s,]{1,128}$',
  title: 'the name of a group',
  description:
    'write 1 to 128 characters without spaces and commas, which separate the groups of a token',
} as const;

const LIMIT = {
  type: 'object',
  additionalProperties: false,
  required: ['window', 'unit', 'amount'],
  properties: {
    ...SCOPE,
    name: NAME,
    window: { type: 'string', enum: WINDOWS, title: 'window' },
    unit: { type: 'string', enum: UNITS, title: 'unit' },
    amount: { type: 'number' },
    mode: { type: 'string', enum: MODES, title: 'mode' },
    notify_at: {
      type: 'array',
      uniqueItems: true,
      items: { type: 'integer', minimum: 1, maximum: 100 },
    },
    ceilings: { type: 'array', items: CEILING },
    per: { type: 'string', enum: PERS, title: 'per' },
    groups: { ...AMOUNTS, title: 'group', propertyNames: GROUP },
    users: { ...AMOUNTS, title: 'user' },
  },
} as const;

const LIMITS = { type: 'array', items: LIMIT } as const;

/** USD per million tokens; decimals and range are cross-checked. */
const PRICE_PART = { type: 'number', minimum: 0 } as const;

const PRICE_PARTS = {
  input: PRICE_PART,
  output: PRICE_PART,
  cache_read: PRICE_PART,
  cache_write: PRICE_PART,
  cache_write_1h: PRICE_PART,
  per_image: PRICE_PART,
  per_audio_second: PRICE_PART,
  per_video_second: PRICE_PART,
  per_query: PRICE_PART,
} as const;

/** Parts that are left out are the catalogue's; whether it has them is a cross-check. */
const TARIFF = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...PRICE_PARTS,
    long_context: {
      type: 'object',
      additionalProperties: false,
      properties: { ...PRICE_PARTS, above: { type: 'integer', minimum: 1 } },
    },
  },
} as const;

const MODEL = {
  type: 'object',
  additionalProperties: false,
  required: ['model_id'],
  properties: {
    model_id: {
      type: 'string',
      pattern: '^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,2047}$',
      title: 'a model id',
      description: 'write a Bedrock model id such as "amazon.nova-lite-v1:0", or an ARN',
    },
    price: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...TARIFF.properties,
        tiers: {
          type: 'object',
          additionalProperties: false,
          properties: { flex: TARIFF, priority: TARIFF, reserved: TARIFF },
        },
        latency: {
          type: 'object',
          additionalProperties: false,
          properties: { optimized: TARIFF },
        },
      },
    },
    context_tokens: { type: 'integer', minimum: 1 },
    max_output_tokens: {
      type: 'integer',
      minimum: 1,
    },
    default_max_tokens: {
      type: 'integer',
      minimum: 1,
    },
    also: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^[a-zA-Z0-9*][a-zA-Z0-9._:*-]{0,255}$',
        title: 'a pattern of model ids',
        description: 'write a model id, in which "*" matches any characters',
      },
    },
    inference_profile: { type: 'boolean' },
    unsupported_parameters: {
      type: 'string',
      enum: ['refuse', 'drop'],
      title: 'unsupported_parameters',
    },
    limits: LIMITS,
  },
} as const;

const APPLICATION = {
  type: 'object',
  additionalProperties: false,
  required: ['environments'],
  properties: {
    environments: {
      type: 'array',
      title: 'environment',
      minItems: 1,
      uniqueItems: true,
      items: NAME,
    },
    default_environment: REFERENCE,
  },
} as const;

export const ROLE_ARN_PATTERN = '^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z0-9+=,.@_/*-]{1,512}$';

const BINDING_PROPERTIES = {
  iam_role_arns: {
    type: 'array',
    uniqueItems: true,
    items: {
      type: 'string',
      pattern: ROLE_ARN_PATTERN,
      title: 'the ARN of an IAM role',
      description:
        'write the ARN of a role, such as "arn:aws:iam::111122223333:role/sales-*"; only the part after "role/" may contain *',
    },
  },
  jwt: { type: 'object', additionalProperties: { type: 'string', minLength: 1, maxLength: 256 } },
  applications: { ...REFERENCES, title: 'application' },
  environments: { ...REFERENCES, title: 'environment' },
  trust_session_names: { type: 'boolean' },
} as const;

const BINDING = {
  type: 'object',
  additionalProperties: false,
  properties: BINDING_PROPERTIES,
} as const;

const OPERATORS = {
  type: 'object',
  additionalProperties: false,
  properties: { iam_role_arns: BINDING_PROPERTIES.iam_role_arns, jwt: BINDING_PROPERTIES.jwt },
} as const;

/** One binding, or a list of them. */
const CALLERS = { ...BINDING, type: ['object', 'array'], items: BINDING } as const;

export const EMAIL = {
  type: 'string',
  pattern:
    '^[^\\s@"<>,;]{1,64}@[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)+$',
  maxLength: 254,
  title: 'an e-mail address',
  description: 'write one plain address, such as "finops@example.com"',
} as const;

const COST_CENTER = {
  type: 'object',
  additionalProperties: false,
  required: ['models', 'applications'],
  properties: {
    // An empty value is that of untagged costs.
    tag_value: {
      ...TAG_VALUE,
      pattern: '^[a-zA-Z0-9 _.:/=+@-]{1,256}$',
      description: 'write 1 to 256 letters of a to z, digits, spaces and _ . : / = + @ -',
    },
    model: REFERENCE,
    models: { ...REFERENCES, title: 'model' },
    applications: { ...REFERENCES, title: 'application' },
    limits: LIMITS,
    callers: CALLERS,
    alert_emails: { type: 'array', uniqueItems: true, items: EMAIL },
  },
} as const;

const LEDGER = {
  type: 'object',
  additionalProperties: false,
  properties: {
    shards: { type: 'integer', minimum: 1, maximum: 64 },
    lease_seconds: { type: 'integer', minimum: 60, maximum: 86_400 },
    history_windows: { type: 'integer', minimum: 1, maximum: 24 },
    reservation: { type: 'string', enum: ['strict', 'count'], title: 'reservation' },
    unknown_outcome: { type: 'string', enum: ['charge', 'release'], title: 'unknown_outcome' },
    // The former name of unknown_outcome.
    expired_reservation: {
      type: 'string',
      enum: ['charge', 'release'],
      title: 'expired_reservation',
    },
    in_flight_max: { type: 'integer', minimum: 1, maximum: 2_000 },
    new_sessions_per_minute: { type: 'integer', minimum: 1, maximum: 1_000 },
    wait_seconds: { type: 'integer', minimum: 0, maximum: 10 },
    on_ledger_error: { type: 'string', enum: ['deny', 'allow'], title: 'on_ledger_error' },
  },
} as const;

export const POLICY_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['models', 'applications', 'cost_centers'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[a-z][a-z0-9-]{0,30}[a-z0-9]$',
      title: 'a valid name',
      description:
        'write 2 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
    },
    models: {
      type: 'object',
      title: 'model',
      minProperties: 1,
      propertyNames: ALIAS,
      additionalProperties: MODEL,
    },
    applications: {
      type: 'object',
      title: 'application',
      minProperties: 1,
      propertyNames: NAME,
      additionalProperties: APPLICATION,
    },
    cost_centers: {
      type: 'object',
      title: 'cost center',
      minProperties: 1,
      propertyNames: COST_CENTER_NAME,
      additionalProperties: COST_CENTER,
    },
    default_cost_center: REFERENCE,
    organization: {
      type: 'object',
      additionalProperties: false,
      properties: { limits: LIMITS },
    },
    time_zone: REFERENCE,
    ledger: LEDGER,
    execution: { type: 'string', enum: EXECUTIONS, title: 'execution' },
    log_prompts: { type: 'boolean' },
    proxy: PROXY,
    operators: OPERATORS,
    tag_keys: {
      type: 'object',
      additionalProperties: false,
      properties: { cost_center: TAG_KEY, application: TAG_KEY, environment: TAG_KEY },
    },
  },
} as const;

/** The tfvars of the policy: validated by form, references not yet checked. */
export type PolicyConfig = FromSchema<typeof POLICY_SCHEMA>;
export type LimitConfig = FromSchema<typeof LIMIT>;
export type CostCenterConfig = FromSchema<typeof COST_CENTER>;
export type BindingConfig = FromSchema<typeof BINDING>;
