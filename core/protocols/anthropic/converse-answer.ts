/** Answers of Converse as Messages, whole and streamed. */
import type { JsonObject } from '../../json-value.ts';
import {
  type AnswerBlock,
  type BlockKind,
  ConverseParts,
  readAnswer,
  type StreamPart,
} from '../converse/answer.ts';
import { sseBytes, sseText } from '../http/sse.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { AnsweredCall, StreamWriter } from '../relay/dialect.ts';
import { streamError } from './error.ts';

const STOP_REASONS: Readonly<Record<string, string>> = {
  end_turn: 'end_turn',
  stop_sequence: 'stop_sequence',
  tool_use: 'tool_use',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'model_context_window_exceeded',
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
  refusal: 'refusal',
};
const stopReasonOf = (reason: string): string => STOP_REASONS[reason] ?? 'end_turn';

/** A count that is not known is null, never zero. */
const usageOf = ({ input, output, cacheRead, cacheWrite, cacheWrite5m }: TokenCounts) => ({
  input_tokens: input ?? null,
  output_tokens: output ?? null,
  cache_read_input_tokens: cacheRead ?? 0,
  cache_creation_input_tokens: cacheWrite ?? 0,
  ...(cacheWrite5m !== undefined && {
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: Math.max(0, (cacheWrite ?? 0) - cacheWrite5m),
    },
  }),
});

const messageOf = ({ requestId, modelName }: AnsweredCall) => ({
  id: `msg_${requestId.replaceAll('-', '')}`,
  type: 'message',
  role: 'assistant',
  model: modelName,
});

export function toMessage(bytes: Uint8Array, call: AnsweredCall): JsonObject | undefined {
  const answer = readAnswer(bytes);
  if (!answer) return undefined;
  return {
    ...messageOf(call),
    content: answer.blocks.map(contentBlock),
    stop_reason: stopReasonOf(answer.stopReason),
    stop_sequence: null,
    usage: usageOf(answer.counts),
  };
}

function contentBlock({ kind, text, signature, toolUse }: AnswerBlock): JsonObject {
  switch (kind) {
    case 'toolUse':
      return { type: 'tool_use', ...toolUse };
    case 'reasoning':
      return { type: 'thinking', thinking: text, signature: signature ?? '' };
    case 'redacted':
      return { type: 'redacted_thinking', data: text };
    case 'text':
      return { type: 'text', text };
  }
}

export function messageStream(call: AnsweredCall): StreamWriter {
  const parts = new ConverseParts();
  let hasStarted = false;
  let reason: string | undefined;
  const start = (): readonly string[] => {
    if (hasStarted) return [];
    hasStarted = true;
    const usage = { input_tokens: 0, output_tokens: 0 };
    const message = { ...messageOf(call), content: [], stop_reason: null, stop_sequence: null };
    return [event('message_start', { message: { ...message, usage } })];
  };
  const finish = (counts: TokenCounts): readonly string[] => {
    if (reason === undefined) return [];
    const delta = { stop_reason: stopReasonOf(reason), stop_sequence: null };
    reason = undefined;
    return [event('message_delta', { delta, usage: usageOf(counts) }), event('message_stop', {})];
  };
  return {
    event: (frame) => {
      const events = parts.read(frame).flatMap((part) => {
        if (part.kind === 'usage') return finish(part.counts);
        if (part.kind === 'stop') reason = part.reason;
        return eventsOf(part);
      });
      return sseBytes([...start(), ...events]);
    },
    end: () => sseBytes(finish({})),
    failure: (failure) => streamError(failure, call.requestId),
  };
}

const event = (type: string, data: JsonObject): string =>
  sseText(JSON.stringify({ type, ...data }), type);

function eventsOf(part: StreamPart): readonly string[] {
  switch (part.kind) {
    case 'open': {
      const { index, block, tool } = part;
      // Redacted reasoning comes in one piece: its block begins with it.
      if (block === 'redacted') return [];
      const empty = contentBlock({ kind: block, text: '', signature: '' });
      const own = block === 'toolUse' ? { type: 'tool_use', ...tool, input: {} } : empty;
      return [event('content_block_start', { index, content_block: own })];
    }
    case 'piece':
      return [pieceEvent(part.index, part.block, part.text)];
    case 'signature': {
      const delta = { type: 'signature_delta', signature: part.signature };
      return [event('content_block_delta', { index: part.index, delta })];
    }
    case 'close':
      return [event('content_block_stop', { index: part.index })];
    default:
      return [];
  }
}

function pieceEvent(index: number, block: BlockKind, text: string): string {
  switch (block) {
    case 'redacted': {
      const content = { type: 'redacted_thinking', data: text };
      return event('content_block_start', { index, content_block: content });
    }
    case 'toolUse': {
      const delta = { type: 'input_json_delta', partial_json: text };
      return event('content_block_delta', { index, delta });
    }
    case 'reasoning': {
      const delta = { type: 'thinking_delta', thinking: text };
      return event('content_block_delta', { index, delta });
    }
    case 'text':
      return event('content_block_delta', { index, delta: { type: 'text_delta', text } });
  }
}
