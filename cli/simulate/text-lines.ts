/** Lines of a log file of any size, compressed or not, from the disk or standard input. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** One line; `text` is absent if it is too long to read. */
interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text?: string;
}

/** A longer line is not an audit line: CloudWatch Logs accepts at most 256 KB. */
const LINE_MAX = 16_000_000;
const STDIN = '-';
const GZIP = [0x1f, 0x8b] as const;

/** @throws errors of the file system or gzip. */
export async function* textLines(file: string): AsyncIterable<TextLine> {
  const decoder = new TextDecoder();
  let number = 1;
  let rest = '';
  let isTooLong = false;
  for await (const chunk of unzipped(file === STDIN ? process.stdin : createReadStream(file))) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [i, part] of parts.entries()) {
      if (i > 0) {
        yield isTooLong ? { number } : { number, text: rest };
        number += 1;
        rest = '';
        isTooLong = false;
      }
      isTooLong ||= rest.length + part.length > LINE_MAX;
      rest = isTooLong ? '' : rest + part;
    }
  }
  rest += decoder.decode();
  if (rest !== '' || isTooLong) yield isTooLong ? { number } : { number, text: rest };
}

/** Detected by its first bytes, not by its name. */
async function* unzipped(source: AsyncIterable<Buffer | string>): AsyncIterable<Buffer> {
  const chunks = buffers(source)[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= GZIP.length) break;
  }
  const all = (async function* () {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  })();
  if (!GZIP.every((byte, i) => head[i] === byte)) {
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  // If this fails, the read below fails as well.
  const feeding = pipeline(all, gunzip).catch(() => undefined);
  for await (const chunk of gunzip) yield Buffer.from(chunk);
  await feeding;
}

async function* buffers(source: AsyncIterable<Buffer | string>): AsyncIterable<Buffer> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
