/** Reads the answers of Converse and ConverseStream, whatever model wrote them. */
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import { countsInJson } from '../metering/read-counts.ts';
import type { StreamFrame } from '../metering/stream-meter.ts';
import type { TokenCounts } from '../metering/token-counts.ts';

export type BlockKind = 'text' | 'reasoning' | 'redacted' | 'toolUse';

export interface AnswerBlock {
  readonly kind: BlockKind;
  /** Text, reasoning, or the data that is redacted. */
  readonly text: string;
  readonly signature?: string;
  readonly toolUse?: { readonly id: string; readonly name: string; readonly input: unknown };
}

interface ConverseAnswer {
  readonly blocks: readonly AnswerBlock[];
  readonly stopReason: string;
  readonly counts: TokenCounts;
}

/** Undefined where it has no message. */
export function readAnswer(bytes: Uint8Array): ConverseAnswer | undefined {
  const json = parsed(bytes);
  const content = memberOf(json, 'output', 'message', 'content');
  if (!Array.isArray(content)) return undefined;
  const stopReason = memberOf(json, 'stopReason');
  return {
    blocks: content.flatMap((block: unknown) => answerBlock(block) ?? []),
    stopReason: typeof stopReason === 'string' ? stopReason : 'end_turn',
    counts: countsInJson(json),
  };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function answerBlock(block: unknown): AnswerBlock | undefined {
  const toolUse = memberOf(block, 'toolUse');
  if (isJsonObject(toolUse)) return { kind: 'toolUse', text: '', toolUse: toolOf(toolUse) };
  const redacted = memberOf(block, 'reasoningContent', 'redactedContent');
  if (typeof redacted === 'string') return { kind: 'redacted', text: redacted };
  const reasoning = memberOf(block, 'reasoningContent', 'reasoningText');
  if (isJsonObject(reasoning)) {
    const { text, signature } = reasoning;
    return {
      kind: 'reasoning',
      text: typeof text === 'string' ? text : '',
      ...(typeof signature === 'string' && { signature }),
    };
  }
  const cited = memberOf(block, 'citationsContent', 'content');
  const texts: readonly unknown[] = Array.isArray(cited) ? cited : [block];
  const text = texts
    .map((each) => memberOf(each, 'text'))
    .filter((each) => typeof each === 'string')
    .join('');
  return text === '' ? undefined : { kind: 'text', text };
}

const toolOf = ({ toolUseId, name, input }: JsonObject) => ({
  id: String(toolUseId ?? ''),
  name: String(name ?? ''),
  input: input ?? {},
});

/** A step of a stream; blocks are numbered without gaps, and empty ones are left out. */
export type StreamPart =
  | {
      readonly kind: 'open';
      readonly index: number;
      readonly block: BlockKind;
      readonly tool?: { readonly id: string; readonly name: string };
    }
  /** Text, reasoning, redacted data, or a piece of a tool's input, by its block. */
  | {
      readonly kind: 'piece';
      readonly index: number;
      readonly block: BlockKind;
      readonly text: string;
    }
  | { readonly kind: 'signature'; readonly index: number; readonly signature: string }
  | { readonly kind: 'close'; readonly index: number; readonly block: BlockKind }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'usage'; readonly counts: TokenCounts };

export class ConverseParts {
  #next = 0;
  #open: { readonly index: number; readonly block: BlockKind } | undefined;

  read({ name, payload }: StreamFrame): readonly StreamPart[] {
    switch (name) {
      case 'contentBlockStart':
        return this.#start(memberOf(payload, 'start', 'toolUse'));
      case 'contentBlockDelta':
        return this.#delta(memberOf(payload, 'delta'));
      case 'contentBlockStop':
        return this.#close();
      case 'messageStop':
        return [
          ...this.#close(),
          { kind: 'stop', reason: String(memberOf(payload, 'stopReason') ?? 'end_turn') },
        ];
      case 'metadata':
        return [{ kind: 'usage', counts: countsInJson(payload) }];
      default:
        return [];
    }
  }

  #start(toolUse: unknown): readonly StreamPart[] {
    if (!isJsonObject(toolUse)) return [];
    const { id, name } = toolOf(toolUse);
    return this.#opened('toolUse', { id, name });
  }

  #delta(delta: unknown): readonly StreamPart[] {
    const input = memberOf(delta, 'toolUse', 'input');
    if (typeof input === 'string') return this.#piece('toolUse', input);
    const text = memberOf(delta, 'text');
    if (typeof text === 'string') return this.#piece('text', text);
    const reasoning = memberOf(delta, 'reasoningContent');
    const thought = memberOf(reasoning, 'text');
    if (typeof thought === 'string') return this.#piece('reasoning', thought);
    const redacted = memberOf(reasoning, 'redactedContent');
    if (typeof redacted === 'string') return this.#piece('redacted', redacted);
    const signature = memberOf(reasoning, 'signature');
    if (typeof signature !== 'string') return [];
    const opened = this.#open?.block === 'reasoning' ? [] : this.#opened('reasoning');
    const index = this.#open?.index ?? 0;
    return [...opened, { kind: 'signature', index, signature }];
  }

  /** A block of another kind begins where the model does not say so. */
  #piece(block: BlockKind, text: string): readonly StreamPart[] {
    if (text === '') return [];
    const opened = this.#open?.block === block ? [] : this.#opened(block);
    const index = this.#open?.index ?? 0;
    return [...opened, { kind: 'piece', index, block, text }];
  }

  #opened(block: BlockKind, tool?: { id: string; name: string }): readonly StreamPart[] {
    const closed = this.#close();
    const index = this.#next;
    this.#next += 1;
    this.#open = { index, block };
    return [...closed, { kind: 'open', index, block, ...(tool && { tool }) }];
  }

  #close(): readonly StreamPart[] {
    const open = this.#open;
    this.#open = undefined;
    return open ? [{ kind: 'close', ...open }] : [];
  }
}
