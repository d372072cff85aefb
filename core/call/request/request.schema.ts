/** The body of `POST /v1/invoke`; the TypeScript types are derived from this schema. */
import type { FromSchema } from 'json-schema-to-ts';
import { contentBlock } from './content-block.schema.ts';
import { toolConfig } from './tool-config.schema.ts';

/** Bounds strings from outside before anything else looks at them. */
const NAME_LENGTH_MAX = 64;
const MODEL_LENGTH_MAX = 256;
const MESSAGES_MAX = 10_000;
const BLOCKS_MAX = 1_000;

const name = {
  type: 'string',
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  title: 'a name',
  description: 'write letters, digits, dots, underscores and hyphens, at most 64',
} as const;

const message = {
  type: 'object',
  additionalProperties: false,
  required: ['role', 'content'],
  properties: {
    role: { type: 'string', enum: ['system', 'user', 'assistant'] },
    content: {
      type: ['string', 'array'],
      pattern: '\\S',
      title: 'content block',
      description: 'write more than white space',
      minItems: 1,
      maxItems: BLOCKS_MAX,
      items: contentBlock,
    },
  },
} as const;

/** Ranges as in Converse's InferenceConfiguration (same source); top_k's maximum is Claude's. */
const parameters = {
  type: 'object',
  additionalProperties: false,
  properties: {
    max_tokens: { type: 'integer', minimum: 1 },
    temperature: { type: 'number', minimum: 0, maximum: 1 },
    top_p: { type: 'number', minimum: 0, maximum: 1 },
    top_k: { type: 'integer', minimum: 1, maximum: 500 },
  },
} as const;

export const requestSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'prompt', 'tags'],
  properties: {
    model: { type: 'string', minLength: 1, maxLength: MODEL_LENGTH_MAX },
    prompt: {
      type: 'object',
      additionalProperties: false,
      required: ['messages'],
      properties: {
        messages: {
          type: 'array',
          title: 'message',
          minItems: 1,
          maxItems: MESSAGES_MAX,
          items: message,
        },
        parameters,
        toolConfig,
      },
    },
    tags: {
      type: 'object',
      additionalProperties: false,
      required: ['applicationId'],
      properties: { applicationId: name, costCenter: name, environment: name },
    },
  },
} as const;

export type InvokeRequest = FromSchema<typeof requestSchema>;
export type RequestMessage = FromSchema<typeof message>;
export type RequestParameters = FromSchema<typeof parameters>;
