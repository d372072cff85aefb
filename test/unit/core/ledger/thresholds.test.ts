import { describe, expect, test } from '@jest/globals';
import { ownerKeyOfAccount } from '../../../../core/ledger/account-keys.ts';
import type { AccountSnapshot } from '../../../../core/ledger/ports.ts';
import {
  isThresholdReached,
  pendingCrossings,
  type ThresholdCrossing,
  toThresholdCrossing,
} from '../../../../core/ledger/thresholds.ts';
import { parseOverrides } from '../../../../core/policy/override-items.ts';
import { limitsConfig, policyOf } from '../../../support/policy.ts';

const NOW = Date.parse('2026-11-23T14:05:30.000Z');
const KEY = 'budget_2026-11';
const ACCOUNT = 'account#costCenter#retail#0';

const budget = (over: object = {}) => ({
  name: 'budget',
  window: 'month',
  unit: 'usd',
  amount: 0.0000001,
  notify_at: [50, 80, 100],
  ...over,
});
const policy = policyOf(limitsConfig([budget()]));
const [limit] = policy.costCenters.get('retail')?.limits ?? [];
if (!limit) throw new Error('the policy has a limit');

const contents = (
  settled: number,
  {
    key = KEY,
    published,
    account = ACCOUNT,
  }: Partial<Record<'key' | 'account', string>> & {
    published?: readonly number[];
  } = {},
): AccountSnapshot => ({
  account,
  counters: new Map([[key, { committed: settled + 40, settled }]]),
  alertStates: new Map([[key, new Map((published ?? []).map((each) => [String(each), true]))]]),
  inFlight: new Map(),
  expired: [],
  staleMarkers: [],
  idleCounters: [],
  bytes: 0,
});

const percents = (crossings: readonly ThresholdCrossing[]) =>
  crossings.map(({ percent }) => percent);

describe('a percent is reached', () => {
  test.each([
    [49, 50, false],
    [50, 50, true],
    [100, 100, true],
    [99, 100, false],
    [1_000, 100, true],
  ])('with %d of 100 used: %d %% is %s', (used, percent, reached) => {
    expect(isThresholdReached(used, { amount: 100 }, percent)).toBe(reached);
  });

  test('exactly, also where a product would be no safe integer', () => {
    const amount = Number.MAX_SAFE_INTEGER;
    const half = (amount + 1) / 2;
    expect(isThresholdReached(half - 1, { amount }, 50)).toBe(false);
    expect(isThresholdReached(half, { amount }, 50)).toBe(true);
    expect(isThresholdReached(amount - 1, { amount }, 100)).toBe(false);
  });
});

describe('what was not published', () => {
  const missing = (...found: AccountSnapshot[]) => pendingCrossings(policy, found, NOW);

  test('is every percent that settled use reached; what is only reserved does not count', () => {
    expect(percents(missing(contents(49)))).toEqual([]);
    expect(percents(missing(contents(80)))).toEqual([50, 80]);
    expect(percents(missing(contents(250)))).toEqual([50, 80, 100]);
  });

  test('names the event as the settle that passes the percent does', () => {
    const [crossing] = missing(contents(50));
    const resetsAt = '2026-12-01T00:00:00.000Z';
    expect(crossing).toEqual(
      toThresholdCrossing(limit, { key: KEY, percent: 50, used: 50, resetsAt }),
    );
  });

  test('leaves out what is recorded as published', () => {
    expect(percents(missing(contents(100, { published: [50, 80] })))).toEqual([100]);
    expect(percents(missing(contents(100, { published: [50, 100] })))).toEqual([80]);
    expect(missing(contents(100, { published: [50, 80, 100] }))).toEqual([]);
  });

  test('is seen in the sum of the shards, with the note of any', () => {
    const [a, b] = [ACCOUNT, 'account#costCenter#retail#1'];
    const both = (published?: readonly number[]) =>
      missing(
        contents(40, { account: a }),
        contents(40, { account: b, ...(published !== undefined && { published }) }),
      );
    expect(both().map(({ percent, used }) => [percent, used])).toEqual([
      [50, 80],
      [80, 80],
    ]);
    expect(percents(both([50]))).toEqual([80]);
  });

  test('is not looked for in the items of others', () => {
    expect(missing(contents(100, { account: 'account#costCenter#retail-2#0' }))).toEqual([]);
    expect(missing(contents(100, { account: 'account#model#retail#0' }))).toEqual([]);
  });

  test('is measured by the amount an override gives', () => {
    const body = {
      action: 'raise',
      amount: 0.0000002,
      unit: 'usd',
      until: '2026-12-01T00:00:00Z',
      reason: 'r',
      author: 'a',
      createdAt: '2026-11-23T00:00:00Z',
    };
    const items = [{ sk: 'costCenter#retail/budget', body: JSON.stringify(body), audited: true }];
    const raised = { ...policy, overrides: parseOverrides(policy, items, NOW).overrides };
    expect(percents(pendingCrossings(raised, [contents(100)], NOW))).toEqual([50]);
    expect(percents(pendingCrossings(raised, [contents(100)], Date.parse(body.until)))).toEqual([
      50, 80, 100,
    ]);
  });

  test('is published also shortly after the window has ended, and not forever', () => {
    const at = (iso: string) => pendingCrossings(policy, [contents(50)], Date.parse(iso));
    expect(percents(at('2026-12-01T00:59:59.999Z'))).toEqual([50]);
    expect(at('2026-12-01T01:00:00.000Z')).toEqual([]);
  });

  test('goes back no further than the kept windows', () => {
    const minutes = policyOf(limitsConfig([budget({ window: 'minute' })]));
    const at = (name: string) =>
      pendingCrossings(minutes, [contents(50, { key: `budget_2026-11-23T${name}` })], NOW).length;
    expect(['14:05', '14:04', '14:02', '14:01'].map(at)).toEqual([1, 1, 1, 0]);
  });
});

test.each([
  ['account#costCenter#sales#0', 'costCenter#sales'],
  ['account#model#haiku#12', 'model#haiku'],
  ['account#organization#3', 'organization'],
])('%s is of %s', (account, owner) => {
  expect(ownerKeyOfAccount(account)).toBe(owner);
});
