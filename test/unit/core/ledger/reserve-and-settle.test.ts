import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import type { LedgerStore } from '../../../../core/ledger/ports.ts';
import { reserve } from '../../../../core/ledger/reserve.ts';
import { release, settle } from '../../../../core/ledger/settle.ts';
import type { Policy } from '../../../../core/policy/policy.ts';
import { thresholdAlert } from '../../../../core/telemetry/alerts/limit-alerts.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { amounts, type Call, CenterCalls } from '../../../support/ledger-calls.ts';
import { configWith, policyOf } from '../../../support/policy.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

/** Every test has a separate account, by the cost center's name. */
let calls: CenterCalls;
let center = '';
beforeEach(() => {
  calls = new CenterCalls(table);
  center = calls.center;
  table.clock.set('2026-11-23T14:05:30.000Z');
});

const withLimits = (limits: readonly object[], over?: Record<string, unknown>): Policy =>
  calls.withLimits(limits, over);
const requestOf = (policy: Policy, call?: Call) => calls.request(policy, call);
const reserveCall = (policy: Policy, call?: Call) => calls.reserve(policy, call);
const reserved = (policy: Policy, call?: Call) => calls.reserved(policy, call);

const allowing = (limits: readonly object[]): Policy =>
  withLimits(limits, { ledger: { on_ledger_error: 'allow' } });

/** Let through by the policy; the reserving write may have taken effect, its answer is lost. */
async function uncounted(policy: Policy, isWritten: boolean, call: Call = {}) {
  const store: LedgerStore = Object.assign(Object.create(table.ledger), {
    reserve: async (write: Parameters<LedgerStore['reserve']>[0]) => {
      if (isWritten) await table.ledger.reserve(write);
      throw new LedgerUnavailableError('away');
    },
  });
  const reservation = await reserved(policy, { ...call, store });
  expect(reservation.basis).toBe('unreserved');
  return reservation;
}

const account = () => calls.account();
const counter = (key: string, of?: string) => calls.counter(key, of);

const three = [{ name: 'three', window: 'month', unit: 'requests', amount: 3 }];
const MONTH = 'three_2026-11';

describe('reserve', () => {
  test('takes the worst case on every matching limit in one write', async () => {
    const policy = withLimits([
      ...three,
      { window: 'day', unit: 'tokens', amount: 1_000 },
      { window: 'month', unit: 'usd', amount: 1 },
      { window: 'minute', unit: 'requests', amount: 9, application: 'faq' },
    ]);
    table.requests.clear();
    await reserved(policy, { worstCase: amounts(2_500) });
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 1 });
    expect(Object.fromEntries(await table.counters(account()))).toEqual({
      [MONTH]: { committed: 1, settled: 0 },
      'day-tokens_2026-11-23': { committed: 100, settled: 0 },
      'month-usd_2026-11': { committed: 2_500, settled: 0 },
      'minute-requests-faq_2026-11-23T14:05': { committed: 1, settled: 0 },
    });
  });

  test('denies the call that would exceed the limit by one nano-dollar', async () => {
    const policy = withLimits([{ name: 'usd', window: 'month', unit: 'usd', amount: 0.000001 }]);
    await reserved(policy, { worstCase: amounts(400) });
    await reserved(policy, { worstCase: amounts(599) });
    const denied = await reserveCall(policy, { worstCase: amounts(2) });
    expect(denied).toMatchObject({
      outcome: 'denied',
      limit: {
        name: 'usd',
        limit: 1_000,
        used: 0,
        reserved: 999,
        requested: 2,
        resetsAt: '2026-12-01T00:00:00.000Z',
      },
    });
    expect((await reserveCall(policy, { worstCase: amounts(1) })).outcome).toBe('reserved');
  });

  test('denies a first call that alone is over the limit, and makes no item for it', async () => {
    const policy = withLimits([{ window: 'day', unit: 'tokens', amount: 99 }]);
    expect((await reserveCall(policy)).outcome).toBe('denied');
    expect(await table.attributes(account())).toEqual({});
  });

  test('a denied call is one write and no read, and changes nothing', async () => {
    const policy = withLimits(three);
    for (let i = 0; i < 3; i++) await reserved(policy);
    const before = await table.attributes(account());
    table.requests.clear();
    expect((await reserveCall(policy)).outcome).toBe('denied');
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 1 });
    expect(await table.attributes(account())).toEqual(before);
  });

  test('an observed limit counts and never denies', async () => {
    const policy = withLimits([{ ...three[0], mode: 'observe' }]);
    for (let i = 0; i < 5; i++) await reserved(policy);
    expect(await counter(MONTH)).toEqual({ committed: 5, settled: 0 });
  });

  test('a limit narrowed to another environment is not met', async () => {
    const policy = withLimits([{ window: 'day', unit: 'requests', amount: 1, environment: 'dev' }]);
    expect((await reserved(policy)).accounts).toEqual([]);
    await reserved(policy, { environment: 'dev' });
    expect((await reserveCall(policy, { environment: 'dev' })).outcome).toBe('denied');
  });

  test('the same call again finds its own reservation; another one with its id is refused', async () => {
    const policy = withLimits(three);
    const first = await reserved(policy, { id: 'once', attempt: 'a' });
    expect(await reserved(policy, { id: 'once', attempt: 'a' })).toMatchObject({ id: first.id });
    expect(await reserveCall(policy, { id: 'once', attempt: 'b' })).toEqual({
      outcome: 'conflict',
    });
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
  });

  test('a call repeated after its window ended keeps what it holds in the old one', async () => {
    const policy = withLimits([{ name: 'm', window: 'minute', unit: 'requests', amount: 5 }]);
    await reserved(policy, { id: 'late', attempt: 'a' });
    table.clock.set('2026-11-23T14:06:00.000Z');
    const again = await reserved(policy, { id: 'late', attempt: 'a' });
    expect(again.accounts[0]?.counters.map(({ key }) => key)).toEqual(['m_2026-11-23T14:05']);
  });
});

