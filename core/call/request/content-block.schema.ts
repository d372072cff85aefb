/**
 * The Converse content blocks that a request can hold
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html, 2026-11).
 * docs/worst-case.md says how each is bounded.
 */
import type { FromSchema } from 'json-schema-to-ts';

const TOOL_RESULTS_MAX = 100;

/** Blank texts are checked in code: a model can answer with one, and its answer can be sent back. */
const text = { type: 'string' } as const;

const textWithContent = {
  type: 'string',
  pattern: '\\S',
  title: 'a text',
  description: 'write more than white space',
} as const;

/**
 * Of a file. Whether it is base64, and of what, is checked in code: its problem must not quote it.
 */
const bytes = { type: 'string', minLength: 1 } as const;

export const cachePoint = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { type: 'string', enum: ['default'] },
    ttl: { type: 'string', enum: ['5m', '1h'] },
  },
} as const;

const image = {
  type: 'object',
  additionalProperties: false,
  required: ['format', 'source'],
  properties: {
    format: { type: 'string', enum: ['png', 'jpeg', 'gif', 'webp'], title: 'image format' },
    source: {
      type: 'object',
      additionalProperties: false,
      required: ['bytes'],
      title: 'image source',
      properties: { bytes },
    },
  },
} as const;

/**
 * Document names: AWS lists no underscore, but Bedrock takes it (https://github.com/vercel/ai/pull/20366,
 * 2026-11); of white space only the single ordinary space.
 */
const document = {
  type: 'object',
  additionalProperties: false,
  required: ['format', 'name', 'source'],
  properties: {
    format: {
      type: 'string',
      enum: ['txt', 'md', 'html', 'csv', 'pdf', 'doc', 'docx', 'xls', 'xlsx'],
      title: 'document format',
    },
    name: {
      type: 'string',
      pattern: '^(?!.*  )[A-Za-z0-9 _\\-()[\\]]{1,200}$',
      title: 'a document name',
      description:
        'use letters, digits, single spaces, underscores, hyphens, parentheses and square brackets, at most 200',
    },
    source: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      title: 'document source',
      properties: { bytes, text: textWithContent },
    },
    citations: {
      type: 'object',
      additionalProperties: false,
      required: ['enabled'],
      properties: { enabled: { type: 'boolean' } },
    },
  },
} as const;

export const toolName = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  title: 'a tool name',
  description: 'write letters, digits, underscores and hyphens, at most 64',
} as const;

const toolUseId = {
  type: 'string',
  pattern: '^[A-Za-z0-9_.:-]{1,64}$',
  title: 'a toolUseId',
  description: "repeat the model's own: letters, digits, underscores and hyphens, at most 64",
} as const;

const toolUse = {
  type: 'object',
  additionalProperties: false,
  required: ['toolUseId', 'name', 'input'],
  properties: { toolUseId, name: toolName, input: { type: 'object' } },
} as const;

const toolResult = {
  type: 'object',
  additionalProperties: false,
  required: ['toolUseId', 'content'],
  properties: {
    toolUseId,
    status: { type: 'string', enum: ['success', 'error'] },
    content: {
      type: 'array',
      title: 'block of a tool result',
      minItems: 1,
      maxItems: TOOL_RESULTS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
        title: 'block of a tool result',
        properties: { text: textWithContent, json: { type: 'object' }, image, document },
      },
    },
  },
} as const;

/** A model's reasoning, sent back as it came: text with a signature, or encrypted bytes. */
const reasoningContent = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  title: 'reasoning content',
  properties: {
    reasoningText: {
      type: 'object',
      additionalProperties: false,
      required: ['text'],
      properties: { text: { type: 'string' }, signature: { type: 'string' } },
    },
    redactedContent: { type: 'string' },
  },
} as const;

/** A model's answer with its sources, sent back as it came. */
const citationsContent = {
  type: 'object',
  additionalProperties: false,
  properties: {
    content: { type: 'array', items: { type: 'object' } },
    citations: { type: 'array', items: { type: 'object' } },
  },
} as const;

export const contentBlock = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  title: 'content block',
  properties: {
    text,
    image,
    document,
    toolUse,
    toolResult,
    cachePoint,
    reasoningContent,
    citationsContent,
  },
} as const;

export type RequestBlock = FromSchema<typeof contentBlock>;
export type ImageBlock = FromSchema<typeof image>;
export type DocumentBlock = FromSchema<typeof document>;
export type ToolResultBlock = FromSchema<typeof toolResult>;
