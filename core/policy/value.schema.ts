/** Shapes of single values, which several variables about operation share. */

export const BOOLEAN = { type: 'boolean' } as const;
export const TEXT = { type: 'string' } as const;
export const TEXTS = { type: 'array', items: TEXT } as const;

export const KMS_KEY_ARN = {
  type: 'string',
  pattern: '^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$',
  title: 'the ARN of a KMS key',
  description: 'use arn:aws:kms:<region>:<account>:key/<id>',
} as const;

export const IAM_POLICY_ARN = {
  type: 'string',
  pattern: '^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$',
  title: 'the ARN of an IAM policy',
  description: 'use one such as arn:aws:iam::111122223333:policy/deny-bedrock',
} as const;

/** The characters that every service takes, Bedrock included. */
export const TAG_KEY = {
  type: 'string',
  pattern: '^(?![aA][wW][sS]:)[a-zA-Z0-9 _.:/=+@-]{1,128}$',
  title: 'the key of a tag',
  description:
    'write 1 to 128 letters of a to z, digits, spaces and _ . : / = + @ -, not beginning with "aws:"',
} as const;

export const TAG_VALUE = {
  type: 'string',
  pattern: '^[a-zA-Z0-9 _.:/=+@-]{0,256}$',
  title: 'the value of a tag',
  description: 'write up to 256 letters of a to z, digits, spaces and _ . : / = + @ -',
} as const;

export const BUCKET_NAME = {
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  title: 'the name of a bucket',
  description: 'write 3 to 63 lower-case letters, digits, dots and hyphens',
} as const;

export const RETENTION_DAYS = { type: 'integer', minimum: 0 } as const;

/** Limits of an API for all its callers together. */
export const THROTTLING = {
  type: 'object',
  additionalProperties: false,
  properties: {
    rate: { type: 'number', exclusiveMinimum: 0 },
    burst: { type: 'number', minimum: 1 },
  },
} as const;

/** `writeOnly` keeps the value out of messages. */
export const ORIGIN_SECRETS = {
  type: 'array',
  writeOnly: true,
  title: 'secrets',
  maxItems: 2,
  uniqueItems: true,
  items: {
    type: 'string',
    writeOnly: true,
    pattern: '^[A-Za-z0-9_.~+/=-]{32,128}$',
    title: 'a secret for a header',
    description: 'write 32 to 128 random letters, digits and _ . ~ + / = -',
  },
} as const;

/** Of web pages. */
export const ORIGINS = {
  type: 'array',
  title: 'origin',
  uniqueItems: true,
  items: {
    type: 'string',
    pattern: '^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$',
    title: 'an origin',
    description: 'write one without wildcards, such as "https://app.example.com"',
  },
} as const;
