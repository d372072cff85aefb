/** Response of the mock Bedrock: text, and matching usage. */

import { isRecord } from '../../base/json.ts';
import type { BedrockBehavior } from './behavior.ts';
import { eventFrame } from './event-stream.ts';
import { invocationMetrics, invokeFormat, maxTokensOf } from './mock-invoke.ts';
import { converseToolEvents, type MockToolUse, toolUseOf } from './mock-tool-use.ts';

export interface MockAnswer {
  readonly text: string;
  readonly toolUse?: MockToolUse;
  readonly stopReason: 'end_turn' | 'max_tokens' | 'tool_use';
  /** As set by the test, or as a model would report. */
  readonly usage: Readonly<Record<string, unknown>> | undefined;
  readonly serviceTier?: string;
  readonly latencyMs: number;
}

const TEXT = 'This is the sandbox: no model was called, and this text is always the same.';
const OUTPUT_TOKENS = 200;
const CHARACTERS_PER_TOKEN = 4;
const PIECE_CHARACTERS = 16;

/** Response to a valid Converse body. */
export function mockAnswer(
  body: Readonly<Record<string, unknown>>,
  behavior: BedrockBehavior,
): MockAnswer {
  const maxTokens = maxTokensOf(body);
  const outputTokens = Math.min(maxTokens, OUTPUT_TOKENS);
  const { usage = usualUsage(countTokens(body), outputTokens), serviceTier } = behavior;
  const outputCount = usage === null ? outputTokens : usage.outputTokens;
  const endReason =
    typeof outputCount === 'number' && outputCount >= maxTokens ? 'max_tokens' : 'end_turn';
  const toolUse = toolUseOf(body, behavior.toolUse);
  return {
    text: behavior.text ?? TEXT,
    ...(toolUse && { toolUse }),
    stopReason: toolUse ? 'tool_use' : endReason,
    usage: usage === null ? undefined : withoutNulls(usage),
    ...(serviceTier !== undefined && { serviceTier }),
    latencyMs: behavior.latencyMs ?? 0,
  };
}

const usualUsage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
});

const withoutNulls = (usage: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));

/** One token for four characters of all text of the prompt, rounded up. */
export function countTokens(body: unknown): number {
  if (!isRecord(body)) return 0;
  const parts = PROMPT_MEMBERS.map((name) => textLength(asText(body[name])));
  return Math.ceil(parts.reduce((sum, length) => sum + length, 0) / CHARACTERS_PER_TOKEN);
}

/** Where the families have their prompts. */
const PROMPT_MEMBERS = ['system', 'messages', 'prompt', 'inputText', 'message', 'texts', 'query'];

/** A prompt, or its content, may be a plain string. */
const asText = (value: unknown): unknown => {
  if (typeof value === 'string') return { text: value };
  return Array.isArray(value)
    ? value.map((each) =>
        typeof each === 'string' || !isRecord(each) || typeof each.content !== 'string'
          ? asText(each)
          : { text: each.content },
      )
    : value;
};

/** Characters of every `text` member, however deep. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLength(item), 0);
  if (!isRecord(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (key === 'text' && typeof inner === 'string' ? inner.length : textLength(inner)),
    0,
  );
}

/** The text in the pieces that a stream brings. */
const piecesOf = (text: string): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / PIECE_CHARACTERS) }, (_, index) =>
    text.slice(index * PIECE_CHARACTERS, (index + 1) * PIECE_CHARACTERS),
  );

/** Frames of ConverseStream. */
export function converseFrames(answer: MockAnswer): readonly Buffer[] {
  const { text, toolUse, stopReason, usage, serviceTier, latencyMs } = answer;
  const tier = serviceTier === undefined ? {} : { serviceTier: { type: serviceTier } };
  const delta = (piece: string) => ({ contentBlockIndex: 0, delta: { text: piece } });
  return [
    eventFrame('messageStart', { role: 'assistant' }),
    ...piecesOf(text).map((piece) => eventFrame('contentBlockDelta', delta(piece))),
    eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
    ...(toolUse ? converseToolEvents(toolUse) : []).map((event) => eventFrame(...event)),
    eventFrame('messageStop', { stopReason }),
    eventFrame('metadata', { usage, metrics: { latencyMs }, ...tier }),
  ];
}

/** Frames of InvokeModelWithResponseStream; undefined for a model that does not stream. */
export function invokeFrames(
  modelId: string,
  body: Readonly<Record<string, unknown>>,
  answer: MockAnswer,
): readonly Buffer[] | undefined {
  const events = invokeFormat(modelId, body).events?.(answer, piecesOf(answer.text));
  return events?.map((event, index) => {
    const isLast = index === events.length - 1;
    const json = { ...event, ...(isLast && invocationMetrics(answer.usage)) };
    const bytes = Buffer.from(JSON.stringify(json)).toString('base64');
    return eventFrame('chunk', { bytes, p: PADDING.slice(0, index % PADDING.length) });
  });
}

/** Bedrock pads its events, so that their length does not reveal the text. */
const PADDING = 'abcdefghijklmnopqrstuvwxyz';
