/** A tool that the mock asks for, as set by the test, in the format of each protocol. */
import { isRecord } from '../../base/json.ts';
import type { BedrockBehavior } from './behavior.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface MockToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: Fields;
}

const RESULTS = ['toolResult', 'tool_result'];

/** Undefined where the request does not offer the tool, or already has its result. */
export function toolUseOf(body: Fields, tool: BedrockBehavior['toolUse']): MockToolUse | undefined {
  if (!tool || !toolNames(body).includes(tool.name) || hasResult(body)) return undefined;
  return { id: 'tooluse_sandbox', ...tool };
}

function toolNames(body: Fields): readonly unknown[] {
  const { tools } = isRecord(body.toolConfig) ? body.toolConfig : body;
  return (Array.isArray(tools) ? tools : []).flatMap((tool) => {
    if (!isRecord(tool)) return [];
    const described = [tool.toolSpec, tool.function].find(isRecord) ?? tool;
    return [described.name];
  });
}

function hasResult({ messages }: Fields): boolean {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const { content } = isRecord(last) ? last : {};
  return (Array.isArray(content) ? content : []).some(
    (block) => isRecord(block) && RESULTS.some((name) => name in block || block.type === name),
  );
}

export const converseToolBlocks = (tool: MockToolUse | undefined): readonly Fields[] =>
  tool ? [{ toolUse: { toolUseId: tool.id, name: tool.name, input: tool.input } }] : [];

export const anthropicToolBlocks = (tool: MockToolUse | undefined): readonly Fields[] =>
  tool ? [{ type: 'tool_use', ...tool }] : [];

const AFTER_TEXT = 1;
/** Its input comes in pieces of JSON text. */
const piecesOf = ({ input }: MockToolUse): readonly string[] => {
  const text = JSON.stringify(input);
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)];
};

/** Names and payloads of ConverseStream. */
export function converseToolEvents(
  tool: MockToolUse,
): readonly (readonly [name: string, payload: Fields])[] {
  const at = { contentBlockIndex: AFTER_TEXT };
  const { id: toolUseId, name } = tool;
  return [
    ['contentBlockStart', { ...at, start: { toolUse: { toolUseId, name } } }],
    ...piecesOf(tool).map(
      (input) => ['contentBlockDelta', { ...at, delta: { toolUse: { input } } }] as const,
    ),
    ['contentBlockStop', at],
  ];
}

export function anthropicToolEvents(tool: MockToolUse | undefined): readonly Fields[] {
  if (!tool) return [];
  const { id, name } = tool;
  const block = { type: 'tool_use', id, name, input: {} };
  const index = AFTER_TEXT;
  return [
    { type: 'content_block_start', index, content_block: block },
    ...piecesOf(tool).map((partial_json) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json },
    })),
    { type: 'content_block_stop', index },
  ];
}
