/** Method: the words of a denial, for limits and callers of each kind. */
import { expect, test } from '@jest/globals';
import { limitExceeded } from '../../../../../core/call/answers/limit-exceeded.ts';
import type { DenyingLimit } from '../../../../../core/ledger/denial.ts';
import type { Per } from '../../../../../core/policy/policy.ts';
import { NEVER } from '../../../../../core/windows.ts';

const TAGS = { requestId: 'r', timestamp: '2026-11-29T00:00:00.000Z' };

const DENYING: DenyingLimit = {
  owner: { kind: 'costCenter', name: 'sales' },
  name: 'run',
  window: 'total',
  unit: 'usd',
  limit: 5_000_000_000,
  used: 4_900_000_000,
  reserved: 0,
  requested: 200_000_000,
  reason: 'used',
  resetsAt: null,
  retryAt: NEVER,
};

const detailOf = (over: Partial<DenyingLimit> = {}) =>
  limitExceeded(TAGS, { ...DENYING, ...over }, 0).detail;

test('a call that fits into an unused limit can wait for it, or get it raised', () => {
  expect(detailOf()).toMatch(/It never resets: raise the limit\.$/);
  const resetsAt = '2026-11-30T00:00:00.000Z';
  expect(detailOf({ window: 'day', resetsAt })).toMatch(new RegExp(`It resets at ${resetsAt}\\.$`));
});

test('a call that needs more than the whole limit has to become smaller', () => {
  expect(detailOf({ requested: 5_000_000_001 })).toMatch(
    /lower `max_tokens` or send a shorter prompt\.$/,
  );
  // Of what the ceiling leaves.
  expect(detailOf({ requested: 4_500_000_000, ceilingPercent: 80 })).toMatch(/lower `max_tokens`/);
  expect(detailOf({ unit: 'requests', limit: 1, requested: 2 })).not.toMatch(/max_tokens/);
});

test.each<[Per, RegExp]>([
  ['user', /a key or token that names the user/],
  ['key', /use a key/],
  ['session', /header x-sentry-session/],
])('a denial of calls that name no %s says how to name one', (kind, advice) => {
  const owner = { kind: 'costCenter', name: 'sales', holder: { kind, name: 'unknown' } } as const;
  expect(detailOf({ owner })).toMatch(advice);
  expect(detailOf({ owner: { ...owner, holder: { kind, name: 'a' } } })).not.toMatch(advice);
});
