/** A call's reservation in the ledger. Plain JSON: it travels through the workflow's state. */
import type { Limit, Owner, Scope, Unit, UnknownOutcome } from '../policy/policy.ts';
import type { EpochSeconds } from '../time.ts';
import { resetTimestamp, type Window } from '../windows.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AccountKey, CounterKey } from './ports.ts';

/** The limit behind a counter, as much of it as settling and answering need. */
export interface LimitSnapshot {
  readonly owner: Owner;
  readonly name: string;
  readonly window: Window;
  readonly unit: Unit;
  readonly mode: Limit['mode'];
  readonly amount: number;
  readonly scope: Scope;
  readonly notifyAt: readonly number[];
}

export interface ReservedCounter {
  readonly key: CounterKey;
  readonly limit: LimitSnapshot;
  /** In the limit's unit. */
  readonly reserved: number;
  /** Items the counter is split over; with several, one item does not have the limit's sum. */
  readonly shards: number;
  /** End of the window, ISO 8601; null: it never ends. */
  readonly resetsAt: string | null;
}

export interface ReservedAccount {
  readonly account: AccountKey;
  /** The reserving write was sent more than once: an earlier copy may still arrive. */
  readonly isRepeated: boolean;
  readonly counters: readonly ReservedCounter[];
}

export interface Reservation {
  readonly id: string;
  /** Distinguishes calls with the same id. */
  readonly attemptId: string;
  /** Whose call it is. */
  readonly costCenter: string;
  readonly leaseExpiresAt: EpochSeconds;
  /** `unreserved`: the ledger was unreachable and the policy allowed the call. */
  readonly basis: 'reserved' | 'unreserved';
  /** Settlement of the call if it is unknown whether the model ran. */
  readonly unknownOutcome: UnknownOutcome;
  /** One per owner of limits; several where no shard alone had enough left. */
  readonly accounts: readonly ReservedAccount[];
}

export function toReservedCounter(effective: EffectiveLimit): ReservedCounter {
  const { owner, name, window, unit, mode, amount, scope, notifyAt } = effective.limit;
  return {
    key: effective.key,
    limit: { owner, name, window, unit, mode, amount, scope, notifyAt },
    reserved: effective.requested,
    shards: effective.shards,
    resetsAt: resetTimestamp(effective.period.endsAt),
  };
}
