/**
 * The tools a model may ask for, as Converse takes them
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html, 2026-11).
 */
import type { FromSchema } from 'json-schema-to-ts';
import { closedObject, unionObject } from '../../closed-object.ts';
import { cachePoint, toolName } from './content-block.schema.ts';

const TOOLS_MAX = 500;

const nothing = { type: 'object', additionalProperties: false } as const;

const toolSpec = closedObject(['name', 'inputSchema'], {
  name: toolName,
  description: {
    type: 'string',
    pattern: '\\S',
    title: 'a description',
    description: 'write more than white space, or leave it out',
  },
  inputSchema: closedObject(['json'], { json: { type: 'object' } }),
});

export const toolConfig = closedObject(['tools'], {
  tools: {
    type: 'array',
    title: 'tool',
    minItems: 1,
    maxItems: TOOLS_MAX,
    items: unionObject('tool', { toolSpec, cachePoint }),
  },
  toolChoice: unionObject('tool choice', {
    auto: nothing,
    any: nothing,
    tool: closedObject(['name'], { name: toolName }),
  }),
});

export type ToolConfig = FromSchema<typeof toolConfig>;
