/**
 * The fields of additionalModelRequestFields that change neither the price of a call nor the bound
 * of its output: a thinking budget is part of max_tokens. Any other field is refused by name.
 */
import type { FromSchema } from 'json-schema-to-ts';

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking, 2026-11. */
const THINKING_TOKENS_MIN = 1_024;

const thinking = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  title: 'field of thinking',
  properties: {
    type: { type: 'string', enum: ['enabled', 'adaptive', 'disabled'], title: 'type of thinking' },
    budget_tokens: { type: 'integer', minimum: THINKING_TOKENS_MIN },
    display: { type: 'string', enum: ['summarized', 'omitted'], title: 'display of thinking' },
  },
} as const;

const effort = {
  type: 'string',
  enum: ['low', 'medium', 'high'],
  title: 'reasoning effort',
} as const;

/** Without high effort: with it, Nova 2 refuses max_tokens, and its output has no bound. */
const reasoningConfig = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  title: 'field of reasoningConfig',
  properties: {
    type: { type: 'string', enum: ['enabled', 'disabled'], title: 'type of reasoning' },
    maxReasoningEffort: { type: 'string', enum: ['low', 'medium'], title: 'reasoning effort' },
  },
} as const;

export const additionalFields = {
  type: 'object',
  additionalProperties: false,
  title: 'field',
  properties: { thinking, reasoning_effort: effort, reasoningConfig },
} as const;

export type AdditionalFields = FromSchema<typeof additionalFields>;
