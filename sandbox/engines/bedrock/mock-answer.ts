/** Response of the mock Bedrock: text, and matching usage. */

import { isRecord } from '../../base/json.ts';
import type { BedrockBehavior } from './behavior.ts';
import { eventFrame, exceptionFrame } from './event-stream.ts';

export interface MockAnswer {
  readonly text: string;
  readonly stopReason: 'end_turn' | 'max_tokens';
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
  const config = isRecord(body.inferenceConfig) ? body.inferenceConfig : {};
  const maxTokens = typeof config.maxTokens === 'number' ? config.maxTokens : Infinity;
  const outputTokens = Math.min(maxTokens, OUTPUT_TOKENS);
  const { usage = usualUsage(countTokens(body), outputTokens), serviceTier } = behavior;
  const outputCount = usage === null ? outputTokens : usage.outputTokens;
  return {
    text: behavior.text ?? TEXT,
    stopReason:
      typeof outputCount === 'number' && outputCount >= maxTokens ? 'max_tokens' : 'end_turn',
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

/** One token for four characters of all text in `system` and `messages`, rounded up. */
export function countTokens(body: unknown): number {
  if (!isRecord(body)) return 0;
  const characters = textLength(body.system) + textLength(body.messages);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

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

/**
 * Frames of a streamed response; one that is cut off ends with an error, without usage.
 */
export function* toEventStream(answer: MockAnswer, breaksOff: boolean): Generator<Buffer> {
  const { text, stopReason, usage, serviceTier, latencyMs } = answer;
  yield eventFrame('messageStart', { role: 'assistant' });
  for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
    const piece = text.slice(start, start + PIECE_CHARACTERS);
    yield eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece } });
    if (breaksOff) {
      yield exceptionFrame('modelStreamErrorException', 'As set by the test.');
      return;
    }
  }
  yield eventFrame('contentBlockStop', { contentBlockIndex: 0 });
  yield eventFrame('messageStop', { stopReason });
  const tier = serviceTier === undefined ? {} : { serviceTier: { type: serviceTier } };
  yield eventFrame('metadata', { usage, metrics: { latencyMs }, ...tier });
}
