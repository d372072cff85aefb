/** Answers of Converse as chat completions, whole and streamed. */
import type { JsonObject } from '../../json-value.ts';
import {
  type AnswerBlock,
  ConverseParts,
  readAnswer,
  type StreamPart,
} from '../converse/answer.ts';
import { sseBytes, sseText } from '../http/sse.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { AnsweredCall, StreamWriter } from '../relay/dialect.ts';
import { streamError } from './error.ts';
import { JSON_TOOL } from './request-parameters.ts';
import { totalsOf } from './usage.ts';

const FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  refusal: 'content_filter',
};

/** Usage with what was cached within the prompt, as OpenAI counts it. */
function usageOf(counts: TokenCounts): JsonObject {
  const { input, output, total, cacheRead, cacheWrite } = totalsOf(counts);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: total,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
  };
}

const aboutOf = ({ requestId, modelName, answeredAt }: AnsweredCall) => ({
  id: `chatcmpl-${requestId.replaceAll('-', '')}`,
  created: Math.floor(answeredAt / 1000),
  model: modelName,
});

export function toCompletion(bytes: Uint8Array, call: AnsweredCall): JsonObject | undefined {
  const answer = readAnswer(bytes);
  if (!answer) return undefined;
  const { blocks, stopReason, counts } = answer;
  const isJson = blocks.some(({ toolUse }) => toolUse?.name === JSON_TOOL);
  const calls = blocks.flatMap(({ toolUse }) =>
    toolUse && toolUse.name !== JSON_TOOL ? [callOf(toolUse)] : [],
  );
  const reasoning = textsOf(blocks, 'reasoning');
  const thoughts = blocks.flatMap(thoughtOf);
  const text = isJson ? jsonText(blocks) : textsOf(blocks, 'text');
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(thoughts.length > 0 && { thinking_blocks: thoughts }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const finish = isJson ? 'stop' : (FINISH[stopReason] ?? 'stop');
  return {
    ...aboutOf(call),
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: usageOf(counts),
  };
}

const textsOf = (blocks: readonly AnswerBlock[], kind: AnswerBlock['kind']): string =>
  blocks
    .filter((block) => block.kind === kind)
    .map(({ text }) => text)
    .join('');

const jsonText = (blocks: readonly AnswerBlock[]): string =>
  blocks
    .flatMap(({ toolUse }) => (toolUse?.name === JSON_TOOL ? [JSON.stringify(toolUse.input)] : []))
    .join('');

const callOf = ({ id, name, input }: { id: string; name: string; input: unknown }) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
});

function thoughtOf({ kind, text, signature }: AnswerBlock): readonly JsonObject[] {
  if (kind === 'redacted') return [{ type: 'redacted_thinking', data: text }];
  return kind === 'reasoning'
    ? [{ type: 'thinking', thinking: text, ...(signature !== undefined && { signature }) }]
    : [];
}

/** @param withUsage whether the caller asked for the chunk with the usage. */
export function completionStream(call: AnsweredCall, withUsage: boolean): StreamWriter {
  const parts = new ConverseParts();
  const deltas = new Deltas();
  let hasStarted = false;
  const chunk = (choices: readonly JsonObject[], usage: JsonObject | null = null): string =>
    sseText(
      JSON.stringify({
        ...aboutOf(call),
        object: 'chat.completion.chunk',
        choices,
        ...(withUsage && { usage }),
      }),
    );
  const piece = (delta: JsonObject, finish: string | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }]);
  const start = (): readonly string[] => {
    if (hasStarted) return [];
    hasStarted = true;
    return [piece({ role: 'assistant', content: '', refusal: null })];
  };
  return {
    event: (frame) => {
      const events = parts.read(frame).flatMap((part) => {
        if (part.kind === 'usage') return withUsage ? [chunk([], usageOf(part.counts))] : [];
        if (part.kind === 'stop') {
          return [piece({}, deltas.isJson ? 'stop' : (FINISH[part.reason] ?? 'stop'))];
        }
        return deltas.of(part).map((delta) => piece(delta));
      });
      return sseBytes([...start(), ...events]);
    },
    end: () => sseBytes([sseText('[DONE]')]),
    // Without [DONE]: it is no complete answer.
    failure: (failure) =>
      sseBytes([sseText(JSON.stringify({ error: streamError(failure) }))]) ?? new Uint8Array(),
  };
}

/** The deltas of one message; calls of tools are numbered among themselves. */
class Deltas {
  isJson = false;
  #calls = 0;
  #hasInput = false;

  of(part: StreamPart): readonly JsonObject[] {
    switch (part.kind) {
      case 'open':
        return part.tool ? this.#open(part.tool) : [];
      case 'piece':
        return [this.#piece(part.block, part.text)];
      case 'signature':
        return [
          { thinking_blocks: [{ type: 'thinking', thinking: '', signature: part.signature }] },
        ];
      case 'close':
        return part.block === 'toolUse' && !this.#hasInput ? [this.#input('{}')] : [];
      default:
        return [];
    }
  }

  #open({ id, name }: { readonly id: string; readonly name: string }): readonly JsonObject[] {
    this.#hasInput = false;
    if (name === JSON_TOOL) {
      this.isJson = true;
      return [];
    }
    const call = { index: this.#calls, id, type: 'function', function: { name, arguments: '' } };
    this.#calls += 1;
    return [{ tool_calls: [call] }];
  }

  #piece(block: AnswerBlock['kind'], text: string): JsonObject {
    switch (block) {
      case 'text':
        return { content: text };
      case 'reasoning':
        return {
          reasoning_content: text,
          thinking_blocks: [{ type: 'thinking', thinking: text }],
        };
      case 'redacted':
        return { thinking_blocks: [{ type: 'redacted_thinking', data: text }] };
      case 'toolUse':
        return this.#input(text);
    }
  }

  #input(text: string): JsonObject {
    this.#hasInput = true;
    return this.isJson
      ? { content: text }
      : { tool_calls: [{ index: this.#calls - 1, function: { arguments: text } }] };
  }
}
