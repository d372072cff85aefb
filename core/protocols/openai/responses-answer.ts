/** Answers of Converse as responses of the Responses API, whole and streamed. */
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
import { sealed } from './thoughts.ts';
import { totalsOf } from './usage.ts';

const INCOMPLETE: Readonly<Record<string, string>> = {
  max_tokens: 'max_output_tokens',
  model_context_window_exceeded: 'max_output_tokens',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  refusal: 'content_filter',
};

function usageOf(counts: TokenCounts): JsonObject {
  const { input, output, total, cacheRead, cacheWrite } = totalsOf(counts);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    // Converse does not count them apart.
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: total,
  };
}

interface ResponseState {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly output: readonly JsonObject[];
  readonly usage?: JsonObject;
  readonly reason?: string | undefined;
  readonly error?: JsonObject;
}

/** @param asked members of the request that a response repeats. */
function responseOf(
  { requestId, modelName, answeredAt }: AnsweredCall,
  asked: JsonObject,
  { status, output, usage, reason, error }: ResponseState,
): JsonObject {
  return {
    id: `resp_${requestId.replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(answeredAt / 1000),
    status,
    background: false,
    error: error ?? null,
    incomplete_details: status === 'incomplete' ? { reason: reason ?? 'max_output_tokens' } : null,
    instructions: asked.instructions ?? null,
    max_output_tokens: asked.max_output_tokens ?? null,
    model: modelName,
    output,
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: asked.reasoning ?? { effort: null, summary: null },
    store: false,
    temperature: asked.temperature ?? null,
    text: asked.text ?? { format: { type: 'text' } },
    tool_choice: asked.tool_choice ?? 'auto',
    tools: asked.tools ?? [],
    top_p: asked.top_p ?? null,
    truncation: 'disabled',
    usage: usage ?? null,
    metadata: asked.metadata ?? {},
  };
}

export function toResponse(
  bytes: Uint8Array,
  call: AnsweredCall,
  asked: JsonObject,
): JsonObject | undefined {
  const answer = readAnswer(bytes);
  if (!answer) return undefined;
  const output = answer.blocks.map((block, index) => itemOf(idOf(call, block, index), block));
  const reason = INCOMPLETE[answer.stopReason];
  const status = reason === undefined ? 'completed' : 'incomplete';
  return responseOf(call, asked, { status, output, reason, usage: usageOf(answer.counts) });
}

const isAnswer = ({ kind, toolUse }: AnswerBlock): boolean =>
  kind === 'text' || toolUse?.name === JSON_TOOL;

const PREFIXES = { text: 'msg', reasoning: 'rs', redacted: 'rs', toolUse: 'fc' } as const;

function idOf({ requestId }: AnsweredCall, block: AnswerBlock, index: number): string {
  const prefix = isAnswer(block) ? 'msg' : PREFIXES[block.kind];
  return `${prefix}_${requestId.replaceAll('-', '')}${index}`;
}

const textPart = (text: string) => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: [],
});

/** An item of the output that is complete. */
function itemOf(id: string, block: AnswerBlock): JsonObject {
  const { kind, text, signature, toolUse } = block;
  if (toolUse && toolUse.name !== JSON_TOOL) {
    const { id: callId, name, input } = toolUse;
    const done = { status: 'completed', call_id: callId, name };
    return { id, type: 'function_call', ...done, arguments: JSON.stringify(input) };
  }
  if (kind === 'redacted') {
    return { id, type: 'reasoning', summary: [], encrypted_content: sealed({ redacted: text }) };
  }
  if (kind === 'reasoning') {
    const summary = [{ type: 'summary_text', text }];
    const thought = { text, ...(signature !== undefined && { signature }) };
    return { id, type: 'reasoning', summary, encrypted_content: sealed(thought) };
  }
  const content = [textPart(toolUse ? JSON.stringify(toolUse.input) : text)];
  return { id, type: 'message', status: 'completed', role: 'assistant', content };
}

/** The block that is being written, with the text so far. */
interface OpenBlock {
  readonly id: string;
  readonly index: number;
  readonly block: AnswerBlock;
  text: string;
  signature?: string;
}

export function responseStream(call: AnsweredCall, asked: JsonObject): StreamWriter {
  const parts = new ConverseParts();
  const events = new ResponseEvents(call);
  const output: JsonObject[] = [];
  let hasStarted = false;
  let reason: string | undefined;
  let counts: TokenCounts | undefined;
  const response = (state: Omit<ResponseState, 'output'>) => ({
    response: responseOf(call, asked, { ...state, output }),
  });
  const start = (): readonly string[] => {
    if (hasStarted) return [];
    hasStarted = true;
    const begun = response({ status: 'in_progress' });
    return [events.event('response.created', begun), events.event('response.in_progress', begun)];
  };
  return {
    event: (frame) => {
      const written = parts.read(frame).flatMap((part) => {
        if (part.kind === 'usage') counts = part.counts;
        if (part.kind === 'stop') reason = INCOMPLETE[part.reason];
        const { texts, done } = events.of(part);
        if (done) output.push(done);
        return texts;
      });
      return sseBytes([...start(), ...written]);
    },
    end: () => {
      const status = reason === undefined ? 'completed' : 'incomplete';
      const usage = usageOf(counts ?? {});
      const state = { status, reason, ...(counts && { usage }) } as const;
      return sseBytes([...start(), events.event(`response.${status}`, response(state))]);
    },
    failure: (failure) => {
      const { message, code } = streamError(failure);
      const failed = response({ status: 'failed', error: { code, message } });
      return (
        sseBytes([
          ...start(),
          events.event('error', { code, message, param: null }),
          events.event('response.failed', failed),
        ]) ?? new Uint8Array()
      );
    },
  };
}

/** The events of one response, numbered. */
class ResponseEvents {
  readonly #call: AnsweredCall;
  #number = 0;
  #open: OpenBlock | undefined;

  constructor(call: AnsweredCall) {
    this.#call = call;
  }

  event(type: string, data: JsonObject): string {
    const text = JSON.stringify({ type, ...data, sequence_number: this.#number });
    this.#number += 1;
    return sseText(text, type);
  }

  of(part: StreamPart): { readonly texts: readonly string[]; readonly done?: JsonObject } {
    const open = this.#open;
    switch (part.kind) {
      case 'open': {
        const toolUse = part.tool && { ...part.tool, input: {} };
        const block = { kind: part.block, text: '', ...(toolUse && { toolUse }) };
        const id = idOf(this.#call, block, part.index);
        this.#open = { id, index: part.index, block, text: '' };
        return { texts: this.#begin(this.#open) };
      }
      case 'piece':
        if (!open) return { texts: [] };
        open.text += part.text;
        return { texts: this.#delta(open, part.text) };
      case 'signature':
        if (open) open.signature = part.signature;
        return { texts: [] };
      case 'close':
        this.#open = undefined;
        return open ? this.#end(open) : { texts: [] };
      default:
        return { texts: [] };
    }
  }

  #begin({ id, index, block }: OpenBlock): readonly string[] {
    const at = { output_index: index };
    const added = (item: JsonObject) =>
      this.event('response.output_item.added', { ...at, item: { id, ...item } });
    if (isAnswer(block)) {
      const item = { type: 'message', status: 'in_progress', role: 'assistant', content: [] };
      const part = { ...at, item_id: id, content_index: 0, part: textPart('') };
      return [added(item), this.event('response.content_part.added', part)];
    }
    if (block.toolUse) {
      const { id: callId, name } = block.toolUse;
      const begun = { status: 'in_progress', call_id: callId, name, arguments: '' };
      return [added({ type: 'function_call', ...begun })];
    }
    const reasoning = added({ type: 'reasoning', summary: [] });
    if (block.kind === 'redacted') return [reasoning];
    const part = { type: 'summary_text', text: '' };
    const summary = { ...at, item_id: id, summary_index: 0, part };
    return [reasoning, this.event('response.reasoning_summary_part.added', summary)];
  }

  #delta({ id, index, block }: OpenBlock, delta: string): readonly string[] {
    const at = { item_id: id, output_index: index };
    if (isAnswer(block)) {
      const data = { ...at, content_index: 0, delta, logprobs: [] };
      return [this.event('response.output_text.delta', data)];
    }
    if (block.toolUse) {
      return [this.event('response.function_call_arguments.delta', { ...at, delta })];
    }
    if (block.kind === 'redacted') return [];
    return [
      this.event('response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta }),
    ];
  }

  #end(open: OpenBlock): { readonly texts: readonly string[]; readonly done: JsonObject } {
    const { id, index, block, text, signature } = open;
    const at = { item_id: id, output_index: index };
    const done = block.toolUse
      ? callItem(id, block, text)
      : itemOf(id, { kind: block.kind, text, ...(signature !== undefined && { signature }) });
    const texts = isAnswer(block)
      ? [
          this.event('response.output_text.done', { ...at, content_index: 0, text, logprobs: [] }),
          this.event('response.content_part.done', {
            ...at,
            content_index: 0,
            part: textPart(text),
          }),
        ]
      : block.toolUse
        ? [
            this.event('response.function_call_arguments.done', {
              ...at,
              name: block.toolUse.name,
              arguments: text || '{}',
            }),
          ]
        : block.kind === 'redacted'
          ? []
          : [
              this.event('response.reasoning_summary_text.done', { ...at, summary_index: 0, text }),
              this.event('response.reasoning_summary_part.done', {
                ...at,
                summary_index: 0,
                part: { type: 'summary_text', text },
              }),
            ];
    const item = this.event('response.output_item.done', { output_index: index, item: done });
    return { texts: [...texts, item], done };
  }
}

/** A call whose input came in pieces: as text, exactly as the model wrote it. */
function callItem(id: string, block: AnswerBlock, text: string): JsonObject {
  if (isAnswer(block)) return itemOf(id, { kind: 'text', text });
  return { ...itemOf(id, block), arguments: text || '{}' };
}
