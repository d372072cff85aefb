import { describe, expect, test } from '@jest/globals';
import { ConcurrencyGate } from '../../../../sandbox/http/concurrency-gate.ts';

function setUp(max: number) {
  const state = { waiting: 0, running: 0, most: 0, order: [] as number[] };
  const ends: (() => void)[] = [];
  const admission = new ConcurrencyGate(max, () => state.waiting);
  const call = (id: number) =>
    admission.run(async () => {
      state.order.push(id);
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      await new Promise<void>((resolve) => ends.push(resolve));
      state.running -= 1;
      return id;
    });
  const endAll = async () => {
    for (let i = 0; i < ends.length; i += 1) {
      ends[i]?.();
      await new Promise(setImmediate);
    }
  };
  return { state, admission, call, endAll };
}

describe('an admission', () => {
  test('runs no more than its maximum at once, in order, and all of them', async () => {
    const { state, call, endAll } = setUp(3);
    const calls = Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(call));
    await new Promise(setImmediate);
    expect(state.order).toEqual([0, 1, 2]);
    await endAll();
    expect(await calls).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([state.most, state.order]).toEqual([3, [0, 1, 2, 3, 4, 5, 6, 7]]);
  });

  test('gives the place of a call that only waits to the next', async () => {
    const { state, admission, call, endAll } = setUp(1);
    const calls = Promise.all([0, 1].map(call));
    await new Promise(setImmediate);
    expect(state.order).toEqual([0]);
    state.waiting = 1;
    admission.admit();
    await new Promise(setImmediate);
    expect(state.order).toEqual([0, 1]);
    await endAll();
    await calls;
  });

  test('goes on after a call that failed', async () => {
    const admission = new ConcurrencyGate(1, () => 0);
    const failed = admission.run(() => Promise.reject(new Error('no')));
    const next = admission.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
