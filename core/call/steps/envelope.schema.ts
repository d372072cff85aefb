/** Schema of the workflow's input; see `parse-envelope.ts`. */
import type { FromSchema } from 'json-schema-to-ts';

/** The range of JavaScript's dates. */
const TIME = { type: 'integer', minimum: 0, maximum: 8_640_000_000_000_000 } as const;

const CALLER = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['iam', 'jwt'], title: 'kind of caller' },
    arn: { type: 'string', minLength: 1, maxLength: 2048 },
    claims: { type: 'object', additionalProperties: { type: 'string' } },
  },
} as const;

export const ENVELOPE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['request', 'requestId'],
  properties: {
    request: {},
    requestId: {},
    idempotencyKey: {},
    receivedAt: TIME,
    deadline: TIME,
    caller: CALLER,
    session: { type: 'string', minLength: 1, maxLength: 256 },
    seal: { type: 'string', minLength: 1, maxLength: 128 },
  },
} as const;

/** Validated by form; ids are checked by themselves. */
export type EnvelopeConfig = FromSchema<typeof ENVELOPE_SCHEMA>;
