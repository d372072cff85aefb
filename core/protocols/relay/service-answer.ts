/** Reads an answer of the service that comes in one piece. */
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import { memberOf } from '../../json-value.ts';
import { brokenOff } from './ports.ts';

export async function readWhole(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: Uint8Array; readonly failure?: ConverseFailure }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks) };
  } catch (error) {
    return { bytes: Buffer.concat(chunks), failure: brokenOff(error) };
  }
}

export function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The name may be in a header, with a URL behind it, or in the body, with a namespace before it. */
export function errorOf(
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
): ConverseFailure {
  const body = parsedJson(bytes);
  const named = headers['x-amzn-errortype'] ?? memberOf(body, '__type') ?? memberOf(body, 'code');
  const name = String(named ?? 'UnknownError').split(':')[0] ?? '';
  const message = memberOf(body, 'message') ?? memberOf(body, 'Message');
  return {
    name: name.slice(name.indexOf('#') + 1),
    message: typeof message === 'string' ? message : 'the service gave no reason',
  };
}