describe('several accounts', () => {
  const modelLimit = (amount: number) => ({
    models: {
      haiku: {
        model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
        limits: [{ name: `of-${center}`, window: 'day', unit: 'requests', amount }],
      },
      micro: { model_id: 'amazon.nova-micro-v1:0' },
    },
  });

  test('what a later account refuses is released in the earlier ones', async () => {
    const policy = withLimits(three, {
      ...modelLimit(1),
      organization: {
        limits: [{ name: `o-${center}`, window: 'day', unit: 'tokens', amount: 500 }],
      },
    });
    await reserved(policy);
    const denied = await reserveCall(policy, { id: 'refused' });
    expect(denied).toMatchObject({ outcome: 'denied', limit: { owner: { kind: 'model' } } });
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
    expect(await table.attributes(account())).not.toHaveProperty('r_refused');
    expect(await counter(`o-${center}_2026-11-23`, 'account#organization#0')).toEqual({
      committed: 100,
      settled: 0,
    });
  });

  test('when an account cannot be reached, the others are released', async () => {
    const policy = withLimits(three, modelLimit(9));
    const store: LedgerStore = Object.assign(Object.create(table.ledger), {
      reserve: (write: Parameters<LedgerStore['reserve']>[0]) =>
        write.account.includes('#model#')
          ? Promise.reject(new LedgerUnavailableError('away'))
          : table.ledger.reserve(write),
      settle: (write: Parameters<LedgerStore['settle']>[0]) => table.ledger.settle(write),
    });
    await expect(reserveCall(policy, { store })).rejects.toThrow(LedgerUnavailableError);
    expect(await counter(MONTH)).toEqual({ committed: 0, settled: 0 });
  });
});

