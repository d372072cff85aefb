/**
 * Settling: the held worst case becomes what the call really used, exactly once (I3), in the
 * windows the reservation was made in. Releasing is settling with zero.
 */
import type { Amounts } from './effective-limits.ts';
import type { AccountSettleResult, Counters, LedgerStore } from './ports.ts';
import type { HeldAccount, HeldCounter, HeldLimit, Reservation } from './reservation.ts';

/** Where a limit stands right after a settle. Amounts in the limit's unit. */
export interface LimitStanding {
  readonly limit: HeldLimit;
  readonly used: number;
  readonly reserved: number;
  readonly resetsAt: string;
}

/** A `notify_at` percent that this settle passed. */
export interface ThresholdCrossing {
  /** The same for every delivery of this event: `<account>/<counter>/<percent>`. */
  readonly id: string;
  readonly limit: HeldLimit;
  readonly percent: number;
  readonly used: number;
  readonly resetsAt: string;
}

export interface SettleResult {
  /** The sweep had come first, and its charge was corrected to the real one. */
  readonly late: boolean;
  /** More was used than had been reserved on at least one counter. */
  readonly exceeded: boolean;
  readonly standings: readonly LimitStanding[];
  readonly crossings: readonly ThresholdCrossing[];
}

type Settled = Exclude<AccountSettleResult, { outcome: 'replayed' }>;

const NOTHING: Amounts = { requests: 0, tokens: 0, input_tokens: 0, output_tokens: 0, usd: 0 };

/**
 * Settles every account of a reservation at what was used.
 * Safe to repeat: a second settle changes nothing and reports no crossing.
 * @throws LedgerUnavailableError; the accounts not reached stay held until their lease ends.
 */
export async function settle(
  store: LedgerStore,
  reservation: Reservation,
  actual: Amounts,
): Promise<SettleResult> {
  const standings: LimitStanding[] = [];
  const crossings: ThresholdCrossing[] = [];
  let late = false;
  for (const held of reservation.accounts) {
    const result = await store.settle({
      account: held.account,
      reservationId: reservation.id,
      amounts: held.counters.map((counter) => ({
        key: counter.key,
        reserved: counter.reserved,
        actual: actual[counter.limit.unit],
      })),
      unreserved: reservation.basis === 'unreserved',
    });
    if (result.outcome === 'replayed') continue;
    late ||= result.outcome === 'settledLate';
    standings.push(...standingsOf(held, result.counters));
    crossings.push(...held.counters.flatMap(crossingsOf(held, result)));
  }
  const exceeded = reservation.accounts.some(({ counters }) =>
    counters.some(({ limit, reserved }) => actual[limit.unit] > reserved),
  );
  return { late, exceeded, standings, crossings };
}

/** Gives everything back; what was never held, or is settled already, stays as it is. */
export async function release(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, { ...reservation, basis: 'reserved' }, NOTHING);
}

function standingsOf({ counters }: HeldAccount, after: Counters): readonly LimitStanding[] {
  return counters.flatMap(({ key, limit, resetsAt }) => {
    const state = after.get(key);
    if (!state) return [];
    const { committed, settled } = state;
    return [{ limit, used: settled, reserved: committed - settled, resetsAt }];
  });
}

/**
 * Found in the settle's own returned values: settles of one item are one after the other, so
 * exactly one of them passes a given percent.
 */
const crossingsOf =
  ({ account }: HeldAccount, { counters, added }: Settled) =>
  ({ key, limit, resetsAt }: HeldCounter): readonly ThresholdCrossing[] => {
    const used = counters.get(key)?.settled ?? 0;
    const before = used - (added.get(key) ?? 0);
    return limit.notifyAt
      .filter((percent) => isBelow(before, limit, percent) && !isBelow(used, limit, percent))
      .map((percent) => ({ id: `${account}/${key}/${percent}`, limit, percent, used, resetsAt }));
  };

const isBelow = (used: number, { amount }: HeldLimit, percent: number) =>
  BigInt(used) * 100n < BigInt(amount) * BigInt(percent);
