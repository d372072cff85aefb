/** The host's clock, randomness and timers. */
import { randomUUID } from 'node:crypto';
import type { Sleeper } from '../core/bedrock/ports.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';

export const systemClock: Clock = { now: () => Date.now() };
export const systemIds: Ids = { uuid: () => randomUUID() };
export const systemRandom: Random = { next: () => Math.random() };
export const systemSleeper: Sleeper = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
