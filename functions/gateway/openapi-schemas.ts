/** Schemas of requests and answers, as the OpenAPI document has them. */
import { requestSchema } from '../../core/call/request/request.schema.ts';
import { LIMITS_REPORT_SCHEMA } from '../../core/insight/usage/limits-report.schema.ts';
import { USAGE_REPORT_SCHEMA } from '../../core/insight/usage/usage-report.schema.ts';
import { PERS } from '../../core/policy/policy.ts';
import { PROBLEM_CODES } from '../../core/problem-http-status.ts';

export const TEXT = { type: 'string' } as const;
const TIME = { type: 'string', format: 'date-time' } as const;
const NEXT = { type: 'string', description: 'To ask for the next page with, as `after`.' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
});

/** A decimal, as a number or as text that keeps all its digits. */
const AMOUNT = { type: ['string', 'number'] } as const;
const NAMES = { type: 'array', items: TEXT } as const;

const KEY_BINDING = {
  costCenter: TEXT,
  application: TEXT,
  environment: TEXT,
  models: NAMES,
  user: TEXT,
  groups: NAMES,
} as const;

const KEY_REQUIRED = ['id', 'family', 'status', 'costCenter', 'author', 'createdAt'] as const;
const KEY = {
  id: TEXT,
  family: { type: 'string', description: 'The same for a key and those it was rotated to.' },
  status: { enum: ['active', 'expired', 'revoked'] },
  ...KEY_BINDING,
  shared: { type: 'boolean' },
  name: TEXT,
  author: TEXT,
  createdAt: TIME,
  expiresAt: TIME,
  revokedAt: TIME,
  replaces: TEXT,
  lastUsedOn: { type: 'string', format: 'date' },
} as const;

export const SCHEMAS = {
  InvokeRequest: requestSchema,
  InvokeAnswer: object(['requestId', 'outcome', 'model', 'message', 'usage', 'cost', 'tags'], {
    requestId: TEXT,
    outcome: { const: 'succeeded' },
    model: { type: 'string', description: 'Alias of the model that answered.' },
    modelId: TEXT,
    modelMetric: TEXT,
    fallbackFrom: TEXT,
    message: object(['role', 'content'], {
      role: { const: 'assistant' },
      content: { type: 'array', items: { type: 'object' } },
    }),
    stopReason: TEXT,
    usage: object(['inputTokens', 'outputTokens', 'totalTokens'], {
      inputTokens: COUNT,
      outputTokens: COUNT,
      cacheReadInputTokens: COUNT,
      cacheWriteInputTokens: COUNT,
      totalTokens: COUNT,
    }),
    cost: object(['currency', 'amount'], {
      currency: { const: 'USD' },
      amount: { type: 'string', description: 'Decimal USD.' },
      nanoUsd: COUNT,
      reservedNanoUsd: COUNT,
    }),
    tags: { type: 'object', additionalProperties: TEXT },
    limits: { type: 'array', items: { type: 'object' } },
  }),
  UsageReport: USAGE_REPORT_SCHEMA,
  HoldersReport: object(['asOf', 'per', 'holders'], {
    asOf: TIME,
    per: { enum: PERS },
    holders: {
      type: 'array',
      description: 'The nearest to their limit first.',
      items: object(['per', 'name', 'limits'], {
        costCenter: { type: 'string', description: 'Absent: limits of the organization.' },
        per: { enum: PERS },
        name: TEXT,
        limits: { type: 'array', items: { type: 'object' } },
      }),
    },
    next: NEXT,
  }),
  ModelsReport: object(['asOf', 'models'], {
    asOf: TIME,
    models: { type: 'array', items: { type: 'object' } },
  }),
  TokenRequest: {
    type: 'object',
    additionalProperties: false,
    properties: {
      expiresInSeconds: { type: 'integer', minimum: 60, maximum: 43_200, default: 3_600 },
      operator: { type: 'boolean', default: false },
    },
  },
  Token: object(['id', 'token', 'identity', 'expiresAt'], {
    id: TEXT,
    token: TEXT,
    identity: { type: 'string', description: 'ARN that signed the request.' },
    kind: { enum: ['caller', 'operator'] },
    status: TEXT,
    createdAt: TIME,
    expiresAt: TIME,
  }),
  LimitsReport: LIMITS_REPORT_SCHEMA,
  LimitChange: {
    ...object(['action', 'limit', 'reason'], {
      action: { enum: ['raise', 'lower', 'reset'] },
      limit: { type: 'string', description: '`<owner>/<limit>`, as in `limits` of the report.' },
      user: { type: 'string', description: 'Of this user alone, where each has an own limit.' },
      key: { type: 'string', description: 'The same for a key, by the id of its family.' },
      session: { type: 'string', description: 'The same for a session, by its hash.' },
      by: { ...AMOUNT, description: 'The difference; in USD for a limit in USD.' },
      to: { ...AMOUNT, description: 'The new amount, instead of `by`.' },
      until: {
        type: 'string',
        description:
          'A date, a time such as `2026-12-01T18:00:00Z`, or a duration such as `12h` or `3d`.',
      },
      reason: TEXT,
    }),
    additionalProperties: false,
  },
  ChangedLimit: object(['limit', 'action', 'unit', 'from', 'to', 'reason', 'author'], {
    limit: TEXT,
    user: TEXT,
    key: TEXT,
    session: TEXT,
    action: TEXT,
    unit: TEXT,
    from: { ...COUNT, description: 'In the unit of the limit; nano-USD for USD.' },
    to: COUNT,
    usd: object(['from', 'to'], { from: TEXT, to: TEXT }),
    until: TIME,
    reason: TEXT,
    author: TEXT,
  }),
  KeyRequest: {
    ...object(['costCenter'], {
      ...KEY_BINDING,
      shared: { type: 'boolean', description: 'Several people use it.' },
      name: TEXT,
      expiresAt: TIME,
    }),
    additionalProperties: false,
  },
  Key: object(KEY_REQUIRED, KEY),
  NewKey: object([...KEY_REQUIRED, 'key'], {
    ...KEY,
    key: { type: 'string', description: 'Shown once: its hash is stored.' },
    warnings: { ...NAMES, description: 'Facts that the operator may not expect.' },
  }),
  Keys: object(['keys'], {
    keys: { type: 'array', items: { $ref: '#/components/schemas/Key' } },
    next: NEXT,
  }),
  KeyRevocation: {
    ...object(['id'], { id: { type: 'string', description: 'Of a key or a token.' } }),
    additionalProperties: false,
  },
  KeyRotation: {
    ...object(['id'], {
      id: TEXT,
      graceSeconds: { type: 'integer', minimum: 0, maximum: 7_776_000, default: 0 },
    }),
    additionalProperties: false,
  },
  RevokedCredential: object(['id', 'status'], { id: TEXT, status: TEXT, revokedAt: TIME }),
  Problem: object(['type', 'title', 'status', 'detail', 'code', 'requestId'], {
    type: TEXT,
    title: TEXT,
    status: { type: 'integer' },
    detail: TEXT,
    code: { enum: Object.keys(PROBLEM_CODES) },
    requestId: TEXT,
    outcome: TEXT,
    retryAfter: { type: 'integer', description: 'Seconds, as in Retry-After.' },
    errors: {
      type: 'array',
      items: object(['path', 'message'], { path: TEXT, message: TEXT }),
    },
    tags: { type: 'object', additionalProperties: TEXT },
  }),
} as const;
