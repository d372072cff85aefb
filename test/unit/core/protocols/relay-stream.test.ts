/**
 * Goal: whenever the reader of a stream leaves, it has got the events in their order, and the call
 * is settled once, as if the reader had stayed. Method: a reader that leaves after each event.
 */
import { expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import { sameStream } from '../../../../core/protocols/relay/dialect.ts';
import { relayStream, type StreamEnd } from '../../../../core/protocols/relay/relay-stream.ts';
import { eventFrame } from '../../../support/event-frames.ts';
import { streamCandidate } from '../../../support/stream-candidate.ts';

const start = eventFrame('messageStart', { role: 'assistant' });
const delta = (text: string) =>
  eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
const stop = eventFrame('messageStop', { stopReason: 'end_turn' });
const usage = (outputTokens: number) =>
  eventFrame('metadata', {
    usage: { inputTokens: 8, outputTokens, totalTokens: 8 + outputTokens },
  });
const exception = eventStream.exception('throttlingException', 'slow down');

/** @param leavesAfter events that the reader takes. */
async function read(frames: readonly Uint8Array[], leavesAfter = Number.POSITIVE_INFINITY) {
  const ends: StreamEnd[] = [];
  const events: string[] = [];
  let settledAfter = -1;
  const body = relayStream(
    { frames: eventStream, sleeper: { sleep: () => new Promise(setImmediate) } },
    {
      body: (async function* () {
        yield* frames;
      })(),
      candidate: streamCandidate(),
      writer: sameStream(eventStream),
      settle: async (end) => {
        ends.push(end);
        settledAfter = events.length;
      },
    },
  );
  for await (const event of body) {
    events.push(Buffer.from(event).toString('base64'));
    if (events.length === leavesAfter) break;
  }
  return { ends, events, settledAfter };
}

test.each([
  ['is complete', [start, delta('a'), delta('b'), stop, usage(2)]],
  ['reports its usage twice', [start, delta('a'), usage(1), delta('b'), stop, usage(2)]],
  ['reports no usage', [start, delta('a'), stop]],
  ['ends with an exception', [start, delta('a'), exception]],
  ['begins with an exception', [exception]],
  ['has an exception after its usage', [start, delta('a'), stop, usage(2), exception]],
  ['breaks off within an event', [start, delta('a'), delta('b').subarray(0, 30)]],
  ['is empty', []],
] as const)('of a stream that %s', async (_, frames) => {
  const whole = await read(frames);
  expect(whole.ends).toHaveLength(1);
  expect(whole.settledAfter).toBe(whole.events.length - 1);
  for (let count = 1; count <= whole.events.length; count++) {
    const { ends, events } = await read(frames, count);
    expect(ends).toEqual(whole.ends);
    expect(events).toEqual(whole.events.slice(0, count));
  }
});
