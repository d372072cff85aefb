import { describe, expect, test } from '@jest/globals';
import type { BilledByCostCenter } from '../../../../../core/insight/reconcile/billed-costs.ts';
import type { UsageSide } from '../../../../../core/insight/reconcile/collect-usage.ts';
import { driftOf, formatPermille } from '../../../../../core/insight/reconcile/drift.ts';
import { NO_OWNER, SHARED_OWNER } from '../../../../../core/insight/reconcile/metric-owners.ts';
import { reconcile } from '../../../../../core/insight/reconcile/reconcile.ts';
import type { UsageAndCost } from '../../../../../core/insight/reconcile/usage-and-cost.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const NOW = Date.parse('2026-11-25T13:00:00Z');
const SPAN = { from: '2026-11-16', to: '2026-11-25' };
const price = { input: 0.25, output: 1.25, cache_read: 0.025, cache_write: 0.3125 };
const POLICY = policyOf(
  configWith({
    models: {
      haiku: { model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0', price },
      micro: { model_id: 'amazon.nova-micro-v1:0' },
    },
  }),
);
const USD = 1_000_000_000n;
const PROFILE = 'aci7x6cih9bz';

/** USD 2.00 for the tokens it has by itself. */
function use(over: Partial<UsageAndCost> = {}): UsageAndCost {
  const tokens = { input: 4_000_000, output: 800_000, cacheRead: 0, cacheWrite: 0, ...over };
  const nanoUsd =
    BigInt(tokens.input) * 250n +
    BigInt(tokens.output) * 1_250n +
    BigInt(tokens.cacheRead) * 25n +
    (BigInt(tokens.cacheWrite) * 3_125n) / 10n;
  return { nanoUsd, ...tokens };
}

interface Given {
  readonly metered?: UsageAndCost;
  readonly observed?: UsageAndCost;
  readonly day?: string;
  /** In cents. */
  readonly billed?: number;
  readonly untagged?: number;
  readonly isTagged?: boolean;
  readonly lost?: number;
  readonly to?: string;
}

const side = (measure: UsageAndCost | undefined, day: string): UsageSide => ({
  series: new Map(measure ? [[PROFILE, new Map([[day, measure]])]] : []),
  owners: new Map([[PROFILE, { costCenter: 'retail', model: 'haiku' }]]),
});

const cents = (amount: number) => BigInt(amount) * 10_000_000n;

function compared({ day = '2026-11-18', billed, untagged = 0, isTagged = true, ...given }: Given) {
  const bill: BilledByCostCenter | undefined =
    billed === undefined
      ? undefined
      : {
          byCostCenter: new Map(isTagged ? [['retail', cents(billed)]] : []),
          untagged: cents(untagged),
          isTagged,
          requests: 1,
        };
  const result = reconcile({
    policy: POLICY,
    span: { ...SPAN, to: given.to ?? SPAN.to },
    metered: side(given.metered, day),
    observed: side(given.observed, day),
    ...(bill && { billed: bill }),
    lost: new Map([['retail', given.lost ?? 0]]),
    tolerance: 50,
    now: NOW,
  });
  const [center] = result.centers;
  return { reasons: center?.reasons, isOver: result.isOver, center };
}

const same = { metered: use(), observed: use() };

describe('the likely reason', () => {
  test.each<[string, Given, string, boolean]>([
    [
      'more tokens than metered',
      { metered: use(), observed: use({ input: 6_000_000 }) },
      'around_the_sentry',
      true,
    ],
    ['use of a profile that was never metered', { observed: use() }, 'around_the_sentry', true],
    [
      'more tokens, and calls that did not complete',
      { metered: use(), observed: use({ input: 6_000_000 }), lost: 3 },
      'lost_answers',
      true,
    ],
    [
      'cache tokens that CloudWatch leaves out',
      { metered: use({ cacheRead: 40_000_000 }), observed: use() },
      'cache_tokens',
      true,
    ],
    [
      'the same tokens at another price',
      { metered: use({ nanoUsd: 3n * USD }), observed: use() },
      'price_out_of_date',
      true,
    ],
    [
      'fewer tokens than metered',
      { metered: use(), observed: use({ output: 100_000 }) },
      'metrics_missing',
      true,
    ],
    [
      'fewer tokens, with the present day',
      { metered: use(), observed: use({ output: 100_000 }), to: '2026-11-26' },
      'day_not_over',
      true,
    ],
    [
      'no tag on any cost',
      { ...same, billed: 0, isTagged: false, untagged: 200 },
      'tag_not_active',
      false,
    ],
    [
      'use of yesterday that is not billed yet',
      { ...same, day: '2026-11-24', billed: 0, untagged: 200 },
      'billing_lag',
      false,
    ],
    [
      'a part of the bill without the tag',
      { ...same, billed: 120, untagged: 80 },
      'partly_untagged',
      true,
    ],
    ['the same use billed at another price', { ...same, billed: 150 }, 'bill_price', true],
    ['as much again as twice the use', { ...same, billed: 401 }, 'tag_elsewhere', true],
    ['a bill for usage that was not observed', { billed: 700 }, 'tag_elsewhere', true],
    [
      'more billed than metered, and CloudWatch agrees',
      { metered: use(), observed: use({ input: 8_000_000 }), billed: 300 },
      'around_the_sentry',
      true,
    ],
    [
      'less billed than metered while CloudWatch has more',
      { metered: use(), observed: use({ input: 8_000_000 }), billed: 50 },
      'unexplained',
      true,
    ],
  ])('for %s', (_, given, reason, isOver) => {
    const found = compared(given);
    expect([found.reasons, found.isOver]).toEqual([expect.arrayContaining([reason]), isOver]);
    expect(found.reasons).toHaveLength(reason === 'unexplained' ? 2 : 1);
  });

  test('there is none where all sides agree within the tolerance', () => {
    const observed = use({ input: 4_100_000 });
    expect(compared({ metered: use(), observed, billed: 205 })).toMatchObject({
      reasons: [],
      isOver: false,
    });
  });

  test('nor for a difference below a cent, however large a part it is', () => {
    const one = use({ input: 1_000, output: 10 });
    expect(compared({ metered: one, observed: use({ input: 9_000, output: 90 }) })).toMatchObject({
      reasons: [],
      isOver: false,
    });
  });

  test('a late bill does not excuse what is missing of the days before', () => {
    const days = new Map([
      ['2026-11-18', use()],
      ['2026-11-24', use({ input: 100_000, output: 0 })],
    ]);
    const both: UsageSide = { ...side(undefined, ''), series: new Map([[PROFILE, days]]) };
    const { centers } = reconcile({
      ...{ policy: POLICY, span: SPAN, metered: both, observed: both, lost: new Map() },
      billed: {
        byCostCenter: new Map([['retail', cents(50)]]),
        untagged: 0n,
        isTagged: true,
        requests: 1,
      },
      ...{ tolerance: 50, now: NOW },
    });
    expect(centers[0]?.reasons).toEqual(['bill_price']);
  });
});

test('a cost center that is only on the bill has a row', () => {
  const { centers, isOver } = reconcile({
    ...{ policy: POLICY, span: SPAN, lost: new Map(), tolerance: 50, now: NOW },
    metered: { series: new Map(), owners: new Map() },
    observed: { series: new Map(), owners: new Map() },
    billed: {
      byCostCenter: new Map([['gone', cents(700)]]),
      untagged: 0n,
      isTagged: true,
      requests: 1,
    },
  });
  expect(centers).toMatchObject([
    { costCenter: 'gone', models: [], billed: cents(700), reasons: ['tag_elsewhere'] },
  ]);
  expect(isOver).toBe(true);
});

test('several profiles of a cost center and model are one row; ids of several owners or of none are separate', () => {
  const owners: UsageSide['owners'] = new Map([
    ['one', { costCenter: 'retail', model: 'haiku' }],
    ['two', { costCenter: 'retail', model: 'haiku' }],
    ['both', { costCenter: SHARED_OWNER, model: 'micro' }],
  ]);
  const series = (ids: readonly string[]) =>
    new Map(ids.map((id) => [id, new Map([['2026-11-18', use()]])]));
  const found = reconcile({
    ...{ policy: POLICY, span: SPAN, lost: new Map(), tolerance: 50, now: NOW },
    metered: { series: series(['one', 'two', 'both']), owners },
    observed: { series: series(['one', 'two', 'both', 'other']), owners },
    billed: {
      byCostCenter: new Map([['retail', cents(400)]]),
      untagged: 0n,
      isTagged: true,
      requests: 1,
    },
  });
  expect(
    found.centers.map(({ costCenter, models, metered, billed }) => [
      costCenter,
      models.length,
      metered.nanoUsd,
      billed,
    ]),
  ).toEqual([
    [SHARED_OWNER, 1, 2n * USD, undefined],
    ['retail', 1, 4n * USD, cents(400)],
  ]);
  expect(found.others.map(({ model, reasons }) => [model, reasons])).toEqual([['other', []]]);
  expect([found.isOver, NO_OWNER]).toEqual([false, '(none)']);
});

test.each([
  [100n * USD, 105n * USD, '5.0', false],
  [100n * USD, 106n * USD, '6.0', true],
  [100n * USD, 94n * USD, '6.0', true],
  [3n * USD, 2n * USD, '33.3', true],
  [0n, 1n * USD, '100.0', true],
  [0n, 0n, '0.0', false],
  [0n, 9_999_999n, '0.0', false],
])('of %d metered and %d the drift is %s percent', (metered, other, percent, isOver) => {
  const found = driftOf(metered, other, 50);
  expect([formatPermille(found.permille), found.isOver]).toEqual([percent, isOver]);
});
