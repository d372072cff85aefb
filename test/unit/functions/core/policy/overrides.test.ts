import { describe, expect, test } from '@jest/globals';
import {
  limitInForce,
  limitsOf,
  type OverrideBody,
  overrideAmount,
  overrideKey,
  readOverrides,
} from '../../../../../functions/core/policy/overrides.ts';
import type { Limit, Policy } from '../../../../../functions/core/policy/policy.ts';
import { limitsConfig, policyOf } from '../../../../support/policy.ts';

const policy = policyOf(
  limitsConfig(
    [
      { name: 'budget', window: 'month', unit: 'usd', amount: 500 },
      { name: 'calls', window: 'day', unit: 'requests', amount: 100 },
    ],
    {
      models: {
        haiku: {
          model_id: 'anthropic.claude-3-haiku-20240307-v1:0',
          limits: [{ name: 'shared', window: 'day', unit: 'tokens', amount: 9 }],
        },
        micro: { model_id: 'amazon.nova-micro-v1:0' },
      },
      organization: { limits: [{ name: 'all', window: 'hour', unit: 'requests', amount: 7 }] },
    },
  ),
);

const BUDGET = 'costCenter#retail/budget';
const CALLS = 'costCenter#retail/calls';
const UNTIL = '2026-12-01T00:00:00Z';

const body: OverrideBody = {
  until: UNTIL,
  reason: 'launch week',
  author: 'finops',
  createdAt: '2026-11-23T11:00:00Z',
};

const item = (change: object, sk = BUDGET) => ({
  sk,
  body: JSON.stringify({ ...body, ...change }),
  audited: false,
});

const limitNamed = (key: string): Limit => {
  const limit = limitsOf(policy).find((each) => overrideKey(each) === key);
  if (!limit) throw new Error(`no limit ${key}`);
  return limit;
};

describe('a key', () => {
  test('names the owner and the limit, for limits of every owner', () => {
    expect(limitsOf(policy).map(overrideKey)).toEqual([
      BUDGET,
      CALLS,
      'model#haiku/shared',
      'organization#organization/all',
    ]);
  });
});

describe('reading', () => {
  test.each([
    [{ amount: 700 }, BUDGET, 'raise', 700_000_000_000],
    [{ amount: 0.000000001 }, BUDGET, 'lower', 1],
    [{ by: 100 }, BUDGET, 'raise', 600_000_000_000],
    [{ by: -499.999999999 }, BUDGET, 'lower', 1],
    [{ by: 20 }, CALLS, 'raise', 120],
    [{ by: -1 }, 'model#haiku/shared', 'lower', 8],
    [{ amount: 8 }, 'organization#organization/all', 'raise', 8],
  ] as const)('%j of %s is a %s to %d', (change, key, action, amount) => {
    const { overrides, records, warnings } = readOverrides(policy, [item(change, key)]);
    expect(warnings).toEqual([]);
    expect(overrides.get(key)).toEqual({ key, amount, until: Date.parse(UNTIL) });
    expect(records).toMatchObject([{ key, action, amount, until: UNTIL, audited: false }]);
  });

  test('a reset changes no amount, and is to be written down', () => {
    const { overrides, records } = readOverrides(policy, [item({})]);
    expect(overrides.size).toBe(0);
    const { reason, author, createdAt } = body;
    const record = { key: BUDGET, action: 'reset', reason, author, createdAt, audited: false };
    expect(records).toEqual([record]);
  });

  test('a reset of a limit that is gone is still to be written down', () => {
    expect(readOverrides(policy, [item({}, 'costCenter#gone/budget')]).records).toHaveLength(1);
  });

  test.each([
    ['is about a limit that is not in the policy', item({ amount: 1 }, 'costCenter#gone/budget')],
    ['needs one of an amount and a change', item({ amount: 1, by: 1 })],
    ['must be greater than 0, got 0', item({ amount: 0 })],
    ['must be a whole number of requests, got 1.5', item({ by: 1.5 }, CALLS)],
    ['would leave nothing of the limit: it must stay above 0', item({ by: -500 })],
    ['would make the limit too large', item({ by: 9_007_000 })],
    ['has no end', item({ amount: 1, until: undefined })],
    ['has no end', item({ amount: 1, until: 'soon' })],
    ['is not one of ours', item({ amount: 1, reason: undefined })],
    ['is not one of ours', item({ amount: 1, author: 7 })],
    ['is not one of ours', { sk: BUDGET, body: '[]', audited: false }],
    ['is not one of ours', { sk: BUDGET, body: '{', audited: false }],
  ])('what %s is passed over and said', (says, broken) => {
    const sound = item({ amount: 5 }, CALLS);
    const { overrides, records, warnings } = readOverrides(policy, [broken, sound]);
    expect(warnings).toEqual([`the override ${JSON.stringify(broken.sk)} ${says}`]);
    expect([...overrides.keys()]).toEqual([CALLS]);
    expect(records).toHaveLength(1);
  });

  test('words of any length are cut', () => {
    const long = 'x'.repeat(10_000);
    const { records } = readOverrides(policy, [item({ amount: 1, reason: long, author: long })]);
    expect(records[0]?.reason).toHaveLength(500);
    expect(records[0]?.author).toHaveLength(500);
  });
});

describe('a limit', () => {
  const until = Date.parse(UNTIL);
  const withOverride: Policy = {
    ...policy,
    overrides: readOverrides(policy, [item({ amount: 700 })]).overrides,
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

  test('cannot be changed by neither an amount nor a change', () => {
    expect(overrideAmount(budget, {})).toBe('needs one of an amount and a change');
  });
});
