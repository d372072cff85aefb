/**
 * The memory of a stream does not grow with its length. Method: the heap after a garbage collection
 * at the end of a short and of a long stream; what a reader that kept each event would add is many
 * times the limit.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import { sameStream } from '../../../../core/protocols/relay/dialect.ts';
import { WrittenText } from '../../../../core/protocols/relay/logged-content.ts';
import { relayStream } from '../../../../core/protocols/relay/relay-stream.ts';
import { eventFrame } from '../../../support/event-frames.ts';
import { streamCandidate } from '../../../support/stream-candidate.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const EVENT_BYTES = 1_000;
const SHORT = 1_000;
const LONG = 10_000;

function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function* modelWriting(events: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < events; i++) {
    const text = String(i).padEnd(EVENT_BYTES, '.');
    yield eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
  }
  yield eventFrame('messageStop', { stopReason: 'end_turn' });
  yield eventFrame('metadata', { usage: { inputTokens: 8, outputTokens: 5, totalTokens: 13 } });
}

interface Readers {
  readonly log?: WrittenText;
  /** Takes all events. */
  readonly kept?: Uint8Array[];
}

/** Bytes in use before the last event, above those before the first. */
async function growth(events: number, { log, kept }: Readers) {
  const before = inUse();
  let count = 0;
  let grown = 0;
  const stream = relayStream(
    { frames: eventStream, sleeper: { sleep: () => new Promise(() => undefined) } },
    {
      body: modelWriting(events),
      candidate: streamCandidate(),
      writer: sameStream(eventStream),
      settle: async () => {
        grown = inUse() - before;
      },
      written: log,
    },
  );
  for await (const bytes of stream) {
    count += 1;
    kept?.push(bytes);
  }
  expect(count).toBe(events + 2);
  return grown;
}

test.each([
  ['', (): Readers => ({})],
  [', nor with its log', (): Readers => ({ log: new WrittenText() })],
])('a stream of many events takes no more than a short one%s', async (_, options) => {
  await growth(SHORT, options());
  const short = await growth(SHORT, options());
  const long = await growth(LONG, options());
  expect(long - short).toBeLessThan((LONG * EVENT_BYTES) / 10);
});

test('a reader that keeps the events is seen in the figures', async () => {
  const grown = await growth(LONG, { kept: [] });
  expect(grown).toBeGreaterThan((LONG * EVENT_BYTES) / 2);
});
