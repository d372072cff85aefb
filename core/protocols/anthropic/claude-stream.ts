/** A stream of Claude's InvokeModel as Anthropic's own: the events are the same, the frames differ. */
import { isJsonObject } from '../../json-value.ts';
import { sseBytes, sseText } from '../http/sse.ts';
import { METRICS, type StreamFrame } from '../metering/stream-meter.ts';
import type { StreamWriter } from '../relay/dialect.ts';
import { streamError } from './error.ts';

export const claudeStream = (requestId: string): StreamWriter => ({
  event: (frame) => {
    const { text, json } = innerText(frame);
    if (text === undefined || !isJsonObject(json)) return undefined;
    const { type, ...rest } = json;
    if (typeof type !== 'string') return undefined;
    return sseBytes([sseText(sameText(text, type, rest), type)]);
  },
  end: () => undefined,
  failure: (failure) => streamError(failure, requestId),
});

interface Inner {
  readonly text?: string;
  readonly json?: unknown;
}

function innerText({ payload }: StreamFrame): Inner {
  const base64 = isJsonObject(payload) ? payload.bytes : undefined;
  if (typeof base64 !== 'string') return {};
  const text = Buffer.from(base64, 'base64').toString('utf8');
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    return {};
  }
}

/** As the model wrote it, without the counts that Bedrock adds. */
function sameText(text: string, type: string, rest: Readonly<Record<string, unknown>>): string {
  const { [METRICS]: metrics, ...own } = rest;
  return metrics === undefined && !/[\r\n]/.test(text) ? text : JSON.stringify({ type, ...own });
}
