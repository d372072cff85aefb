/** Schema of `cost-sentry limits show --json` and of the sandbox's response to the command. */
import type { FromSchema } from 'json-schema-to-ts';
import { MODES, PERS, UNITS } from '../../policy/policy.ts';
import { WINDOWS } from '../../windows.ts';

const TEXT = { type: 'string' } as const;
/** ISO 8601; null: it never resets. */
const RESETS_AT = { type: ['string', 'null'] } as const;
/** An integer in the limit's unit; nano-USD for usd. */
const AMOUNT = { type: 'integer', minimum: 0 } as const;

/** By name. */
const AMOUNTS = { type: 'object', additionalProperties: AMOUNT } as const;

const OVERRIDE = {
  type: 'object',
  additionalProperties: false,
  required: ['action', 'until', 'reason', 'author', 'createdAt'],
  properties: {
    action: { type: 'string', enum: ['raise', 'lower'] },
    until: RESETS_AT,
    reason: TEXT,
    author: TEXT,
    createdAt: TEXT,
  },
} as const;

const REPORTED_LIMIT = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...(['limit', 'owner', 'name', 'window', 'unit', 'mode', 'scope'] as const),
    ...(['configured', 'inForce', 'used', 'reserved', 'resetsAt'] as const),
  ],
  properties: {
    /** As in commands: `sales/monthly-budget`. */
    limit: TEXT,
    /** As in denials: `costCenter#sales`. */
    owner: TEXT,
    name: TEXT,
    window: { type: 'string', enum: WINDOWS },
    unit: { type: 'string', enum: UNITS },
    mode: { type: 'string', enum: MODES },
    per: { type: 'string', enum: PERS },
    user: TEXT,
    key: TEXT,
    session: TEXT,
    groups: AMOUNTS,
    users: AMOUNTS,
    isOfGroups: { type: 'boolean', const: true },
    scope: {
      type: 'object',
      additionalProperties: false,
      properties: { application: TEXT, environment: TEXT, model: TEXT },
    },
    configured: AMOUNT,
    inForce: AMOUNT,
    used: AMOUNT,
    reserved: AMOUNT,
    resetsAt: RESETS_AT,
    /** Only while it applies. */
    override: OVERRIDE,
    /** The amounts again, as decimal USD, when the unit is usd. */
    usd: {
      type: 'object',
      additionalProperties: false,
      required: ['configured', 'inForce', 'used', 'reserved'],
      properties: { configured: TEXT, inForce: TEXT, used: TEXT, reserved: TEXT },
    },
  },
} as const;

export const LIMITS_REPORT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['asOf', 'timeZone', 'limits'],
  properties: {
    asOf: TEXT,
    timeZone: TEXT,
    limits: { type: 'array', items: REPORTED_LIMIT },
  },
} as const;

export type LimitsReport = FromSchema<typeof LIMITS_REPORT_SCHEMA>;
export type ReportedLimit = LimitsReport['limits'][number];
