/** What the ledger needs from its table: single conditional writes on one account item each. */
import type { OverrideRecord, ShardLayout } from '../policy/policy.ts';
import type { EpochMs, EpochSeconds } from '../time.ts';

/** One counter of an account: `<limit>_<period>`, an integer in the limit's unit. */
export type CounterKey = string;

/** The key of an account item: `account#costCenter#sales#0` (the last part is the shard). */
export type AccountKey = string;

/** Committed and settled amount of one counter; a counter that was never written is zero. */
export interface CounterState {
  /** Settled plus what live reservations hold. */
  readonly committed: number;
  readonly settled: number;
}

/** One counter a reservation takes from. */
interface CounterHold {
  readonly key: CounterKey;
  /** What is taken, in the limit's unit. */
  readonly amount: number;
  /** The most that may be committed afterwards; absent: observed, never refused. */
  readonly ceiling?: number;
}

export interface ReserveWrite {
  readonly account: AccountKey;
  readonly reservationId: string;
  /** Ids under which the same call would hold for another model: only one of all may be held. */
  readonly otherIds: readonly string[];
  /** Tells this run of this call from others that use the id. */
  readonly attemptId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly holds: readonly CounterHold[];
}

/** Counters of the account after (or, where nothing was written, before) the write. */
export type Counters = ReadonlyMap<CounterKey, CounterState>;

/**
 * `isRepeated`: the write was sent more than once, so an earlier copy of it may yet arrive. Whoever
 * settles, releases or gives up then leaves a marker that turns it away.
 */
export type ReserveWriteResult =
  | { readonly outcome: 'reserved'; readonly isRepeated: boolean }
  /** This very run had reserved already: an answer was lost. */
  | ({ readonly outcome: 'replayed' } & AccountReservation)
  /** Another call, or another run of this one, holds under this id, or it is closed. */
  | { readonly outcome: 'conflict' }
  | {
      readonly outcome: 'refused';
      readonly counters: Counters;
      readonly notes: AlertStates;
      readonly isRepeated: boolean;
    };

/** What an earlier try of the same call holds in one account. */
export interface AccountReservation {
  readonly reservationId: string;
  /** The `attemptId` it was reserved with. */
  readonly holder: string;
  readonly held: ReadonlyMap<CounterKey, number>;
}

export interface SettleAmount {
  readonly key: CounterKey;
  /** What the reservation took. */
  readonly reserved: number;
  /** What the call really used; zero gives the reservation back. */
  readonly actual: number;
}

export interface SettleWrite {
  readonly account: AccountKey;
  readonly reservationId: string;
  /** Of the call that reserved; what another one holds under the same id is left alone. */
  readonly attemptId: string;
  readonly amounts: readonly SettleAmount[];
  /**
   * Leaves a marker, so that no write of this reservation takes effect any more. What was never
   * reserved is charged all the same: with amounts of zero, that only closes the id.
   */
  readonly closes: boolean;
  /** How long the marker stays; default: `CLOSED_SECONDS`. */
  readonly closedSeconds?: number;
}

/** How long a closed id turns copies of its writes away; no request lives that long. */
export const CLOSED_MARKER_SECONDS = 900;

export type SettleWriteResult =
  | {
      /** `settledLate`: the lease had ended; the sweep's charge was corrected to the real amount. */
      readonly outcome: 'settled' | 'settledLate';
      readonly counters: Counters;
      /** What was added to each counter's settled amount by this write. */
      readonly added: ReadonlyMap<CounterKey, number>;
    }
  /** An earlier try had taken effect. */
  | { readonly outcome: 'replayed' };

/** A reservation whose lease ended. */
export interface ExpiredReservation {
  readonly account: AccountKey;
  readonly reservationId: string;
  readonly attemptId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly held: ReadonlyMap<CounterKey, number>;
}

export interface ExpireWrite extends ExpiredReservation {
  /** Settle at what was held, or at zero. */
  readonly charge: boolean;
  /** Until when a late answer may still correct the charge. */
  readonly markerExpiresAt: EpochSeconds;
}

/** A kind of alert of one counter that is told once: `50` for a percent, `denied-100`. */
export type AlertKey = string;

/** What is noted beside each counter: whether an alert was told (true), or is to be told. */
export type AlertStates = ReadonlyMap<CounterKey, ReadonlyMap<AlertKey, boolean>>;

/** What to drop from an account; counters only if they still stand as they were seen. */
export interface PruneWrite {
  readonly account: AccountKey;
  readonly markers: readonly string[];
  readonly counters: Counters;
  readonly notes: AlertStates;
}

/** What a sweep finds in one account item. */
export interface AccountSnapshot {
  readonly account: AccountKey;
  readonly counters: Counters;
  readonly notes: AlertStates;
  /** By the end of their leases. */
  readonly expired: readonly ExpiredReservation[];
  /** Ids whose marker is older than any answer could be. */
  readonly staleMarkers: readonly string[];
  /** Counters, or notes without one, that no reservation and no marker refers to. */
  readonly idleCounters: readonly CounterKey[];
}

/**
 * The ledger's table. Every method is one write (or a read) on one item and safe to repeat.
 * @throws LedgerUnavailableError when the table does not answer; what it did is then unknown.
 */
export interface LedgerStore {
  reserve(write: ReserveWrite): Promise<ReserveWriteResult>;
  settle(write: SettleWrite): Promise<SettleWriteResult>;
  /**
   * Ends a reservation if it still has the lease that was seen. Returns the counters after it, or
   * undefined when the reservation was gone already.
   */
  expire(write: ExpireWrite): Promise<Counters | undefined>;
  prune(write: PruneWrite): Promise<void>;
  /** Notes an alert as one to be told. False when it was noted already. */
  claimAlert(account: AccountKey, key: CounterKey, mark: AlertKey): Promise<boolean>;
  /** Notes alerts as told. */
  markPublished(account: AccountKey, key: CounterKey, marks: readonly AlertKey[]): Promise<void>;
  /** What is held under the ids. Sees every write before it. */
  find(
    accounts: readonly AccountKey[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<AccountKey, AccountReservation>>;
  /** Makes a hold this run's own. False when it is not there any more. */
  takeOver(account: AccountKey, hold: AccountReservation, holder: string): Promise<boolean>;
  /** All counters of the accounts, for reports; may lag the last writes. */
  read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>>;
  /** Those of the accounts that have an item. Sees every write before it. */
  contents(accounts: readonly AccountKey[], now: EpochSeconds): AsyncIterable<AccountSnapshot>;
}

/** What an operator's settings of the ledger need beside the accounts. */
export interface SweepStore {
  /** Stores a new shard layout, if none is stored or the stored one is still `seen`. */
  writeLayout(layout: ShardLayout, seen: ShardLayout): Promise<void>;
  /**
   * Whether the caller is the one to write this change down now. It stays so until `staleAt`; then
   * another may, as whoever claimed it has not come back.
   */
  claimAudit(
    record: Pick<OverrideRecord, 'id'>,
    claim: { readonly now: EpochMs; readonly staleAt: EpochMs },
  ): Promise<boolean>;
  /** Notes that the change was written down, and until when it is kept. */
  markAudited(
    record: Pick<OverrideRecord, 'id'>,
    mark: { readonly now: EpochMs; readonly expiresAt: EpochSeconds },
  ): Promise<void>;
}
