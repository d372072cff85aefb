/**
 * Settling: the held worst case becomes what the call really used, exactly once (I3), in the
 * windows the reservation was made in. Releasing is settling with zero.
 */
import type { Amounts } from './effective-limits.ts';
import type { AccountSettleResult, Counters, LedgerStore } from './ports.ts';
import type { HeldAccount, HeldCounter, HeldLimit, Reservation } from './reservation.ts';
import { crossingOf, isReached, type ThresholdCrossing } from './thresholds.ts';

/**
 * Where a limit stands right after a settle, in the limit's unit. A limit that is split over
 * several items has no amounts: one of them does not tell.
 */
export interface LimitStanding {
  readonly limit: HeldLimit;
  readonly used?: number;
  readonly reserved?: number;
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
    crossings.push(...held.counters.flatMap((counter) => crossingsOf(counter, result)));
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

/**
 * Gives back what a failed write may have taken, also when it takes effect only after this: a
 * marker of zero keeps the reservation from being made any more.
 */
export async function abandon(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, { ...reservation, basis: 'unreserved' }, NOTHING);
}

function standingsOf({ counters }: HeldAccount, after: Counters): readonly LimitStanding[] {
  return counters.flatMap(({ key, limit, shards, resetsAt }) => {
    const state = after.get(key);
    if (!state) return [];
    if (shards > 1) return [{ limit, resetsAt }];
    const { committed, settled } = state;
    return [{ limit, used: settled, reserved: committed - settled, resetsAt }];
  });
}

/**
 * Found in the settle's own returned values: settles of one item are one after the other, so
 * exactly one of them passes a given percent. Of a limit split over several items only the sum
 * counts, which the sweep looks at.
 */
function crossingsOf(
  { key, limit, shards, resetsAt }: HeldCounter,
  { counters, added }: Settled,
): readonly ThresholdCrossing[] {
  if (shards > 1) return [];
  const used = counters.get(key)?.settled ?? 0;
  const before = used - (added.get(key) ?? 0);
  return limit.notifyAt
    .filter((percent) => !isReached(before, limit, percent) && isReached(used, limit, percent))
    .map((percent) => crossingOf(limit, { key, percent, used, resetsAt }));
}