describe('ceilings', () => {
  const limits = [
    {
      name: 'ten',
      window: 'month',
      unit: 'requests',
      amount: 10,
      ceilings: [
        { percent: 20, environment: 'dev' },
        { percent: 50, model: 'haiku', fallback: 'micro' },
      ],
    },
  ];

  test('dev stops first, then the expensive model falls back, then all stops', async () => {
    const policy = withLimits(limits);
    const outcomes: string[] = [];
    for (let i = 0; i < 12; i++) {
      const dev = await reserveCall(policy, { environment: 'dev', fallback: amounts(1) });
      const other = await reserveCall(policy, { fallback: amounts(1) });
      outcomes.push(
        `${dev.outcome === 'reserved' ? dev.model : dev.outcome} ` +
          `${other.outcome === 'reserved' ? other.model : other.outcome}`,
      );
    }
    expect(outcomes).toEqual([
      'haiku haiku',
      ...Array(3).fill('denied haiku'),
      ...Array(5).fill('denied micro'),
      ...Array(3).fill('denied denied'),
    ]);
    expect(await counter('ten_2026-11')).toEqual({ committed: 10, settled: 0 });
  });

  test('the denial names the percent of the ceiling', async () => {
    const policy = withLimits(limits);
    for (let i = 0; i < 2; i++) await reserved(policy);
    expect(await reserveCall(policy, { environment: 'dev' })).toMatchObject({
      outcome: 'denied',
      limit: { ceilingPercent: 20, limit: 10, reserved: 2 },
    });
  });
});

describe('settle', () => {
  test('replaces the worst case by what was used, in one write', async () => {
    const policy = withLimits([{ name: 'usd', window: 'month', unit: 'usd', amount: 1 }]);
    const reservation = await reserved(policy, { worstCase: amounts(5_000) });
    table.requests.clear();
    const result = await settle(table.ledger, reservation, amounts(1_234));
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 1 });
    expect(await counter('usd_2026-11')).toEqual({ committed: 1_234, settled: 1_234 });
    expect(result).toMatchObject({ exceeded: false });
    expect(result.statuses).toMatchObject([{ used: 1_234, reserved: 0 }]);
    expect(await table.attributes(account())).not.toHaveProperty(`r_${reservation.id}`);
  });

  test('however often it is repeated, it counts once', async () => {
    const policy = withLimits(three);
    const reservation = await reserved(policy);
    await settle(table.ledger, reservation, amounts(1));
    const again = await settle(table.ledger, reservation, amounts(1));
    expect(again).toEqual({ exceeded: false, statuses: [], crossings: [] });
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
  });

  test('counts in the window of the reservation, past its end', async () => {
    const policy = withLimits(three);
    table.clock.set('2026-11-30T23:59:58.000Z');
    const reservation = await reserved(policy);
    table.clock.set('2026-12-01T00:00:03.000Z');
    await settle(table.ledger, reservation, amounts(1));
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
    expect(await counter('three_2026-12')).toBeUndefined();
  });

  test('more than was reserved is settled in full and said', async () => {
    const policy = withLimits([{ name: 'usd', window: 'month', unit: 'usd', amount: 0.000001 }]);
    const reservation = await reserved(policy, { worstCase: amounts(1_000) });
    const result = await settle(table.ledger, reservation, amounts(1_500));
    expect(result.exceeded).toBe(true);
    expect(await counter('usd_2026-11')).toEqual({ committed: 1_500, settled: 1_500 });
    expect((await reserveCall(policy, { worstCase: amounts(1) })).outcome).toBe('denied');
  });

  test('release frees the whole amount and leaves no reservation', async () => {
    const policy = withLimits(three);
    const reservation = await reserved(policy);
    await release(table.ledger, reservation);
    expect(await counter(MONTH)).toEqual({ committed: 0, settled: 0 });
  });

  test('release of what was never held counts nothing, and lets no late write hold it', async () => {
    const policy = allowing(three);
    const reservation = await uncounted(policy, false, { id: `late-${center}` });
    await release(table.ledger, reservation);
    expect(await counter(MONTH)).toBeUndefined();
    expect(await reserveCall(policy, { id: `late-${center}` })).toEqual({ outcome: 'conflict' });
  });

  test('each notify_at percent is passed by exactly one of many concurrent settles', async () => {
    const limit = {
      name: 'n',
      window: 'month',
      unit: 'requests',
      amount: 40,
      notify_at: [50, 100],
    };
    const policy = withLimits([limit]);
    const reservations = await Promise.all(Array.from({ length: 40 }, () => reserved(policy)));
    const results = await Promise.all(
      reservations.map((reservation) => settle(table.ledger, reservation, amounts(1))),
    );
    const crossed = results.flatMap(({ crossings }) => crossings);
    expect(crossed.map(({ percent, used }) => [percent, used]).sort()).toEqual([
      [100, 40],
      [50, 20],
    ]);
    const ids = [100, 50].map((percent) => `costCenter#${center}/n/2026-11/${percent}`);
    expect(crossed.map((crossing) => thresholdAlert(crossing).id).sort()).toEqual(ids);
  });

  test('a call let through without a reservation is charged once', async () => {
    const reservation = await uncounted(allowing(three), false);
    await settle(table.ledger, reservation, amounts(1));
    await settle(table.ledger, reservation, amounts(1));
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
  });

  test('a reservation written although its answer was lost is settled, not charged on top', async () => {
    const reservation = await uncounted(allowing(three), true);
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
    await settle(table.ledger, reservation, amounts(1));
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
  });

  test('another call with the same id can neither settle nor release it', async () => {
    const reservation = await reserved(withLimits(three));
    const other = { ...reservation, attemptId: 'other' };
    await release(table.ledger, other);
    await settle(table.ledger, other, amounts(1));
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
  });
});

