/** Schema of the fields of an audit line that a replay needs; others are ignored. */
import type { FromSchema } from 'json-schema-to-ts';

const TEXT = { type: 'string' } as const;
const AMOUNT = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

const TAGS = {
  type: 'object',
  required: ['timestamp', 'applicationId', 'costCenter', 'environment'],
  properties: {
    timestamp: TEXT,
    applicationId: TEXT,
    costCenter: TEXT,
    environment: TEXT,
    modelMetric: TEXT,
  },
} as const;

const CALLER = {
  oneOf: [
    {
      type: 'object',
      required: ['kind', 'arn'],
      properties: { kind: { const: 'iam' }, arn: TEXT },
    },
    {
      type: 'object',
      required: ['kind', 'claims'],
      properties: {
        kind: { const: 'jwt' },
        claims: { type: 'object', additionalProperties: TEXT },
      },
    },
    {
      type: 'object',
      required: ['kind', 'id', 'costCenter'],
      properties: { kind: { const: 'key' }, id: TEXT, costCenter: TEXT },
    },
  ],
} as const;

/** Whose limits it counted on. */
const WHO = {
  type: 'object',
  properties: {
    user: TEXT,
    groups: { type: 'array', items: TEXT },
    key: TEXT,
    session: TEXT,
    role: TEXT,
  },
} as const;

const USAGE = {
  type: 'object',
  required: [
    ...(['inputTokens', 'outputTokens', 'cacheReadInputTokens'] as const),
    ...(['cacheWriteInputTokens', 'cacheWrite1hInputTokens'] as const),
  ],
  properties: {
    inputTokens: AMOUNT,
    outputTokens: AMOUNT,
    cacheReadInputTokens: AMOUNT,
    cacheWriteInputTokens: AMOUNT,
    cacheWrite1hInputTokens: AMOUNT,
  },
} as const;

const BOUND = {
  type: 'object',
  required: ['model', 'inputTokens', 'outputTokens'],
  properties: {
    model: TEXT,
    inputTokens: AMOUNT,
    outputTokens: AMOUNT,
    cacheTtl: { const: '1h' },
  },
} as const;

/** An audit line of a request that the ledger decided. */
export const TRACE_LINE_SCHEMA = {
  type: 'object',
  required: ['requestId', 'at', 'tags', 'decision', 'outcome', 'model'],
  properties: {
    requestId: TEXT,
    at: TEXT,
    tags: TAGS,
    caller: CALLER,
    who: WHO,
    decision: { type: 'string', enum: ['approved', 'denied'] },
    outcome: { type: 'string', enum: ['succeeded', 'failed', 'denied'] },
    model: TEXT,
    fallbackFrom: TEXT,
    limit: TEXT,
    bounds: { type: 'array', items: BOUND },
    reservedNanoUsd: AMOUNT,
    actualNanoUsd: AMOUNT,
    usage: USAGE,
    settlement: {
      type: 'string',
      // settledLate and kept were written by earlier releases.
      enum: ['settled', 'worst_case', 'released', 'pending', 'settledLate', 'kept'],
    },
  },
} as const;

export type TraceLine = FromSchema<typeof TRACE_LINE_SCHEMA>;
