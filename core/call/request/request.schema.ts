/** The body of `POST /v1/invoke`; the TypeScript types are derived from this schema. */
import type { FromSchema } from 'json-schema-to-ts';
import { closedObject } from '../../closed-object.ts';
import { additionalFields } from './additional-fields.schema.ts';
import { contentBlock } from './content-block.schema.ts';
import { toolConfig } from './tool-config.schema.ts';

/** Bounds strings from outside before anything else looks at them. */
const LENGTH_MAX = { name: 64, model: 256, stopSequence: 1_000, metadata: 256 } as const;
const COUNT_MAX = { messages: 10_000, blocks: 1_000, stopSequences: 2_500, metadata: 16 } as const;

const name = {
  type: 'string',
  minLength: 1,
  maxLength: LENGTH_MAX.name,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  title: 'a name',
  description: 'write letters, digits, dots, underscores and hyphens, at most 64',
} as const;

const message = closedObject(['role', 'content'], {
  role: { type: 'string', enum: ['system', 'user', 'assistant'] },
  content: {
    type: ['string', 'array'],
    pattern: '\\S',
    title: 'content block',
    description: 'write more than white space',
    maxItems: COUNT_MAX.blocks,
    items: contentBlock,
  },
});

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
      maxItems: COUNT_MAX.stopSequences,
      items: { type: 'string', minLength: 1, maxLength: LENGTH_MAX.stopSequence },
    },
  },
} as const;

/** White space is that of ASCII: a space of another script is refused, as in document names. */
const METADATA = '^[a-zA-Z0-9 \\t\\n\\v\\f\\r:_@$#=/+,.-]*$';

/**
 * Labels for Bedrock's invocation log, with the characters it takes:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, 2026-11.
 */
const requestMetadata = {
  type: 'object',
  title: 'label',
  minProperties: 1,
  maxProperties: COUNT_MAX.metadata,
  propertyNames: {
    pattern: METADATA,
    minLength: 1,
    maxLength: LENGTH_MAX.metadata,
    title: 'a label',
    description: 'use letters, digits, spaces and : _ @ $ # = / + , . -',
  },
  additionalProperties: {
    type: 'string',
    pattern: METADATA,
    maxLength: LENGTH_MAX.metadata,
    title: "a label's value",
    description: 'use letters, digits, spaces and : _ @ $ # = / + , . -',
  },
} as const;

export const requestSchema = closedObject(['model', 'prompt', 'tags'], {
  model: { type: 'string', minLength: 1, maxLength: LENGTH_MAX.model },
  prompt: closedObject(['messages'], {
    messages: {
      type: 'array',
      title: 'message',
      minItems: 1,
      maxItems: COUNT_MAX.messages,
      items: message,
    },
    parameters,
    toolConfig,
    requestMetadata,
    additionalModelRequestFields: additionalFields,
  }),
  tags: closedObject(['applicationId'], {
    applicationId: name,
    costCenter: name,
    environment: name,
  }),
});

export type InvokeRequest = FromSchema<typeof requestSchema>;
export type RequestMessage = FromSchema<typeof message>;
export type RequestParameters = FromSchema<typeof parameters>;
