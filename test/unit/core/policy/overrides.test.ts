import { describe, expect, test } from '@jest/globals';
import { allLimits } from '../../../../core/policy/limit-owners.ts';
import {
  overrideExpiresAt,
  overrideKey,
  overrideSortKey,
  parseOverrides,
} from '../../../../core/policy/override-items.ts';
import { limitInForce } from '../../../../core/policy/overrides.ts';
import type { Limit, Policy } from '../../../../core/policy/policy.ts';
import { limitsOfAllOwners } from '../../../support/policy.ts';

const policy = limitsOfAllOwners();

const BUDGET = 'costCenter#retail/budget';
const CALLS = 'costCenter#retail/calls';
const UNTIL = '2026-12-01T00:00:00Z';

const CREATED = '2026-11-23T11:00:00Z';
const NOW = Date.parse('2026-11-23T12:00:00Z');

const text = { reason: 'launch week', author: 'finops', createdAt: CREATED };
const raise = { action: 'raise', amount: 700, unit: 'usd', until: UNTIL, ...text };
const calls = { ...raise, unit: 'requests', amount: 5, action: 'lower' };

let ids = 0;
const item = (body: Record<string, unknown>, key = BUDGET, audited = false) => ({
  sk: overrideSortKey(key, String(body.createdAt), `id-${++ids}`),
  body: JSON.stringify(body),
  audited,
});

const readAt = (at: number, ...items: { sk: string; body: string; audited: boolean }[]) =>
  parseOverrides(policy, items, at);

const limitNamed = (key: string): Limit => {
  const limit = allLimits(policy).find((each) => overrideKey(each) === key);
  if (!limit) throw new Error(`no limit ${key}`);
  return limit;
};

describe('a key', () => {
  test('names the owner and the limit, for limits of every owner', () => {
    expect(allLimits(policy).map(overrideKey)).toEqual([
      BUDGET,
      CALLS,
      'model#haiku/shared',
      'organization#organization/all',
    ]);
  });
});

describe('reading', () => {
  test.each([
    [{ amount: 700 }, BUDGET, 700_000_000_000],
    [{ amount: 0.000000001 }, BUDGET, 1],
    [{ amount: 120, unit: 'requests' }, CALLS, 120],
    [{ amount: 8, unit: 'tokens' }, 'model#haiku/shared', 8],
    [{ amount: 8, unit: 'requests' }, 'organization#organization/all', 8],
  ])('%j of %s gives the limit %d', (change, key, amount) => {
    const stored = item({ ...raise, ...change }, key);
    const { overrides, records, warnings } = readAt(NOW, stored);
    expect(warnings).toEqual([]);
    expect(overrides.get(key)).toEqual({ key, amount, until: Date.parse(UNTIL) });
    expect(records).toEqual([{ ...raise, ...change, amount, id: stored.sk, key, audited: false }]);
  });

  test('the newest about a limit counts, in whichever order they come', () => {
    const first = item({ ...raise, amount: 600 });
    const second = item({ ...raise, amount: 800, createdAt: '2026-11-23T11:00:00.001Z' });
    for (const items of [
      [first, second],
      [second, first],
    ]) {
      const { overrides, records } = readAt(NOW, ...items);
      expect(overrides.get(BUDGET)?.amount).toBe(800_000_000_000);
      expect(records.map(({ id }) => id)).toEqual([first.sk, second.sk]);
    }
  });

  test('an earlier one does not hold again when the newest ends', () => {
    const long = item({ ...raise, until: '2027-01-01T00:00:00Z' });
    const short = item({ ...raise, amount: 800, createdAt: '2026-11-23T11:30:00Z' });
    expect(readAt(Date.parse(UNTIL), long, short).overrides.size).toBe(0);
  });

  test('a reset ends what came before it, and is to be written down', () => {
    const reset = item({ ...text, action: 'reset', createdAt: '2026-11-23T11:30:00Z' });
    const { overrides, records } = readAt(NOW, item(raise), reset);
    expect(overrides.size).toBe(0);
    expect(records.map(({ action, amount }) => [action, amount])).toEqual([
      ['raise', 700_000_000_000],
      ['reset', undefined],
    ]);
  });

  test('an override of a limit that is gone is still to be written down', () => {
    const { overrides, records, warnings } = readAt(NOW, item(raise, 'costCenter#gone/budget'));
    expect(overrides.size).toBe(0);
    expect(records).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('a limit that is not in the policy')]);
  });

  test('an amount is never taken for another unit', () => {
    const { overrides, warnings } = readAt(NOW, item({ ...raise, amount: 700 }, CALLS));
    expect(overrides.size).toBe(0);
    expect(warnings).toEqual([
      expect.stringContaining('is in usd, but its limit is in requests now'),
    ]);
  });

  test('no warning is of an ended override', () => {
    const gone = item(raise, 'costCenter#gone/budget');
    expect(readAt(Date.parse(UNTIL), gone).warnings).toEqual([]);
  });

  test.each([
    ['must be greater than 0, got 0', { amount: 0 }],
    ['must be greater than 0, got 0', { amount: 'much' }],
    ['must be USD with at most 9 decimals, got 1e-10', { amount: 1e-10 }],
    ['is in no unit: "eur"', { unit: 'eur' }],
    ['has no end', { until: undefined }],
    ['has no end', { until: 'soon' }],
    ['lasts longer than 366 days', { until: '2028-01-01T00:00:00Z' }],
    ['has no valid creation time', { createdAt: 'yesterday' }],
    ['is not one of ours', { action: 'double' }],
    ['is not one of ours', { reason: undefined }],
    ['is not one of ours', { author: 7 }],
  ])('what %s is passed over and said', (says, change) => {
    const broken = item({ ...raise, ...change });
    const { overrides, records, warnings } = readAt(NOW, broken, item(calls, CALLS));
    expect(warnings).toEqual([`the override ${JSON.stringify(broken.sk)} ${says}`]);
    expect([...overrides.keys()]).toEqual([CALLS]);
    expect(records).toHaveLength(1);
  });

  test.each(['[]', '{', ''])('a body of %j is not one of ours', (body) => {
    const { records, warnings } = readAt(NOW, { sk: BUDGET, body, audited: false });
    expect(records).toEqual([]);
    expect(warnings).toEqual([`the override "${BUDGET}" is not one of ours`]);
  });

  test('words of any length are cut', () => {
    const long = 'x'.repeat(10_000);
    const { records } = readAt(NOW, item({ ...raise, reason: long, author: long }));
    expect(records[0]?.reason).toHaveLength(500);
    expect(records[0]?.author).toHaveLength(500);
  });
});

test('a change is kept until nothing it replaced could hold any more', () => {
  const longest = Date.parse(CREATED) + 366 * 86_400_000;
  expect((overrideExpiresAt(text) ?? 0) * 1000).toBeGreaterThan(longest);
});

describe('a limit', () => {
  const until = Date.parse(UNTIL);
  const withOverride: Policy = {
    ...policy,
    overrides: readAt(NOW, item(raise)).overrides,
  };
  const budget = limitNamed(BUDGET);

  test('has the amount of its override until that ends, not a millisecond longer', () => {
    expect(limitInForce(budget, withOverride, until - 1)).toEqual({
      ...budget,
      amount: 700_000_000_000,
    });
    expect(limitInForce(budget, withOverride, until)).toEqual(budget);
  });

  test('without an override is as configured', () => {
    const calls = limitNamed(CALLS);
    expect(limitInForce(calls, withOverride, until - 1)).toEqual(calls);
    expect(limitInForce(budget, policy, until - 1)).toEqual(budget);
  });
});
