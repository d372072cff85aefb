/** The ledger's ports: a table with single conditional writes on one account item each. */
import type { OverrideRecord, ShardLayout } from '../policy/policy.ts';
import type { EpochMs, EpochSeconds } from '../time.ts';

/** One counter of an account: `<limit>_<period>`, an integer in the limit's unit. */
export type CounterKey = string;

/** The key of an account item: `account#costCenter#sales#0` (the last part is the shard). */
export type AccountKey = string;

/** Committed and settled amount of one counter; a counter that was never written is zero. */
export interface CounterState {
  /** Settled plus reserved. */
  readonly committed: number;
  readonly settled: number;
}

/** Amount that a reservation takes from one counter. */
interface CounterAmount {
  readonly key: CounterKey;
  /** Amount taken, in the limit's unit. */
  readonly amount: number;
  /** The most that may be committed afterwards; absent: observed, never denied. */
  readonly ceiling?: number;
}

export interface ReserveWrite {
  readonly account: AccountKey;
  readonly reservationId: string;
  /** Ids of the same call for other models: only one of all may have a reservation. */
  readonly otherIds: readonly string[];
  /** Tells this run of this call from others that use the id. */
  readonly attemptId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly amounts: readonly CounterAmount[];
  readonly inFlight: InFlightBound;
  /** Other accounts of this call, which the sweep finds through this reservation alone. */
  readonly linked?: readonly AccountKey[];
  /** Of an account that the sweep does not list; the result then has a snapshot of it. */
  readonly unlisted?: {
    /** Reserves only where an earlier call has made the item. */
    readonly isBegun?: true;
    /** When the item can be deleted, or null for never. */
    readonly keptUntil: EpochSeconds | null;
    /** Leases and markers that ended by then are over for every host. */
    readonly now: EpochSeconds;
  };
}

/** Whose call it is, and how many live reservations of it the account may have. */
export interface InFlightBound {
  readonly costCenter: string;
  readonly max: number;
  /** In an account that others share: the most while the cost center is restricted. */
  readonly restricted?: { readonly max: number; readonly now: EpochSeconds };
}

/** Counters of the account after (or, where nothing was written, before) the write. */
export type Counters = ReadonlyMap<CounterKey, CounterState>;

/**
 * `isRepeated`: the write was sent more than once, so an earlier copy of it may still arrive. The
 * settle or release then leaves a marker that rejects it.
 */
export type ReserveWriteResult =
  | {
      readonly outcome: 'reserved';
      readonly isRepeated: boolean;
      /** After the write. */
      readonly committed: ReadonlyMap<CounterKey, number>;
      readonly snapshot?: AccountSnapshot;
    }
  /** This run had reserved already: a response was lost. */
  | ({ readonly outcome: 'replayed' } & AccountReservation)
  /** Another call, or another run of this one, has reserved under this id, or it is closed. */
  | { readonly outcome: 'conflict' }
  /** With `isBegun`: no call has made the item. */
  | { readonly outcome: 'absent'; readonly isRepeated: boolean }
  | {
      readonly outcome: 'denied';
      readonly counters: Counters;
      readonly alertStates: AlertStates;
      readonly isRepeated: boolean;
      /** Present if the cost center has as many live reservations in the account as it may. */
      readonly crowdedAt?: number;
      /** When the leases of the account's live reservations end. */
      readonly leaseEnds: readonly EpochSeconds[];
      readonly snapshot?: AccountSnapshot;
    };

/** A session that a caller begins in one minute. */
export interface SessionStart {
  /** Of the caller's sessions. */
  readonly account: AccountKey;
  /** `2026-11-23T14:05`. */
  readonly minute: string;
  /** The hash of its name. */
  readonly session: string;
  /** How many may begin in the minute. */
  readonly max: number;
  /** When the record of the minute can be deleted. */
  readonly keptUntil: EpochSeconds;
}

interface StoredReservation {
  readonly reservationId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly amounts: ReadonlyMap<CounterKey, number>;
  /** Whose live reservations count it; absent where an earlier release reserved. */
  readonly costCenter?: string;
  /** As in `ReserveWrite`. */
  readonly linked?: readonly AccountKey[];
}

/** Reservation of an earlier attempt of the same call in one account. */
export interface AccountReservation extends StoredReservation {
  /** The `attemptId` it was reserved with. */
  readonly leaseHolder: string;
}

export interface SettleAmount {
  readonly key: CounterKey;
  /** Amounts that the reservation took. */
  readonly reserved: number;
  /** Actual usage of the call; zero releases the reservation. */
  readonly actual: number;
}

export interface SettleWrite {
  readonly account: AccountKey;
  readonly reservationId: string;
  /** Of the call that reserved; a reservation of another call under the same id is not changed. */
  readonly attemptId: string;
  /** Whose call it is. */
  readonly costCenter: string;
  readonly amounts: readonly SettleAmount[];
  /** Leaves a marker, so that no write of this reservation takes effect any more. */
  readonly closes: boolean;
  /** With `closes`: charges the amounts also where nothing is reserved, once. */
  readonly chargesUnreserved: boolean;
  /** The account is one of a user, key or session: the result has more of its item. */
  readonly isOfHolder?: boolean;
  /** How long the marker stays; default: `CLOSED_SECONDS`. */
  readonly closedSeconds?: number;
}

/**
 * How long a closed id rejects copies of its writes. AWS refuses a request whose signature is more
 * than five minutes old (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html,
 * 2026-11); a minute is left for clocks that differ.
 */
