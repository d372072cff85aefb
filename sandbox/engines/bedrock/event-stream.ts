/**
 * Frames of application/vnd.amazon.eventstream, as in Bedrock's streams:
 * https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream, 2026-11
 */
import { crc32 } from 'node:zlib';

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const STRING_TYPE = 7;

/** One frame: headers with text values, and a JSON body. */
function frame(headers: Readonly<Record<string, string>>, body: unknown): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const payload = Buffer.from(JSON.stringify(body));
  const total = PRELUDE_BYTES + head.length + payload.length + CRC_BYTES;
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, payload, Buffer.alloc(CRC_BYTES)]);
  message.writeUInt32BE(crc32(message.subarray(0, total - CRC_BYTES)), total - CRC_BYTES);
  return message;
}

export const eventFrame = (type: string, body: unknown): Buffer =>
  frame(
    { ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' },
    body,
  );

/** @param type a member of the stream's union, such as `modelStreamErrorException`. */
export const exceptionFrame = (type: string, message: string): Buffer =>
  frame(
    { ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' },
    { message },
  );

function header(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const bytes = Buffer.alloc(1 + name.length + 1 + 2 + text.length);
  bytes.writeUInt8(name.length, 0);
  bytes.write(name, 1, 'latin1');
  bytes.writeUInt8(STRING_TYPE, 1 + name.length);
  bytes.writeUInt16BE(text.length, 2 + name.length);
  text.copy(bytes, 4 + name.length);
  return bytes;
}
