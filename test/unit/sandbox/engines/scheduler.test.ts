import { expect, jest, test } from '@jest/globals';
import { scheduleSweep } from '../../../../sandbox/engines/scheduler.ts';

test('runs the sweep at every interval, one run at a time, until it is stopped', async () => {
  jest.useFakeTimers();
  try {
    const ends: (() => void)[] = [];
    const invoke = jest.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const stop = scheduleSweep({ invoke });
    await jest.advanceTimersByTimeAsync(59_999);
    expect(invoke).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(invoke).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(invoke).toHaveBeenCalledTimes(1);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(invoke).toHaveBeenCalledTimes(2);
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await jest.advanceTimersByTimeAsync(0);
    expect(isStopped).toBe(false);
    ends[1]?.();
    await stopped;
    await jest.advanceTimersByTimeAsync(600_000);
    expect(invoke).toHaveBeenCalledTimes(2);
  } finally {
    jest.useRealTimers();
  }
});
