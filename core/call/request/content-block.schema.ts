/**
 * The Converse content blocks that a request can hold
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html, 2026-11).
 * docs/worst-case.md says how each is bounded.
 */
import type { FromSchema } from 'json-schema-to-ts';
import { closedObject, unionObject } from '../../closed-object.ts';

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

export const cachePoint = closedObject(['type'], {
  type: { type: 'string', enum: ['default'] },
  ttl: { type: 'string', enum: ['5m', '1h'] },
});

const image = closedObject(['format', 'source'], {
  format: { type: 'string', enum: ['png', 'jpeg', 'gif', 'webp'], title: 'image format' },
  source: {
    type: 'object',
    additionalProperties: false,
    required: ['bytes'],
    title: 'image source',
    properties: { bytes },
  },
});

/**
 * Document names: AWS lists no underscore, but Bedrock takes it (https://github.com/vercel/ai/pull/20366,
 * 2026-11); of white space only the single ordinary space. Without a format it can be any file, and
 * is reserved as the whole context window.
 */
const document = closedObject(['name', 'source'], {
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
  source: unionObject('document source', { bytes, text: textWithContent }),
  citations: closedObject(['enabled'], { enabled: { type: 'boolean' } }),
});

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

const toolUse = closedObject(['toolUseId', 'name', 'input'], {
  toolUseId,
  name: toolName,
  input: { type: 'object' },
});

const toolResult = closedObject(['toolUseId', 'content'], {
  toolUseId,
  status: { type: 'string', enum: ['success', 'error'] },
  content: {
    type: 'array',
    title: 'block of a tool result',
    minItems: 1,
    maxItems: TOOL_RESULTS_MAX,
    items: unionObject('block of a tool result', {
      text: textWithContent,
      json: { type: 'object' },
      image,
      document,
    }),
  },
});

/** A model's reasoning, sent back as it came: text with a signature, or encrypted bytes. */
const reasoningContent = unionObject('reasoning content', {
  reasoningText: closedObject(['text'], {
    text: { type: 'string' },
    signature: { type: 'string' },
  }),
  redactedContent: { type: 'string' },
});

/** A model's answer with its sources, sent back as it came. */
const citationsContent = {
  type: 'object',
  additionalProperties: false,
  properties: {
    content: { type: 'array', items: { type: 'object' } },
    citations: { type: 'array', items: { type: 'object' } },
  },
} as const;

export const contentBlock = unionObject('content block', {
  text,
  image,
  document,
  toolUse,
  toolResult,
  cachePoint,
  reasoningContent,
  citationsContent,
});

export type RequestBlock = FromSchema<typeof contentBlock>;
export type ImageBlock = FromSchema<typeof image>;
export type DocumentBlock = FromSchema<typeof document>;
export type ToolResultBlock = FromSchema<typeof toolResult>;