describe('a step that runs again', () => {
  test('takes over what its first run holds, which then leaves it alone', async () => {
    const policy = withLimits(three);
    const first = await reserved(policy, { id: `again-${center}` });
    const again = await reserved(policy, { id: `again-${center}`, run: 'second' });
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
    await release(table.ledger, first);
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 0 });
    await settle(table.ledger, again, amounts(1));
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
  });

  test('lets no late write of its first run hold anything once it has settled', async () => {
    const policy = withLimits(three);
    const again = await reserved(policy, { id: `again-${center}`, run: 'second' });
    await settle(table.ledger, again, amounts(1));
    expect(await reserveCall(policy, { id: `again-${center}` })).toEqual({ outcome: 'conflict' });
    expect(await counter(MONTH)).toEqual({ committed: 1, settled: 1 });
  });
});

describe('shards', () => {
  const sharded = (amount: number) =>
    withLimits([{ name: 's', window: 'month', unit: 'requests', amount }], {
      ledger: { shards: 4 },
    });

  test('together they let through exactly the limit, whatever the spread', async () => {
    const policy = sharded(10);
    const decisions = await Promise.all(Array.from({ length: 40 }, () => reserveCall(policy)));
    expect(decisions.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
    const last = await reserveCall(policy);
    expect(last).toMatchObject({ outcome: 'denied', limit: { limit: 10, reserved: 10, used: 0 } });
  });

  test('what no shard alone has room for is taken from several, to the last unit', async () => {
    const policy = withLimits([{ name: 's', window: 'month', unit: 'tokens', amount: 400 }], {
      ledger: { shards: 4 },
    });
    for (let i = 0; i < 4; i++) await reserved(policy, { worstCase: amounts(1, 60) });
    const spread = await reserved(policy, { worstCase: amounts(1, 160) });
    expect(spread.accounts).toHaveLength(4);
    expect(await reserveCall(policy, { worstCase: amounts(1, 2) })).toMatchObject({
      outcome: 'denied',
      limit: { limit: 400, reserved: 400 },
    });
    const result = await settle(table.ledger, spread, amounts(1, 90));
    expect(result.exceeded).toBe(false);
    const shards = [0, 1, 2, 3].map((shard) => `account#costCenter#${center}#${shard}`);
    const settled = await Promise.all(shards.map((shard) => counter('s_2026-11', shard)));
    expect(settled.reduce((sum, state) => sum + (state?.settled ?? 0), 0)).toBe(90);
    expect(settled.reduce((sum, state) => sum + (state?.committed ?? 0), 0)).toBe(240 + 90);
  });

  test('a limit smaller than the number of shards still holds', async () => {
    const policy = sharded(2);
    const decisions = await Promise.all(Array.from({ length: 12 }, () => reserveCall(policy)));
    expect(decisions.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(2);
  });
});

test('a cost center without limits holds nothing and writes nothing', async () => {
  const policy = policyOf(configWith());
  table.requests.clear();
  const decision = await reserve(table.ledger, {
    ...requestOf(policy),
    scope: { costCenter: 'retail', application: 'faq', environment: 'dev' },
  });
  expect(decision).toMatchObject({ outcome: 'reserved', reservation: { accounts: [] } });
  expect(table.requests.size).toBe(0);
});
