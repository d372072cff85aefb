/** Method: a model that is silent, in the time of the test. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { toStream } from '../../../../functions/proxy/response-stream.ts';

const PING = Buffer.from(': ping\n\n');
const QUARTER_MINUTE_MS = 15_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** One event after each silence. */
async function* events(...silencesMs: readonly number[]) {
  for (const silence of silencesMs) {
    await new Promise((resolve) => setTimeout(resolve, silence));
    yield Buffer.from(`after ${silence}\n`);
  }
}

async function readWhole(stream: ReadableStream<Uint8Array>): Promise<readonly string[]> {
  const reader = stream.getReader();
  const texts: string[] = [];
  for (;;) {
    const next = reader.read();
    await jest.advanceTimersByTimeAsync(QUARTER_MINUTE_MS);
    const { done, value } = await next;
    if (done) return texts;
    texts.push(Buffer.from(value).toString());
  }
}

test('a stream is never silent for long, and loses and repeats no event', async () => {
  expect(await readWhole(toStream(events(1, 40_000, 2), PING))).toEqual([
    'after 1\n',
    ': ping\n\n',
    ': ping\n\n',
    'after 40000\n',
    'after 2\n',
  ]);
});

test('a format without pings has none', async () => {
  const reader = toStream(events(60_000)).getReader();
  const next = reader.read();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(Buffer.from((await next).value ?? []).toString()).toBe('after 60000\n');
});

test('a client that leaves ends the reading of events', async () => {
  let hasEnded = false;
  async function* endless() {
    try {
      for (;;) yield Buffer.from('more');
    } finally {
      hasEnded = true;
    }
  }
  const reader = toStream(endless(), PING).getReader();
  await reader.read();
  await reader.cancel();
  expect(hasEnded).toBe(true);
});
