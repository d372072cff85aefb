/** Frames of `application/vnd.amazon.eventstream`, by the codec of the AWS SDK. */
import { EventStreamCodec, getChunkedStream } from '@smithy/core/event-streams';
import type { StreamFrame } from '../core/protocols/metering/stream-meter.ts';
import type { StreamFrames } from '../core/protocols/relay/ports.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

export const eventStream: StreamFrames = {
  async *read(body) {
    for await (const bytes of getChunkedStream(body)) yield toFrame(bytes);
  },
  exception: (name, message) =>
    codec.encode({
      headers: {
        ':message-type': { type: 'string', value: 'exception' },
        ':exception-type': { type: 'string', value: name },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify({ message })),
    }),
};

function toFrame(bytes: Uint8Array): StreamFrame {
  const { headers, body } = codec.decode(bytes);
  const text = (name: string): string | undefined => {
    const value = headers[name]?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const payload = parsed(body);
  switch (text(':message-type')) {
    case 'event':
      return { bytes, kind: 'event', name: text(':event-type') ?? '', message: '', payload };
    case 'exception': {
      const name = text(':exception-type') ?? 'UnknownError';
      const said = isMessage(payload) ? payload.message : 'the model stream failed';
      return { bytes, kind: 'exception', name, message: said, payload };
    }
    default: {
      const name = text(':error-code') ?? 'UnknownError';
      return { bytes, kind: 'error', name, message: text(':error-message') ?? '', payload };
    }
  }
}

const isMessage = (value: unknown): value is { message: string } =>
  typeof value === 'object' &&
  value !== null &&
  'message' in value &&
  typeof value.message === 'string';

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
