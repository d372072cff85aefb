/** What the ledger needs from its table: single conditional writes on one account item each. */

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
export interface CounterHold {
  readonly key: CounterKey;
  /** What is taken, in the limit's unit. */
  readonly amount: number;
  /** The most that may be committed afterwards; absent: observed, never refused. */
  readonly ceiling?: number;
}

export interface AccountReserve {
  readonly account: AccountKey;
  readonly reservationId: string;
  /** Tells a retry of the same call from another call that reuses its id. */
  readonly attemptId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly holds: readonly CounterHold[];
}

export type EpochSeconds = number;

/** Counters of the account after (or, where nothing was written, before) the write. */
export type Counters = ReadonlyMap<CounterKey, CounterState>;

export type AccountReserveResult =
  | { readonly outcome: 'reserved'; readonly counters: Counters }
  /** This very call had reserved already: an answer was lost, or a step ran twice. */
  | { readonly outcome: 'replayed'; readonly held: ReadonlyMap<CounterKey, number> }
  /** Another call with this id is under way. */
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'refused'; readonly counters: Counters };

export interface SettleAmount {
  readonly key: CounterKey;
  /** What the reservation took. */
  readonly reserved: number;
  /** What the call really used; zero gives the reservation back. */
  readonly actual: number;
}

export interface AccountSettle {
  readonly account: AccountKey;
  readonly reservationId: string;
  readonly amounts: readonly SettleAmount[];
  /** The reservation may never have been written (policy `on_ledger_error = "allow"`). */
  readonly unreserved?: boolean;
}

export type AccountSettleResult =
  | {
      /** `settledLate`: the lease had ended; the sweep's charge was corrected to the real amount. */
      readonly outcome: 'settled' | 'settledLate';
      readonly counters: Counters;
      /** What was added to each counter's settled amount by this write. */
      readonly added: ReadonlyMap<CounterKey, number>;
    }
  /** An earlier try had taken effect. */
  | { readonly outcome: 'replayed' };

/** A reservation whose lease ended, or a marker nobody waits for any more. */
export interface ExpiredEntry {
  readonly account: AccountKey;
  readonly reservationId: string;
  readonly held: ReadonlyMap<CounterKey, number>;
}

export interface AccountExpire extends ExpiredEntry {
  /** Settle at what was held, or at zero. */
  readonly charge: boolean;
  /** Until when a late answer may still correct the charge. */
  readonly markerExpiresAt: EpochSeconds;
}

/** What a sweep finds in one account item. */
export interface AccountContents {
  readonly account: AccountKey;
  readonly expired: readonly ExpiredEntry[];
  /** Ids whose marker is older than any answer could be. */
  readonly staleMarkers: readonly string[];
  /** Counters that no reservation and no marker refers to. */
  readonly idleCounters: readonly CounterKey[];
}

/**
 * The ledger's table. Every method is one write (or a read) on one item and safe to repeat.
 * @throws LedgerUnavailableError when the table does not answer; what it did is then unknown.
 */
export interface LedgerStore {
  reserve(write: AccountReserve): Promise<AccountReserveResult>;
  settle(write: AccountSettle): Promise<AccountSettleResult>;
  /** Returns false when the reservation was gone already. */
  expire(write: AccountExpire): Promise<boolean>;
  /** Drops markers and counters that are no longer needed. */
  prune(
    account: AccountKey,
    markers: readonly string[],
    counters: readonly CounterKey[],
  ): Promise<void>;
  /** All counters of the accounts, for reports; may lag the last writes. */
  read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>>;
  /** Every account item, in pages. */
  scan(now: EpochSeconds): AsyncIterable<AccountContents>;
}
