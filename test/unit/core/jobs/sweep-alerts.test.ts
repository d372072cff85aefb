/** Alerts that a sweep publishes. Method: as sweep-reservations.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import { readLimitUsage } from '../../../../core/insight/usage/limit-usage.ts';
import { settle } from '../../../../core/ledger/settle.ts';
import { allLimits } from '../../../../core/policy/limit-owners.ts';
import type { Policy } from '../../../../core/policy/policy.ts';
import { ACCOUNT, calls, MONTH, ONE_CALL, SweepHarness } from '../../../support/sweep-harness.ts';

let harness: SweepHarness;
beforeEach(async () => {
  harness = await SweepHarness.start();
});
afterEach(() => harness.table.close());

describe('calls that did not complete', () => {
  const organization = { limits: [{ ...calls, name: 'all', amount: 20 }] };
  const expire = async (ledger: object) => {
    const policy = await harness.configure([calls], ledger, { organization });
    const { id } = await harness.reserved(policy);
    await harness.reserved(policy);
    harness.passLease(policy);
    return { policy, id };
  };

  test('are published once a sweep and cost center, whichever accounts they reserved in', async () => {
    const { policy, id } = await expire({});
    await expect(harness.sweep(policy)).resolves.toMatchObject({ expired: 4, published: 1 });
    const [alert] = harness.alerts;
    expect(harness.alerts).toHaveLength(1);
    expect(alert).toMatchObject({
      type: 'ReservationsExpired',
      id: `costCenter#retail/expired/${id}`,
      detail: { owner: { kind: 'costCenter', name: 'retail' }, count: 2, charged: true },
    });
    expect(alert?.detail.summary).toMatch(
      /^2 calls of cost center retail did not complete before their lease ended: charged at the worst case\. Check .+call-/,
    );
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('are released if the policy says so, and the alert says it too', async () => {
    const { policy } = await expire({ expired_reservation: 'release' });
    await harness.sweep(policy);
    expect(harness.alerts[0]?.detail).toMatchObject({ charged: false });
    expect(harness.alerts[0]?.detail.summary).toContain('their lease ended: released.');
  });
});

describe('a first denial that could not be published', () => {
  const alertState = (key: string) => harness.table.ledger.claimAlert(ACCOUNT, key, 'denied-80');

  test('is published by the sweep, once', async () => {
    const policy = await harness.configure([calls]);
    await alertState(MONTH);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 1 });
    expect(harness.alerts).toMatchObject([
      {
        type: 'CallDenied',
        id: 'costCenter#retail/calls/2026-11/denied-80',
        detail: { percent: 80, used: 0, notify: true },
      },
    ]);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 0 });
    expect(await alertState(MONTH)).toBe(false);
  });

  test('is kept until it is published, and goes with its window, also without a counter', async () => {
    const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 1 };
    const policy = await harness.configure([minute], { history_windows: 1 });
    await alertState('m_2026-11-23T14:05');
    const away = { publish: () => Promise.reject(new Error('the bus is unavailable')) };
    harness.pass(180);
    const pending = await harness.sweep(policy, { alerts: away });
    expect(pending).toMatchObject({ published: 0, prunedCounters: 1 });
  });
});

describe('use that is too fast', () => {
  const day = { name: 'tokens', window: 'day', unit: 'tokens', amount: 3_000 };
  /** A call of 100 tokens each five minutes, and a sweep after it. */
  async function burn(policy: Policy, calls: number, over: object = {}) {
    for (let i = 0; i < calls; i++) {
      harness.pass(300);
      await settle(harness.table.ledger, await harness.reserved(policy), ONE_CALL);
      await harness.sweep(policy, over);
    }
  }
  const usage = async (policy: Policy) => {
    const [owner] = await readLimitUsage(
      { ledger: harness.table.ledger, history: harness.history },
      policy,
      [{ owner: { kind: 'costCenter', name: 'retail' }, limits: allLimits(policy) }],
      harness.table.clock.now(),
    );
    return owner?.limits[0];
  };

  test('is published before the limit is reached, once, and is in the usage', async () => {
    const policy = await harness.configure([day]);
    await harness.sweep(policy);
    await burn(policy, 13);
    expect(harness.alerts).toMatchObject([
      {
        type: 'LimitBurnRate',
        id: 'costCenter#retail/tokens/2026-11-23/burn-fast',
        detail: { pace: 'fast', amount: 3_000, resetsAt: '2026-11-24T00:00:00.000Z' },
      },
    ]);
    expect(harness.alerts[0]?.detail.summary).toMatch(
      /^Limit tokens of cost center retail will be reached at 2026-11-23T\d\d:.+ at the rate of the last hour, before it resets at 2026-11-24T00:00:00\.000Z: \d+ tokens of 3000 tokens per day used, about \d+ tokens more per hour/,
    );
    const { used, forecast, projected } = (await usage(policy)) ?? {};
    expect(used).toBe(1_300);
    expect(projected).toBeLessThan(forecast?.projected ?? 0);
    expect(forecast).toMatchObject({ burn: 'fast', perHour: { lastHour: expect.any(Number) } });
    expect(forecast?.perHour.lastHour).toBeGreaterThan(1_100);
    const reachedAt = Date.parse(forecast?.reachedAt ?? '');
    expect(reachedAt).toBeGreaterThan(harness.table.clock.now() + 3_600_000);
    expect(reachedAt).toBeLessThan(harness.table.clock.now() + 7_200_000);
  });

  test('is published later where it could not be at once, and samples are still kept', async () => {
    const policy = await harness.configure([day]);
    await harness.sweep(policy);
    await burn(policy, 6, { alerts: { publish: () => Promise.reject(new Error('no bus')) } });
    expect(harness.warnings).toContain('a burn rate could not be published');
    const kept = (await harness.history.read([{ kind: 'costCenter', name: 'retail' }]))
      .values()
      .next();
    expect(kept.value?.limits.get('tokens')?.samples).toHaveLength(7);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 1 });
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('costs the sweep nothing else when the samples cannot be read', async () => {
    const policy = await harness.configure([calls]);
    await harness.reserved(policy);
    harness.passLease(policy);
    const away = {
      read: () => Promise.reject(new LedgerUnavailableError('away')),
      write: () => Promise.reject(new LedgerUnavailableError('away')),
    };
    await expect(harness.sweep(policy, { history: away })).resolves.toMatchObject({ expired: 1 });
    expect(harness.warnings).toEqual(['the pace of use could not be watched']);
  });

  test('two sweeps at once keep one sample', async () => {
    const policy = await harness.configure([day]);
    await Promise.all([harness.sweep(policy), harness.sweep(policy)]);
    const kept = (await harness.history.read([{ kind: 'costCenter', name: 'retail' }]))
      .values()
      .next();
    expect(kept.value).toMatchObject({ revision: 1 });
  });
});

test('samples are kept of as many limits as an item holds, and of them as rarely as before', async () => {
  const many = Array.from({ length: 205 }, (_, i) => ({ ...calls, name: `calls-${i}` }));
  const policy = await harness.configure(many);
  await harness.sweep(policy);
  harness.pass(60);
  harness.table.requests.clear();
  await harness.sweep(policy);
  expect(harness.table.requests.get('UpdateItem')).toBeUndefined();
  expect(harness.warnings).toEqual([]);
});
