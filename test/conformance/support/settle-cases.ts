/** Ends of calls under real concurrency: settled, released, expired and repeated, all at once. */
import { expect, test } from '@jest/globals';
import { DynamoDbIdempotency } from '../../../adapters/dynamodb-idempotency.ts';
import { type AmountsByUnit, NO_AMOUNTS } from '../../../core/ledger/effective-limits.ts';
import { expireReservations } from '../../../core/ledger/expire-lease.ts';
import type { Reservation } from '../../../core/ledger/reservation.ts';
import { settle } from '../../../core/ledger/settle.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import type { TestLedger } from '../../support/ledger.ts';
import { amounts, CenterCalls } from '../../support/ledger-calls.ts';
import { holdingsOf } from './at-rest.ts';
import { describeOn } from './describe-on.ts';
import type { ConformanceEngine } from './engines.ts';

const REPEATS = 30;
const WORST_USD = 1_000;
const NOW = '2026-11-23T14:05:30.000Z';
/** Past every lease and the skew allowed for, before the end of the day. */
const AFTER_LEASES = '2026-11-23T18:00:00.000Z';
const KEY = 'usd_2026-11-23';
const POLICIES = ['charge', 'release'] as const;
const ROWS = POLICIES.flatMap((expired) => [1, 4].map((shards) => ({ expired, shards })));

const numbered = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/** Charges of calls, however their ends meet. */
export const describeSettling = (of: ConformanceEngine): void =>
  describeOn(of, 'settling', (tableOf) => {
    const start = () => {
      const table = tableOf();
      table.clock.set(NOW);
      return { table, calls: new CenterCalls(table) };
    };
    endsAtOnce(of, start);
    sweeps(start);
    repeats(start);
  });

type Start = () => { readonly table: TestLedger; readonly calls: CenterCalls };

const policyWith = (calls: CenterCalls, expired: string, shards: number): Policy =>
  calls.withLimits([{ name: 'usd', window: 'day', unit: 'usd', amount: 1 }], {
    ledger: { shards, expired_reservation: expired },
  });

const sweep = ({ ledger, clock }: TestLedger, policy: Policy) =>
  expireReservations(ledger, clock, policy, Number.POSITIVE_INFINITY);

/**
 * A real sweep runs long after the calls of the leases that it ends. Here both run at once: the
 * write that arrives first ends the reservation, and decides what it is charged.
 */
function endsAtOnce({ callers }: ConformanceEngine, start: Start): void {
  test.each(ROWS)(
    'settled, released and expired ($expired) at once, $shards shards rest at what was charged',
    async ({ expired, shards }) => {
      const { table, calls } = start();
      const policy = policyWith(calls, expired, shards);
      const reservations = await numbered(callers.ending, () =>
        calls.reserved(policy, { worstCase: amounts(WORST_USD) }),
      );
      table.clock.set(AFTER_LEASES);
      const ends: { readonly id: string; readonly charged: number }[] = [];
      const settleAt = async (reservation: Reservation, actual: AmountsByUnit) => {
        const { statuses } = await settle(table.ledger, reservation, actual);
        if (statuses.length > 0) ends.push({ id: reservation.id, charged: actual.usd });
      };
      const sweepAll = async () => {
        const charged = expired === 'charge' ? WORST_USD : 0;
        const run = await sweep(table, policy);
        ends.push(...run.expired.map(({ reservationId: id }) => ({ id, charged })));
      };
      const calling = reservations.map(async (reservation, i) => {
        const end = () => settleAt(reservation, amounts(100 + i));
        if (i % 4 === 0) await end();
        else if (i % 4 === 1) await Promise.all([end(), end(), end()]);
        else if (i % 4 === 2) await settleAt(reservation, NO_AMOUNTS);
        // The others do not complete.
      });
      await Promise.all([...calling, sweepAll(), sweepAll()]);
      await sweepAll();
      expect(ends.map(({ id }) => id).sort()).toEqual(reservations.map(({ id }) => id).sort());
      const sum = ends.reduce((total, { charged }) => total + charged, 0);
      const { counters, held } = await holdingsOf(table, calls.owner, shards);
      expect(counters).toEqual({ [KEY]: { committed: sum, settled: sum } });
      expect(held).toBe(0);
    },
  );
}

