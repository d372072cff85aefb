/** The body of `POST /v1/invoke`; the TypeScript types are derived from this schema. */
import type { FromSchema } from 'json-schema-to-ts';
import { additionalFields } from './additional-fields.schema.ts';
import { contentBlock } from './content-block.schema.ts';
import { toolConfig } from './tool-config.schema.ts';

/** Bounds strings from outside before anything else looks at them. */
const NAME_LENGTH_MAX = 64;
const MODEL_LENGTH_MAX = 256;
const MESSAGES_MAX = 10_000;
const BLOCKS_MAX = 1_000;
const STOP_SEQUENCES_MAX = 2_500;
const STOP_SEQUENCE_LENGTH_MAX = 1_000;
const METADATA_MAX = 16;
const METADATA_LENGTH_MAX = 256;

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
    stop_sequences: {
      type: 'array',
      title: 'stop sequence',
      maxItems: STOP_SEQUENCES_MAX,
      items: { type: 'string', minLength: 1, maxLength: STOP_SEQUENCE_LENGTH_MAX },
    },
  },
} as const;

const METADATA = '^[a-zA-Z0-9\\s:_@$#=/+,.-]*$';

/**
 * Labels for Bedrock's invocation log, with the characters it takes:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, 2026-11.
 */
const requestMetadata = {
  type: 'object',
  title: 'label',
  maxProperties: METADATA_MAX,
  propertyNames: {
    pattern: METADATA,
    minLength: 1,
    maxLength: METADATA_LENGTH_MAX,
    title: 'a label',
    description: 'use letters, digits, spaces and : _ @ $ # = / + , . -',
  },
  additionalProperties: {
    type: 'string',
    pattern: METADATA,
    maxLength: METADATA_LENGTH_MAX,
    title: "a label's value",
    description: 'use letters, digits, spaces and : _ @ $ # = / + , . -',
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
        requestMetadata,
        additionalModelRequestFields: additionalFields,
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
