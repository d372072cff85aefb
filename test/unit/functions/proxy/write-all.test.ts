import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { writeAll } from '../../../../functions/proxy/write-all.ts';

/** Counts how much of it was asked for. */
function source(count: number) {
  const taken = { pieces: 0, isDone: false };
  async function* pieces() {
    for (; taken.pieces < count; taken.pieces += 1) yield Buffer.from(`${taken.pieces},`);
    taken.isDone = true;
  }
  return { taken, pieces: pieces() };
}

test('everything is written in order', async () => {
  const target = new PassThrough({ highWaterMark: 4 });
  const read = text(target);
  await writeAll(source(50).pieces, target);
  target.end();
  expect(await read).toBe(Array.from({ length: 50 }, (_, at) => `${at},`).join(''));
});

test('a slow reader is waited for', async () => {
  const { taken, pieces } = source(1_000);
  const target = new PassThrough({ highWaterMark: 4 });
  const done = writeAll(pieces, target);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(taken.pieces).toBeLessThan(20);
  target.resume();
  await done;
  expect(taken.isDone).toBe(true);
});

test.each([
  ['before the first byte', 0],
  ['after some', 10],
])('a stream that has lost its reader is read to its end: %s', async (_when, after) => {
  let written = 0;
  const target: Writable = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, next) {
      written += 1;
      if (written > after) target.destroy(new Error('the client has left'));
      else next();
    },
  });
  const { taken, pieces } = source(200);
  await writeAll(pieces, target);
  expect(taken.isDone).toBe(true);
  expect(written).toBe(after + 1);
});
