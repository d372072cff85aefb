/** Follows a stream of Bedrock: what it says it used, and how much of it has come. */
import { memberOf } from '../../json-value.ts';
import type { ServedAs } from '../../pricing/price.ts';
import { countsInJson } from './read-counts.ts';
import { mergeServedAs, servedAsInJson } from './served-tier.ts';
import { highest, type TokenCounts } from './token-counts.ts';
import { writesContent } from './written-content.ts';

/** One frame of `application/vnd.amazon.eventstream`, with its bytes as they came. */
export interface StreamFrame {
  readonly bytes: Uint8Array;
  readonly kind: 'event' | 'exception' | 'error';
  /** Of an event its member of the stream, of an exception or error its name. */
  readonly name: string;
  readonly message: string;
  /** JSON, as it was parsed; undefined if it is not JSON. */
  readonly payload: unknown;
}

export class StreamMeter {
  counts: TokenCounts = {};
  servedAs: ServedAs = {};
  /** Bytes of what the model has written: at least as many as its tokens. */
  writtenBytes = 0;
  /** It has written something: no output at all can then not be right. */
  hasContent = false;
  events = 0;
  /** The model has said that it is done. */
  hasStopped = false;
  /** The event that carries the usage of the whole call has come. */
  hasUsage = false;
  /** It holds reasoning whose length cannot be seen. */
  hidesReasoning = false;

  add(frame: StreamFrame): void {
    const { kind, name } = frame;
    if (kind !== 'event') return;
    this.events += 1;
    const json = eventJson(frame);
    this.#count(json);
    this.hasUsage ||= name === 'metadata' || memberOf(json, METRICS) !== undefined;
    this.hasStopped ||= name === 'messageStop' || isStop(json);
    this.hasContent ||= name === 'chunk' ? writesContent(json) : name.startsWith('contentBlock');
    const written = name === 'chunk' ? json : memberOf(json, 'delta');
    if (written === undefined) return;
    const text = JSON.stringify(written);
    this.writtenBytes += text.length === 0 ? 0 : encoder.encode(text).length;
    this.hidesReasoning ||= HIDDEN.test(text);
  }

  /** A count of the input alone may come first, and the whole last. */
  #count(json: unknown): void {
    const found = countsInJson(json);
    if (Object.keys(found).length > 0) this.counts = highest([this.counts, found]);
    this.servedAs = mergeServedAs(this.servedAs, servedAsInJson(json));
  }
}

export const METRICS = 'amazon-bedrock-invocationMetrics';
const HIDDEN = /"(?:redactedContent|redacted_thinking|signature|signature_delta)"/;
const encoder = new TextEncoder();

/** The model's own JSON, also inside a `chunk`. */
export const eventJson = ({ name, payload }: StreamFrame): unknown =>
  name === 'chunk' ? innerJson(payload) : payload;

function innerJson(payload: unknown): unknown {
  const base64 = memberOf(payload, 'bytes');
  if (typeof base64 !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Each family says in its own way that it is done. */
function isStop(json: unknown): boolean {
  const choices = memberOf(json, 'choices');
  const outputs = memberOf(json, 'outputs');
  const reasons = [
    memberOf(json, 'stop_reason'),
    memberOf(json, 'completionReason'),
    memberOf(json, 'finish_reason'),
    memberOf(json, 'messageStop'),
    ...(Array.isArray(choices) ? choices.map((each) => memberOf(each, 'finish_reason')) : []),
    ...(Array.isArray(outputs) ? outputs.map((each) => memberOf(each, 'stop_reason')) : []),
  ];
  return (
    memberOf(json, 'type') === 'message_stop' ||
    memberOf(json, 'is_finished') === true ||
    reasons.some((reason) => reason !== undefined && reason !== null)
  );
}