export const CLOSED_MARKER_SECONDS = 360;

export type SettleWriteResult =
  | {
      readonly outcome: 'settled';
      readonly counters: Counters;
      /** Amounts that this write added to the settled counters. */
      readonly added: ReadonlyMap<CounterKey, number>;
      /** With `isOfHolder`. */
      readonly alertStates?: AlertStates;
      /** With `isOfHolder`: where the item is in the index. */
      readonly rank?: HolderRank | undefined;
    }
  /** An earlier attempt had taken effect, or the lease had ended. */
  | { readonly outcome: 'replayed' };

/** A place in the index of those who are near to a limit. */
export interface HolderRank {
  /** One for each limit and window. */
  readonly list: string;
  readonly percent: number;
}

/** A reservation whose lease ended. */
export interface ExpiredReservation extends StoredReservation {
  readonly account: AccountKey;
  readonly attemptId: string;
}

export interface ExpireWrite extends ExpiredReservation {
  /** Settle at what was reserved, or at zero. */
  readonly charge: boolean;
  /** Restricts the calls in flight of the cost center in this account until then. */
  readonly restrictsUntil?: EpochSeconds;
}

/** A kind of alert of one counter that is published once: `50` for a percent, `denied-100`. */
export type AlertKey = string;

/** The recorded alerts of each counter: published (true) or pending. */
export type AlertStates = ReadonlyMap<CounterKey, ReadonlyMap<AlertKey, boolean>>;

/** Entries to delete from an account; counters only if unchanged since they were read. */
export interface PruneWrite {
  readonly account: AccountKey;
  readonly markers: readonly string[];
  readonly counters: Counters;
  readonly alertStates: AlertStates;
  /** Cost centers without live reservations: their counts are dropped if that is still so. */
  readonly idleCostCenters: readonly string[];
}

/** Live reservations of a cost center in an account. */
export interface LiveCount {
  readonly live: number;
  readonly restrictedUntil?: EpochSeconds;
}

/** Most two hosts' clocks are taken to differ; a lease ends that much later for who else ends it. */
export const CLOCK_SKEW_SECONDS = 5;

/** Contents of one account item for the sweep. */
export interface AccountSnapshot {
  readonly account: AccountKey;
  readonly counters: Counters;
  readonly alertStates: AlertStates;
  /** By cost center; those that never reserved are absent. */
  readonly inFlight: ReadonlyMap<string, LiveCount>;
  /** By the end of their leases. */
  readonly expired: readonly ExpiredReservation[];
  /** Closed ids that no copy of a write can meet any more. */
  readonly staleMarkers: readonly string[];
  /** Size of the item, which every write of it pays for. */
  readonly bytes: number;
  /** Keys of counters and recorded alerts that no reservation and no marker refers to. */
  readonly idleCounters: readonly CounterKey[];
}

/**
 * The ledger's table. Every method is one write (or a read) on one item and safe to repeat.
 * @throws LedgerUnavailableError when the table does not answer; what it did is then unknown.
 */
export interface LedgerStore {
  reserve(write: ReserveWrite): Promise<ReserveWriteResult>;
  /** Counts a session of its minute, once. False where that would be one too many. */
  startSession(start: SessionStart): Promise<boolean>;
  settle(write: SettleWrite): Promise<SettleWriteResult>;
  /**
   * Ends a reservation if it still has the lease that was seen. Returns the counters after it, or
   * undefined when the reservation was gone already.
   */
  expire(write: ExpireWrite): Promise<Counters | undefined>;
  prune(write: PruneWrite): Promise<void>;
  /** Moves an item in the index, or takes it out. */
  rank(account: AccountKey, place: HolderRank | undefined): Promise<void>;
  /** Records an alert as pending. False when it was recorded already. */
  claimAlert(account: AccountKey, key: CounterKey, mark: AlertKey): Promise<boolean>;
  /** Records alerts as published. */
  markPublished(account: AccountKey, key: CounterKey, marks: readonly AlertKey[]): Promise<void>;
  /** The reservations under the ids. Sees every write before it. */
  find(
    accounts: readonly AccountKey[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<AccountKey, AccountReservation>>;
  /** Gives a reservation to another lease holder. False when it does not exist any more. */
  takeOver(account: AccountKey, seen: AccountReservation, leaseHolder: string): Promise<boolean>;
  /** All counters of the accounts, for reports; may lag the last writes. */
  read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>>;
  /** Those of the accounts that have an item. Sees every write before it. */
  contents(accounts: readonly AccountKey[], now: EpochSeconds): AsyncIterable<AccountSnapshot>;
}

/** Data of the sweep other than accounts. */
export interface SweepStore {
  /** Stores a new shard layout, if none is stored or the stored one is still `seen`. */
  writeLayout(layout: ShardLayout, seen: ShardLayout): Promise<void>;
  /**
   * Whether the caller is the one to write the audit line of this change. The claim ends at
   * `staleAt`; then another run can claim it.
   */
  claimAudit(
    record: Pick<OverrideRecord, 'id'>,
    claim: { readonly now: EpochMs; readonly staleAt: EpochMs },
  ): Promise<boolean>;
  /** Records that the audit line was written, and when the change can be deleted. */
  markAudited(
    record: Pick<OverrideRecord, 'id'>,
    mark: { readonly now: EpochMs; readonly expiresAt?: EpochSeconds | undefined },
  ): Promise<void>;
}
