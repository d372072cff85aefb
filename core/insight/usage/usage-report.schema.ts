/** Schema of the fields of `GET /v1/usage` that readers rely on; more can be present. */
import type { FromSchema } from 'json-schema-to-ts';
import { MODES, PERS, UNITS } from '../../policy/policy.ts';
import { WINDOWS } from '../../windows.ts';

const TEXT = { type: 'string' } as const;
/** ISO 8601; null: it never resets. */
const RESETS_AT = { type: ['string', 'null'] } as const;
/** An integer in the limit's unit; nano-USD for usd. */
const AMOUNT = { type: 'integer', minimum: 0 } as const;

const USED_LIMIT = {
  type: 'object',
  required: [
    ...(['name', 'window', 'unit', 'mode', 'limit', 'used', 'reserved'] as const),
    ...(['remaining', 'utilization', 'resetsAt', 'projected'] as const),
  ],
  properties: {
    name: TEXT,
    window: { type: 'string', enum: WINDOWS },
    unit: { type: 'string', enum: UNITS },
    mode: { type: 'string', enum: MODES },
    limit: AMOUNT,
    override: {
      type: 'object',
      required: ['configured', 'until'],
      properties: { configured: AMOUNT, until: RESETS_AT },
    },
    used: { type: 'integer' },
    reserved: { type: 'integer' },
    remaining: AMOUNT,
    /** Of a user: `limit` is the smallest of these amounts, which of them applies is not known. */
    dependsOn: {
      type: 'object',
      required: ['amount', 'groups'],
      properties: { amount: AMOUNT, groups: { type: 'object', additionalProperties: AMOUNT } },
    },
    /** Percent. */
    utilization: { type: 'integer' },
    resetsAt: RESETS_AT,
    projected: { type: 'integer' },
    forecast: {
      type: 'object',
      required: ['projected'],
      properties: {
        projected: { type: 'integer' },
        reachedAt: TEXT,
        burn: { type: 'string', enum: ['fast', 'slow'] },
      },
    },
  },
} as const;

const OWNER = {
  type: 'object',
  required: ['name', 'limits'],
  properties: { name: TEXT, limits: { type: 'array', items: USED_LIMIT } },
} as const;

export const USAGE_REPORT_SCHEMA = {
  type: 'object',
  required: ['asOf', 'costCenters'],
  properties: {
    asOf: TEXT,
    costCenters: { type: 'array', items: OWNER },
    models: { type: 'array', items: OWNER },
    organization: OWNER,
    /** Kinds of holders with separate limits, which `per` lists. */
    hasPer: { type: 'array', items: { type: 'string', enum: PERS } },
    /** Limits of the caller alone; without a cost center, those of the organization. */
    own: {
      type: 'array',
      items: { ...OWNER, properties: { ...OWNER.properties, costCenter: TEXT } },
    },
  },
} as const;

export type UsageReport = FromSchema<typeof USAGE_REPORT_SCHEMA>;