function sweeps(start: Start): void {
  test.each(ROWS)(
    'two sweeps at once end each reservation once ($expired, $shards shards)',
    async ({ expired, shards }) => {
      const { table, calls } = start();
      const policy = policyWith(calls, expired, shards);
      const reservations = await numbered(REPEATS, () => calls.reserved(policy));
      expect((await sweep(table, policy)).expired).toEqual([]);
      table.clock.set(AFTER_LEASES);
      const runs = await Promise.all([sweep(table, policy), sweep(table, policy)]);
      const ended = runs.flatMap((run) => run.expired.map(({ reservationId }) => reservationId));
      expect(ended.sort()).toEqual(reservations.map(({ id }) => id).sort());
      const sum = expired === 'charge' ? REPEATS * WORST_USD : 0;
      const { counters } = await holdingsOf(table, calls.owner, shards);
      expect(counters).toEqual({ [KEY]: { committed: sum, settled: sum } });
    },
  );

  test.each(ROWS)(
    'a settle after the sweep changes nothing ($expired, $shards shards)',
    async ({ expired, shards }) => {
      const { table, calls } = start();
      const policy = policyWith(calls, expired, shards);
      const reservation = await calls.reserved(policy);
      table.clock.set(AFTER_LEASES);
      await sweep(table, policy);
      await numbered(REPEATS, () => settle(table.ledger, reservation, amounts(321)));
      const sum = expired === 'charge' ? WORST_USD : 0;
      const { counters } = await holdingsOf(table, calls.owner, shards);
      expect(counters).toEqual({ [KEY]: { committed: sum, settled: sum } });
    },
  );
}

function repeats(start: Start): void {
  const settledOnce = async (table: TestLedger, reservation: Reservation) => {
    const results = await numbered(REPEATS, () => settle(table.ledger, reservation, amounts(777)));
    return results.filter(({ statuses }) => statuses.length > 0).length;
  };

  test(`of ${REPEATS} settles of one reservation at once, one counts`, async () => {
    const { table, calls } = start();
    const policy = policyWith(calls, 'charge', 1);
    expect(await settledOnce(table, await calls.reserved(policy))).toBe(1);
    expect(await calls.counter(KEY)).toEqual({ committed: 777, settled: 777 });
  });

  test('a call that reserves many times at once holds once; another with its id holds nothing', async () => {
    const { table, calls } = start();
    const policy = policyWith(calls, 'charge', 4);
    const id = `once-${calls.center}`;
    await calls.reserved(policy, { id, attempt: 'own' });
    const decisions = await numbered(REPEATS, (i) =>
      calls.reserve(policy, { id, attempt: i % 2 === 0 ? 'own' : `other-${i}` }),
    );
    const outcomes = decisions.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(outcomes.map((_, i) => (i % 2 === 0 ? 'reserved' : 'conflict')));
    const { counters, held } = await holdingsOf(table, calls.owner, 4);
    expect(counters).toEqual({ [KEY]: { committed: WORST_USD, settled: 0 } });
    expect(held).toBe(1);
  });

  test('of many calls with one idempotency key at once, one claims it', async () => {
    const { table, calls } = start();
    const store = new DynamoDbIdempotency(table.client, table.table);
    const now = Math.floor(table.clock.now() / 1000);
    const times = { now, runningUntil: now + 60, expiresAt: now + 600 };
    const results = await numbered(REPEATS, (i) =>
      store.claim({
        record: calls.center,
        fingerprint: 'same',
        attemptId: `attempt-${i}`,
        requestId: `request-${i}`,
        ...times,
      }),
    );
    expect(results.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'running')).toHaveLength(REPEATS - 1);
  });
}
