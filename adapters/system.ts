/** The host's clock, randomness, timers and hash. */
import { createHash, randomUUID } from 'node:crypto';
import type { Digest } from '../core/call/idempotency/ports.ts';
import type { Sleeper } from '../core/call/model/ports.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';

export const systemClock: Clock = { now: () => Date.now() };
export const systemIds: Ids = { uuid: () => randomUUID() };
export const systemRandom: Random = { next: () => Math.random() };
export const systemDigest: Digest = {
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
};
export const systemSleeper: Sleeper = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
