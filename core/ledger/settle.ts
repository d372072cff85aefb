/**
 * Settling: the held worst case becomes what the call really used, exactly once (I3), in the
 * windows the reservation was made in. Releasing is settling with zero.
 */
import { ownerKey } from '../policy/limit-owners.ts';
import type { AmountsByUnit } from './effective-limits.ts';
import type { Counters, LedgerStore, SettleAmount, SettleWriteResult } from './ports.ts';
import type {
  LimitSnapshot,
  Reservation,
  ReservedAccount,
  ReservedCounter,
} from './reservation.ts';
import { isThresholdReached, type ThresholdCrossing, toThresholdCrossing } from './thresholds.ts';

/**
 * Where a limit stands right after a settle, in the limit's unit. A limit that is split over
 * several items has no amounts: one of them does not tell.
 */
export interface LimitStatus {
  readonly limit: LimitSnapshot;
  readonly used?: number;
  readonly reserved?: number;
  readonly resetsAt: string;
}

export interface SettleResult {
  /** The sweep had come first, and its charge was corrected to the real one. */
  readonly late: boolean;
  /** More was used than had been reserved on at least one counter. */
  readonly exceeded: boolean;
  readonly standings: readonly LimitStatus[];
  readonly crossings: readonly ThresholdCrossing[];
}

type Settled = Exclude<SettleWriteResult, { outcome: 'replayed' }>;

const NOTHING: AmountsByUnit = {
  requests: 0,
  tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  usd: 0,
};

/**
 * Settles every account of a reservation at what was used.
 * Safe to repeat: a second settle changes nothing and reports no crossing.
 * @throws LedgerUnavailableError; the accounts not reached stay held until their lease ends.
 */
export async function settle(
  store: LedgerStore,
  reservation: Reservation,
  actual: AmountsByUnit,
): Promise<SettleResult> {
  const standings = new Map<string, LimitStatus>();
  const crossings: ThresholdCrossing[] = [];
  const parts = partsOf(reservation, actual);
  let late = false;
  for (const { held, amounts } of parts) {
    const result = await store.settle({
      account: held.account,
      reservationId: reservation.id,
      attemptId: reservation.attemptId,
      amounts,
      closes: held.isRepeated || reservation.basis === 'unreserved',
    });
    if (result.outcome === 'replayed') continue;
    late ||= result.outcome === 'settledLate';
    for (const standing of standingsOf(held, result.counters)) {
      const { owner, name } = standing.limit;
      standings.set(`${ownerKey(owner)}/${name}`, standing);
    }
    crossings.push(...held.counters.flatMap((counter) => crossingsOf(counter, result)));
  }
  const exceeded = parts.some(({ amounts }) =>
    amounts.some((amount) => amount.actual > amount.reserved),
  );
  return { late, exceeded, standings: [...standings.values()], crossings };
}

/** Gives everything back; what was never held, or is settled already, stays as it is. */
export async function release(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, reservation, NOTHING);
}

/**
 * Gives back what a failed write may have taken, also when it takes effect only after this: the
 * ids are closed.
 */
export async function releaseAndClose(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, { ...reservation, basis: 'unreserved' }, NOTHING);
}

/**
 * What each account settles. Where a call holds in several shards of one limit, the use fills one
 * hold after the other, and the last takes what is more than all of them.
 */
function partsOf({ accounts }: Reservation, actual: AmountsByUnit) {
  const left = new Map<string, number>();
  const holders = new Map<string, number>();
  const idOf = ({ limit, key }: ReservedCounter) => `${ownerKey(limit.owner)}/${key}`;
  for (const counter of accounts.flatMap(({ counters }) => counters)) {
    left.set(idOf(counter), actual[counter.limit.unit]);
    holders.set(idOf(counter), (holders.get(idOf(counter)) ?? 0) + 1);
  }
  return accounts.map((held) => ({
    held,
    amounts: held.counters.map((counter): SettleAmount => {
      const { key, reserved } = counter;
      const id = idOf(counter);
      const rest = left.get(id) ?? 0;
      const after = (holders.get(id) ?? 1) - 1;
      const part = after === 0 ? rest : Math.min(rest, reserved);
      left.set(id, rest - part);
      holders.set(id, after);
      return { key, reserved, actual: part };
    }),
  }));
}

function standingsOf({ counters }: ReservedAccount, after: Counters): readonly LimitStatus[] {
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
  { key, limit, shards, resetsAt }: ReservedCounter,
  { counters, added }: Settled,
): readonly ThresholdCrossing[] {
  if (shards > 1) return [];
  const used = counters.get(key)?.settled ?? 0;
  const before = used - (added.get(key) ?? 0);
  return limit.notifyAt
    .filter(
      (percent) =>
        !isThresholdReached(before, limit, percent) && isThresholdReached(used, limit, percent),
    )
    .map((percent) => toThresholdCrossing(limit, { key, percent, used, resetsAt }));
}
