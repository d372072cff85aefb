/** Method: a scripted model, time that passes only by sleeping and calling, chosen randomness. */
import { describe, expect, test } from '@jest/globals';
import { converseWithRetries } from '../../../../../core/call/model/converse-with-retries.ts';
import type { ConverseResult } from '../../../../../core/call/model/ports.ts';
import { answered, failedWith } from '../../../../support/call-harness.ts';

interface Scene {
  readonly script: readonly ConverseResult[];
  readonly random?: number;
  readonly callMs?: number;
  /** Time until the deadline. */
  readonly left?: number;
}

async function play({ script, random = 0.5, callMs = 10, left = 60_000 }: Scene) {
  let now = 1_000_000;
  const slept: number[] = [];
  const calls: number[] = [];
  const result = await converseWithRetries(
    {
      clock: { now: () => now },
      random: { next: () => random },
      sleeper: {
        sleep: async (ms) => {
          slept.push(ms);
          now += ms;
        },
      },
      models: {
        converse: async () => {
          calls.push(now - 1_000_000);
          now += callMs;
          const answer = script[calls.length - 1];
          if (!answer) throw new Error('called more often than the script says');
          return answer;
        },
      },
    },
    {
      candidate: { modelId: 'm', inferenceConfig: { maxTokens: 1 } },
      prompt: { system: [], messages: [] },
      deadline: now + left,
    },
  );
  const name = result.outcome === 'failed' ? result.failure.name : result.outcome;
  return { name, slept, calls: calls.length };
}

const throttled = failedWith('ThrottlingException');

describe('calling a model', () => {
  test('one try is enough when it answers', async () => {
    expect(await play({ script: [answered()] })).toEqual({
      name: 'succeeded',
      slept: [],
      calls: 1,
    });
  });

  test('throttling is tried again, up to three tries', async () => {
    expect(await play({ script: [throttled, answered()] })).toMatchObject({
      name: 'succeeded',
      calls: 2,
    });
    expect(await play({ script: [throttled, throttled, answered()] })).toMatchObject({ calls: 3 });
    expect(await play({ script: [throttled, throttled, throttled] })).toMatchObject({
      name: 'ThrottlingException',
      calls: 3,
    });
  });

  test.each([
    'ValidationException',
    'AccessDeniedException',
    'ModelTimeoutException',
    'InternalServerException',
    'ConnectionLost',
    'DeadlineExceeded',
  ])('%s is not, as it cannot help or may be billed', async (name) => {
    expect(await play({ script: [failedWith(name)] })).toEqual({ name, slept: [], calls: 1 });
  });

  test('what was never sent is', async () => {
    expect(await play({ script: [failedWith('NotSent'), answered()] })).toMatchObject({ calls: 2 });
  });

  test('a retry that fails for good ends it with that failure', async () => {
    const script = [throttled, failedWith('ModelTimeoutException')];
    expect(await play({ script })).toMatchObject({ name: 'ModelTimeoutException', calls: 2 });
  });
});

describe('the wait between tries', () => {
  test.each([
    [0, [0, 0]],
    [0.5, [200, 400]],
    [0.999, [399, 799]],
  ])('is random from nothing to a limit that doubles: %d', async (random, slept) => {
    expect(await play({ script: [throttled, throttled, answered()], random })).toMatchObject({
      slept,
    });
  });
});

describe('the deadline', () => {
  test('a call that could only be cut off is not made', async () => {
    expect(await play({ script: [], left: 499 })).toEqual({
      name: 'DeadlineBeforeCall',
      slept: [],
      calls: 0,
    });
    expect(await play({ script: [answered()], left: 500 })).toMatchObject({ calls: 1 });
    expect(await play({ script: [], left: -1 })).toMatchObject({ name: 'DeadlineBeforeCall' });
  });

  test('after a wait there must be time for a call again; else the last failure is returned', async () => {
    expect(await play({ script: [throttled], left: 700 })).toMatchObject({
      name: 'ThrottlingException',
      calls: 1,
    });
    expect(await play({ script: [throttled, answered()], left: 710 })).toMatchObject({ calls: 2 });
  });
});
