/**
 * The tools a model may ask for, as Converse takes them
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html, 2026-11).
 */
import type { FromSchema } from 'json-schema-to-ts';
import { cachePoint, toolName } from './content-block.schema.ts';

const TOOLS_MAX = 500;

const nothing = { type: 'object', additionalProperties: false } as const;

const toolSpec = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'inputSchema'],
  properties: {
    name: toolName,
    description: {
      type: 'string',
      pattern: '\\S',
      title: 'a description',
      description: 'write more than white space, or leave it out',
    },
    inputSchema: {
      type: 'object',
      additionalProperties: false,
      required: ['json'],
      properties: { json: { type: 'object' } },
    },
  },
} as const;

export const toolConfig = {
  type: 'object',
  additionalProperties: false,
  required: ['tools'],
  properties: {
    tools: {
      type: 'array',
      title: 'tool',
      minItems: 1,
      maxItems: TOOLS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
        title: 'tool',
        properties: { toolSpec, cachePoint },
      },
    },
    toolChoice: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      title: 'tool choice',
      properties: {
        auto: nothing,
        any: nothing,
        tool: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: { name: toolName },
        },
      },
    },
  },
} as const;

export type ToolConfig = FromSchema<typeof toolConfig>;
