/** Frames of event streams for tests, by the codec of the AWS SDK. */
import { EventStreamCodec } from '@smithy/core/event-streams';
import { eventStream } from '../../adapters/event-stream.ts';
import type { StreamWriter } from '../../core/protocols/relay/dialect.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

const frame = (headers: Readonly<Record<string, string>>, body: string): Buffer =>
  Buffer.from(
    codec.encode({
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]),
      ),
      body: Buffer.from(body),
    }),
  );

export const eventFrame = (name: string, payload: unknown): Buffer =>
  frame(
    { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify(payload),
  );

export const exceptionFrame = (name: string, message: string): Buffer =>
  frame(
    { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  );

export const errorFrame = (code: string, message: string): Buffer =>
  frame({ ':error-code': code, ':error-message': message, ':message-type': 'error' }, '');

/** An event of InvokeModelWithResponseStream: the model's own JSON inside. */
export const chunkFrame = (json: unknown): Buffer =>
  eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(json)).toString('base64') });

/** The text that a writer makes of an answer that comes in these frames. */
export async function writtenText(
  writer: StreamWriter,
  frames: readonly Buffer[],
): Promise<string> {
  const parts: (Uint8Array | undefined)[] = [];
  const body = (async function* () {
    yield* frames;
  })();
  for await (const frame of eventStream.read(body)) parts.push(writer.event(frame));
  parts.push(writer.end());
  return Buffer.concat(parts.flatMap((part) => part ?? [])).toString();
}
