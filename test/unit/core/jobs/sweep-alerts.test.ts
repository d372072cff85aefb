/** What a sweep tells. Method: as sweep-reservations.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import { readLimitUsage } from '../../../../core/insight/usage/limit-usage.ts';
import { settle } from '../../../../core/ledger/settle.ts';
import { allLimits } from '../../../../core/policy/limit-owners.ts';
import type { Policy } from '../../../../core/policy/policy.ts';
import { ACCOUNT, ONE_CALL, SweepBench } from '../../../support/sweep.ts';

let bench: SweepBench;
beforeEach(async () => {
  bench = await SweepBench.start();
});
afterEach(() => bench.table.close());

const MONTH = 'calls_2026-11';
const calls = { name: 'calls', window: 'month', unit: 'requests', amount: 10 };

describe('calls that did not complete', () => {
  const organization = { limits: [{ ...calls, name: 'all', amount: 20 }] };
  const expire = async (ledger: object) => {
    const policy = await bench.configure([calls], ledger, { organization });
    const { id } = await bench.reserved(policy);
    await bench.reserved(policy);
    bench.pass(policy.ledger.leaseSeconds + 10);
    return { policy, id };
  };

  test('are published once a sweep and cost center, whichever accounts they reserved in', async () => {
    const { policy, id } = await expire({});
    await expect(bench.sweep(policy)).resolves.toMatchObject({ expired: 4, published: 1 });
    const [alert] = bench.alerts;
    expect(bench.alerts).toHaveLength(1);
    expect(alert).toMatchObject({
      type: 'ReservationsExpired',
      id: `costCenter#retail/expired/${id}`,
      detail: { owner: { kind: 'costCenter', name: 'retail' }, count: 2, charged: true },
    });
    expect(alert?.detail.summary).toMatch(
      /^2 calls of cost center retail did not complete before their lease ended: charged at the worst case\. Check .+call-/,
    );
    await expect(bench.sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('are released if the policy says so, and the alert says it too', async () => {
    const { policy } = await expire({ expired_reservation: 'release' });
    await bench.sweep(policy);
    expect(bench.alerts[0]?.detail).toMatchObject({ charged: false });
    expect(bench.alerts[0]?.detail.summary).toContain('their lease ended: released.');
  });
});

describe('a first denial that nobody could tell', () => {
  const note = (key: string) => bench.table.ledger.claimAlert(ACCOUNT, key, 'denied-80');

  test('is told by the sweep, once', async () => {
    const policy = await bench.configure([calls]);
    await note(MONTH);
    await expect(bench.sweep(policy)).resolves.toMatchObject({ published: 1 });
    expect(bench.alerts).toMatchObject([
      {
        type: 'CallDenied',
        id: 'costCenter#retail/calls/2026-11/denied-80',
        detail: { percent: 80, used: 0, notify: true },
      },
    ]);
    await expect(bench.sweep(policy)).resolves.toMatchObject({ published: 0 });
    expect(await note(MONTH)).toBe(false);
  });

  test('is kept until it is told, and goes with its window, also without a counter', async () => {
    const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 1 };
    const policy = await bench.configure([minute], { history_windows: 1 });
    await note('m_2026-11-23T14:05');
    const away = { publish: () => Promise.reject(new Error('the bus is away')) };
    bench.pass(180);
    const untold = await bench.sweep(policy, { alerts: away });
    expect(untold).toMatchObject({ published: 0, prunedCounters: 1 });
  });
});

describe('use that is too fast', () => {
  const day = { name: 'tokens', window: 'day', unit: 'tokens', amount: 3_000 };
  /** A call of 100 tokens each five minutes, and a sweep after it. */
  async function burn(policy: Policy, calls: number, over: object = {}) {
    for (let i = 0; i < calls; i++) {
      bench.pass(300);
      await settle(bench.table.ledger, await bench.reserved(policy), ONE_CALL);
      await bench.sweep(policy, over);
    }
  }
  const usage = async (policy: Policy) => {
    const [owner] = await readLimitUsage(
      { ledger: bench.table.ledger, history: bench.history },
      policy,
      [{ owner: { kind: 'costCenter', name: 'retail' }, limits: allLimits(policy) }],
      bench.table.clock.now(),
    );
    return owner?.limits[0];
  };

  test('is told before the limit is reached, once, and stands in the usage', async () => {
    const policy = await bench.configure([day]);
    await bench.sweep(policy);
    await burn(policy, 13);
    expect(bench.alerts).toMatchObject([
      {
        type: 'LimitBurnRate',
        id: 'costCenter#retail/tokens/2026-11-23/burn-fast',
        detail: { pace: 'fast', amount: 3_000, resetsAt: '2026-11-24T00:00:00.000Z' },
      },
    ]);
    expect(bench.alerts[0]?.detail.summary).toMatch(
      /^Limit tokens of cost center retail will be reached at 2026-11-23T\d\d:.+ at the rate of the last hour, before it resets at 2026-11-24T00:00:00\.000Z: \d+ tokens of 3000 tokens per day used, about \d+ tokens more per hour/,
    );
    const { used, forecast, projected } = (await usage(policy)) ?? {};
    expect(used).toBe(1_300);
    expect(projected).toBeLessThan(forecast?.projected ?? 0);
    expect(forecast).toMatchObject({ burn: 'fast', perHour: { lastHour: expect.any(Number) } });
    expect(forecast?.perHour.lastHour).toBeGreaterThan(1_100);
    const reachedAt = Date.parse(forecast?.reachedAt ?? '');
    expect(reachedAt).toBeGreaterThan(bench.table.clock.now() + 3_600_000);
    expect(reachedAt).toBeLessThan(bench.table.clock.now() + 7_200_000);
  });

  test('is told later where it could not be at once, and samples are kept all the same', async () => {
    const policy = await bench.configure([day]);
    await bench.sweep(policy);
    await burn(policy, 6, { alerts: { publish: () => Promise.reject(new Error('no bus')) } });
    expect(bench.warnings).toContain('a burn rate could not be published');
    const kept = (await bench.history.read([{ kind: 'costCenter', name: 'retail' }]))
      .values()
      .next();
    expect(kept.value?.limits.get('tokens')?.samples).toHaveLength(7);
    await expect(bench.sweep(policy)).resolves.toMatchObject({ published: 1 });
    await expect(bench.sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('costs the sweep nothing else when the samples cannot be read', async () => {
    const policy = await bench.configure([calls]);
    await bench.reserved(policy);
    bench.pass(policy.ledger.leaseSeconds + 10);
    const away = {
      read: () => Promise.reject(new LedgerUnavailableError('away')),
      write: () => Promise.reject(new LedgerUnavailableError('away')),
    };
    await expect(bench.sweep(policy, { history: away })).resolves.toMatchObject({ expired: 1 });
    expect(bench.warnings).toEqual(['the pace of use could not be watched']);
  });

  test('two sweeps at once keep one sample', async () => {
    const policy = await bench.configure([day]);
    await Promise.all([bench.sweep(policy), bench.sweep(policy)]);
    const kept = (await bench.history.read([{ kind: 'costCenter', name: 'retail' }]))
      .values()
      .next();
    expect(kept.value).toMatchObject({ revision: 1 });
  });
});

test('samples are kept of as many limits as an item holds, and of them as seldom as ever', async () => {
  const many = Array.from({ length: 205 }, (_, i) => ({ ...calls, name: `calls-${i}` }));
  const policy = await bench.configure(many);
  await bench.sweep(policy);
  bench.pass(60);
  bench.table.requests.clear();
  await bench.sweep(policy);
  expect(bench.table.requests.get('UpdateItem')).toBeUndefined();
  expect(bench.warnings).toEqual([]);
});
