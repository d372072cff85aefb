/**
 * Method: sums of metrics as CloudWatch has them, and the ledger itself in memory; the table's own
 * conditional writes are held in test/moto/reconcile.test.ts.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Metric, MetricSums } from '../../../../core/insight/reconcile/ports.ts';
import { MemoryLedger } from '../../../../core/insight/simulate/memory-ledger.ts';
import { reconcileCosts } from '../../../../core/jobs/reconcile-costs.ts';
import type { Alert } from '../../../../core/telemetry/alerts/alert-types.ts';
import type { MetricRecord } from '../../../../core/telemetry/metric-record.ts';
import { ManualClock } from '../../../support/ledger.ts';
import { limitsConfig, policyOf } from '../../../support/policy.ts';

const DAY = '2026-11-22';
const CALL = {
  Model: 'haiku',
  ModelId: 'profile1',
  CostCenter: 'retail',
  Application: 'faq',
  Environment: 'production',
};
const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/profile1';

let clock: ManualClock;
let ledger: MemoryLedger;
let alerts: Alert[];
let records: MetricRecord[];
beforeEach(() => {
  clock = new ManualClock('2026-11-23T03:10:00.000Z');
  ledger = new MemoryLedger(clock);
  alerts = [];
  records = [];
});

interface Sums {
  readonly ours: Readonly<Record<string, number>>;
  readonly theirs: Readonly<Record<string, number>>;
  readonly lost?: number;
  /** When the sweep ended them; default: on the day of the use. */
  readonly lostOn?: string;
  readonly day?: string;
}

function metricsOf({ ours, theirs, lost, day = DAY, lostOn = day }: Sums): MetricSums {
  const sumOf = ({ namespace, name, dimensions }: Metric): number | undefined => {
    if (name === 'ReservationExpired') return lost;
    if (namespace === 'AWS/Bedrock') {
      return dimensions.ModelId === CALL.ModelId ? theirs[name] : undefined;
    }
    return ours[name];
  };
  return {
    dimensionsOf: async (namespace) =>
      namespace === 'AWS/Bedrock' ? [{ ModelId: CALL.ModelId }] : [CALL],
    sums: async (metrics, span) =>
      metrics.map((metric) => {
        const sum = sumOf(metric);
        const at = metric.name === 'ReservationExpired' ? lostOn : day;
        return new Map(sum === undefined || at < span.from || at >= span.to ? [] : [[at, sum]]);
      }),
  };
}

const LIMITS = [
  { name: 'budget', window: 'month', unit: 'usd', amount: 10 },
  { name: 'tokens', window: 'day', unit: 'tokens', amount: 1_000_000 },
  { name: 'hourly', window: 'hour', unit: 'usd', amount: 10 },
  { name: 'dev', window: 'month', unit: 'usd', amount: 10, environment: 'dev' },
];
const policyWith = (over: Record<string, unknown> = {}) =>
  policyOf(limitsConfig(LIMITS, over), {
    inferenceProfiles: new Map([['retail/faq/production/haiku', ARN]]),
  });

const run = (
  sums: Sums,
  over: { folds?: boolean; policy?: ReturnType<typeof policyWith> } = {},
) => {
  const ports: Parameters<typeof reconcileCosts>[0] = {
    metrics: metricsOf(sums),
    ledger,
    telemetry: { metrics: (record) => records.push(record) },
    alerts: { publish: async (found) => void alerts.push(...found) },
    clock,
    warn: (message) => {
      throw new Error(message);
    },
  };
  const { policy = policyWith(), folds = true } = over;
  return reconcileCosts(ports, policy, { tolerance: 50, folds });
};

// Haiku costs USD 1 and 5 per million tokens (catalogue.json).
const OURS = { InputTokens: 100_000, OutputTokens: 20_000, CostUsd: 0.2 };
const SAME = { InputTokenCount: 100_000, OutputTokenCount: 20_000 };
const MORE = { InputTokenCount: 200_000, OutputTokenCount: 40_000 };

const counters = async (account = 'account#costCenter#retail#0') =>
  Object.fromEntries((await ledger.read([account])).get(account) ?? []);

test('where all agree the drift is zero, and no alert is sent', async () => {
  expect(await run({ ours: OURS, theirs: SAME })).toEqual({
    costCenters: 1,
    overTolerance: 0,
    folded: 0,
  });
  expect(records).toMatchObject([{ CostCenter: 'retail', ReconciliationDrift: 0 }]);
  expect([alerts, await counters()]).toEqual([[], {}]);
});

