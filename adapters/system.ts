/** The host's clock, randomness, timers and hash. */
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Digest } from '../core/call/idempotency/ports.ts';
import type { KeySecrets } from '../core/call/identity/proxy-key-record.ts';
import type { Sleeper } from '../core/call/model/ports.ts';
import type { MessageAuthentication } from '../core/call/state-seal/ports.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { Clock } from '../core/time.ts';

export const systemClock: Clock = { now: () => Date.now() };
export const systemIds: Ids = { uuid: () => randomUUID() };
export const systemRandom: Random = { next: () => Math.random() };
export const systemDigest: Digest = {
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
};
export const systemSecrets: KeySecrets = {
  ...systemDigest,
  isEqual: (left, right) => {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};
export const systemRandomBytes = { bytes: (count: number): Uint8Array => randomBytes(count) };
export const systemSleeper: Sleeper = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export const systemMac: MessageAuthentication = {
  sign: (key, text) => hmac(key, text).toString('base64url'),
  verify: (key, text, signature) => {
    const [expected, given] = [hmac(key, text), Buffer.from(signature, 'base64url')];
    return expected.length === given.length && timingSafeEqual(expected, given);
  },
};

const hmac = (key: string, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'utf8').digest();

/** 256 random bits. */
export const newSealKey = (): string => randomBytes(32).toString('base64url');