test('drift is a metric, and an alert with the day in its id', async () => {
  await run({ ours: OURS, theirs: MORE }, { folds: false });
  expect(records).toMatchObject([{ CostCenter: 'retail', ReconciliationDrift: 100 }]);
  expect(alerts).toMatchObject([
    {
      type: 'ReconciliationDrift',
      id: 'reconciliation/retail/2026-11-23',
      detail: {
        owner: { kind: 'costCenter', name: 'retail' },
        percent: 100,
        usd: { metered: '0.20', observed: '0.40' },
        reasons: ['around_the_sentry'],
      },
    },
  ]);
  expect(alerts[0]?.detail.summary).toContain(
    'differs by 100.0 %: USD 0.20 metered, USD 0.40 observed by CloudWatch.',
  );
  expect(await counters()).toEqual({});
});

describe('unmetered usage', () => {
  const folded = {
    'budget_2026-11': { committed: 200_000_000, settled: 200_000_000 },
    'tokens_2026-11-23': { committed: 120_000, settled: 120_000 },
  };

  test('is charged to the open windows of day and month that it meets, once', async () => {
    expect(await run({ ours: OURS, theirs: MORE })).toMatchObject({ folded: 1 });
    expect(await counters()).toEqual(folded);
    clock.set('2026-11-23T23:59:59.000Z');
    expect(await run({ ours: OURS, theirs: MORE })).toMatchObject({ folded: 0 });
    expect(await counters()).toEqual(folded);
  });

  test('of another day is charged again', async () => {
    await run({ ours: OURS, theirs: MORE });
    clock.set('2026-11-24T03:10:00.000Z');
    expect(await run({ ours: OURS, theirs: MORE, day: '2026-11-23' })).toMatchObject({ folded: 1 });
    expect(await counters()).toMatchObject({
      'budget_2026-11': { settled: 400_000_000 },
      'tokens_2026-11-24': { settled: 120_000 },
    });
  });

  test('of earlier days is not charged', async () => {
    expect(await run({ ours: OURS, theirs: MORE, day: '2026-11-20' })).toMatchObject({ folded: 0 });
    expect(alerts).toHaveLength(1);
  });

  test('is spread over the shards of a limit', async () => {
    const policy = policyWith({ ledger: { shards: 3 } });
    expect(await run({ ours: OURS, theirs: MORE }, { policy })).toMatchObject({ folded: 3 });
    const sums = await Promise.all(
      [0, 1, 2].map((shard) => counters(`account#costCenter#retail#${shard}`)),
    );
    expect(sums.map((each) => each['tokens_2026-11-23']?.settled)).toEqual([
      40_000, 40_000, 40_000,
    ]);
    const usd = sums.reduce((sum, each) => sum + (each['budget_2026-11']?.settled ?? 0), 0);
    expect(usd).toBe(200_000_000);
  });

  test('is not charged where a call was lost before midnight, and ended after it', async () => {
    const sums = { ours: OURS, theirs: MORE, lost: 1 };
    expect(await run({ ...sums, lostOn: '2026-11-23' })).toMatchObject({ folded: 0 });
    expect(await run({ ...sums, lostOn: '2026-11-21' })).toMatchObject({ folded: 1 });
  });

  test('is what is more, whatever CloudWatch leaves out', async () => {
    // Cache tokens that no metric of Bedrock shows, and a call that fell into midnight.
    const ours = { ...OURS, CacheReadInputTokens: 2_000_000, CostUsd: 0.4 };
    expect(await run({ ours, theirs: { ...SAME, InputTokenCount: 110_000 } })).toMatchObject({
      folded: 0,
    });
    // USD 0.20 more and USD 0.20 less.
    expect(await run({ ours, theirs: MORE })).toMatchObject({ folded: 1 });
    expect(await counters()).toEqual(folded);
  });

  test('cannot be kept from being charged by a call with such a name', async () => {
    const reservation = {
      account: 'account#costCenter#retail#0',
      reservationId: 'outside-2026-11-22',
      attemptId: 'someone',
    };
    const inFlight = { costCenter: 'retail', max: 400 };
    await ledger.reserve({
      ...reservation,
      otherIds: [],
      leaseExpiresAt: 2e9,
      amounts: [],
      inFlight,
    });
    expect(await run({ ours: OURS, theirs: MORE })).toMatchObject({ folded: 1 });
  });

  test('is not charged where lost calls were charged at their worst case', async () => {
    expect(await run({ ours: OURS, theirs: MORE, lost: 1 })).toMatchObject({ folded: 0 });
    const policy = policyWith({ ledger: { expired_reservation: 'release' } });
    const sums = { ours: OURS, theirs: MORE, lost: 1 };
    expect(await run(sums, { policy })).toMatchObject({ folded: 1 });
  });
});
