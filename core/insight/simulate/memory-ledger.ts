/**
 * The ledger's store in memory, for one replay: it behaves as the table's adapter does, and a
 * property test compares them. Nothing is lost or duplicated here.
 */
import {
  type AccountKey,
  type AccountReservation,
  type AccountSnapshot,
  type AlertKey,
  CLOSED_MARKER_SECONDS,
  type CounterKey,
  type CounterState,
  type Counters,
  type ExpireWrite,
  type LedgerStore,
  type LiveCount,
  type PruneWrite,
  type ReserveWrite,
  type ReserveWriteResult,
  type SessionStart,
  type SettleWrite,
  type SettleWriteResult,
} from '../../ledger/ports.ts';
import type { Clock, EpochSeconds } from '../../time.ts';

interface Entry {
  readonly expiresAt: EpochSeconds;
  readonly attemptId: string;
  readonly costCenter: string;
  readonly amounts: ReadonlyMap<CounterKey, number>;
  readonly linked?: readonly AccountKey[];
}

interface Account {
  readonly counters: Map<CounterKey, CounterState>;
  readonly reservations: Map<string, Entry>;
  /** Closed ids, and until when. */
  readonly markers: Map<string, EpochSeconds>;
  readonly alertStates: Map<CounterKey, Map<AlertKey, boolean>>;
  /** Restricted cost centers, and until when. */
  readonly restricted: Map<string, EpochSeconds>;
  /** Whether a call has reserved in it. */
  isBegun: boolean;
  /** Cost centers that have reserved. */
  readonly costCenters: Set<string>;
}

const ZERO: CounterState = { committed: 0, settled: 0 };

export class MemoryLedger implements LedgerStore {
  readonly #accounts = new Map<AccountKey, Account>();
  /** By caller and minute. */
  readonly #started = new Map<string, Set<string>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async reserve(write: ReserveWrite): Promise<ReserveWriteResult> {
    const { account: key, reservationId, otherIds, attemptId, amounts: holds } = write;
    const account = this.#accounts.get(key) ?? newAccount();
    const mine = account.reservations.get(reservationId);
    if (mine?.attemptId === attemptId) {
      return { outcome: 'replayed', ...ownHold(reservationId, mine) };
    }
    const isTaken = [reservationId, ...otherIds].some((id) => account.reservations.has(id));
    if (isTaken || account.markers.has(reservationId)) return { outcome: 'conflict' };
    const isOver = holds.some(
      ({ key: counter, amount, ceiling }) =>
        ceiling !== undefined && (account.counters.get(counter)?.committed ?? 0) + amount > ceiling,
    );
    const { costCenter, max, restricted } = write.inFlight;
    const live = [...account.reservations.values()];
    const until = account.restricted.get(costCenter) ?? 0;
    const allowed = restricted && until > restricted.now ? Math.min(max, restricted.max) : max;
    const isCrowded = liveIn(account, costCenter) >= allowed;
    if (write.unlisted?.isBegun && !account.isBegun)
      return { outcome: 'absent', isRepeated: false };
    if (isOver || isCrowded) {
      const { alertStates } = account;
      const counters = new Map(account.counters);
      const leaseEnds = live.map(({ expiresAt }) => expiresAt);
      const crowded = isCrowded ? { crowdedAt: allowed } : {};
      const seen = { counters, alertStates, leaseEnds, ...snapshotFor(write, account) };
      return { outcome: 'denied', isRepeated: false, ...crowded, ...seen };
    }
    this.#accounts.set(key, account);
    account.isBegun = true;
    for (const { key: counter, amount } of holds) add(account, counter, amount, 0);
    account.costCenters.add(costCenter);
    account.reservations.set(reservationId, {
      expiresAt: write.leaseExpiresAt,
      attemptId,
      costCenter,
      amounts: new Map(holds.map(({ key: counter, amount }) => [counter, amount])),
      ...(write.linked && { linked: write.linked }),
    });
    const committed = [
      ...countersIn(
        account,
        holds.map(({ key: counter }) => counter),
      ),
    ];
    return {
      outcome: 'reserved',
      isRepeated: false,
      committed: new Map(committed.map(([counter, state]) => [counter, state.committed])),
      ...snapshotFor(write, account),
    };
  }

  async startSession({ account, minute, session, max }: SessionStart): Promise<boolean> {
    const key = `${account} ${minute}`;
    const started = this.#started.get(key) ?? new Set();
    this.#started.set(key, started);
    if (!started.has(session) && started.size >= max) return false;
    started.add(session);
    return true;
  }

  async settle(write: SettleWrite): Promise<SettleWriteResult> {
    const { reservationId, attemptId, amounts, closes } = write;
    const account = this.#open(write.account);
    const actual = new Map(amounts.map((amount) => [amount.key, amount.actual]));
    const marker = account.markers.get(reservationId);
    if (account.reservations.get(reservationId)?.attemptId === attemptId) {
      account.reservations.delete(reservationId);
      if (closes) this.#close(account, write);
      for (const { key, reserved, actual: used } of amounts) {
        add(account, key, used - reserved, used);
      }
      return settled(account, actual);
    }
    const isReserved = account.reservations.has(reservationId);
    if (marker !== undefined || isReserved || !closes) return { outcome: 'replayed' };
    this.#close(account, write);
    if (!write.chargesUnreserved) return { outcome: 'replayed' };
    const charged = new Map([...actual].filter(([, used]) => used !== 0));
    for (const [key, used] of charged) add(account, key, used, used);
    return { ...settled(account, charged), added: actual };
  }

  async expire(write: ExpireWrite): Promise<Counters | undefined> {
    const { reservationId, attemptId, amounts: reserved, charge } = write;
    const account = this.#open(write.account);
    const mine = account.reservations.get(reservationId);
    if (mine?.attemptId !== attemptId || mine.expiresAt !== write.leaseExpiresAt) return undefined;
    account.reservations.delete(reservationId);
    if (write.restrictsUntil !== undefined && write.costCenter !== undefined) {
      account.restricted.set(write.costCenter, write.restrictsUntil);
    }
    for (const [key, amount] of reserved)
      add(account, key, charge ? 0 : -amount, charge ? amount : 0);
    return countersIn(account, reserved.keys());
  }

  async prune(write: PruneWrite): Promise<void> {
    const { account: key, markers, counters, alertStates, idleCostCenters } = write;
    const account = this.#open(key);
    const areIdle = idleCostCenters.every((costCenter) => liveIn(account, costCenter) === 0);
    for (const costCenter of areIdle ? idleCostCenters : []) {
      account.restricted.delete(costCenter);
      account.costCenters.delete(costCenter);
    }
    for (const id of markers) account.markers.delete(id);
    const isAsSeen = [...counters].every(([counter, { committed, settled }]) => {
      const now = account.counters.get(counter) ?? ZERO;
      return now.committed === committed && now.settled === settled;
    });
    if (!isAsSeen) return;
    for (const counter of counters.keys()) {
      account.counters.delete(counter);
      const noted = account.alertStates.get(counter);
      for (const mark of alertStates.get(counter)?.keys() ?? []) noted?.delete(mark);
      if (noted?.size === 0) account.alertStates.delete(counter);
    }
  }

  /** A replay has no views. */
  async rank(): Promise<void> {}

  async claimAlert(account: AccountKey, key: CounterKey, mark: AlertKey): Promise<boolean> {
    const marks = this.#marksOf(account, key);
    if (marks.has(mark)) return false;
    marks.set(mark, false);
    return true;
  }

  async markPublished(
    account: AccountKey,
    key: CounterKey,
    marks: readonly AlertKey[],
  ): Promise<void> {
    for (const mark of marks) this.#marksOf(account, key).set(mark, true);
  }

  #marksOf(account: AccountKey, key: CounterKey): Map<AlertKey, boolean> {
    const { alertStates } = this.#open(account);
    const marks = alertStates.get(key) ?? new Map<AlertKey, boolean>();
    alertStates.set(key, marks);
    return marks;
  }

  async find(
    accounts: readonly AccountKey[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<AccountKey, AccountReservation>> {
    const found = new Map<AccountKey, AccountReservation>();
    for (const key of accounts) {
      for (const id of ids) {
        const entry = this.#accounts.get(key)?.reservations.get(id);
        if (entry) found.set(key, ownHold(id, entry));
      }
    }
    return found;
  }

  async takeOver(key: AccountKey, hold: AccountReservation, holder: string): Promise<boolean> {
    const { reservations } = this.#open(key);
    const entry = reservations.get(hold.reservationId);
    if (!entry || ![hold.leaseHolder, holder].includes(entry.attemptId)) return false;
    reservations.set(hold.reservationId, { ...entry, attemptId: holder });
    return true;
  }

  async read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>> {
    const found = new Map<AccountKey, Counters>();
    for (const key of accounts) {
      const account = this.#accounts.get(key);
      if (account) found.set(key, new Map(account.counters));
    }
    return found;
  }

  async *contents(
    accounts: readonly AccountKey[],
    now: EpochSeconds,
  ): AsyncIterable<AccountSnapshot> {
    for (const key of accounts) {
      const account = this.#accounts.get(key);
      if (account) yield contentsOf(key, account, now);
    }
  }

  #open(key: AccountKey): Account {
    const account = this.#accounts.get(key) ?? newAccount();
    this.#accounts.set(key, account);
    return account;
  }

  #close(
    account: Account,
    { reservationId, closedSeconds = CLOSED_MARKER_SECONDS }: SettleWrite,
  ): void {
    const expiresAt = Math.ceil(this.#clock.now() / 1000) + closedSeconds;
    account.markers.set(reservationId, expiresAt);
  }
}

const snapshotFor = ({ account: key, unlisted }: ReserveWrite, account: Account) =>
  unlisted && { snapshot: contentsOf(key, account, unlisted.now) };

const newAccount = (): Account => ({
  counters: new Map(),
  reservations: new Map(),
  markers: new Map(),
  alertStates: new Map(),
  restricted: new Map(),
  costCenters: new Set(),
  isBegun: false,
});

const liveIn = ({ reservations }: Account, costCenter: string): number =>
  [...reservations.values()].filter((each) => each.costCenter === costCenter).length;

function add(account: Account, key: CounterKey, committed: number, settledAmount: number): void {
  const now = account.counters.get(key) ?? ZERO;
  account.counters.set(key, {
    committed: now.committed + committed,
    settled: now.settled + settledAmount,
  });
}

const countersIn = ({ counters }: Account, keys: Iterable<CounterKey>): Counters =>
  new Map([...keys].map((key) => [key, counters.get(key) ?? ZERO]));

const settled = (account: Account, added: ReadonlyMap<CounterKey, number>) =>
  ({ outcome: 'settled', counters: countersIn(account, added.keys()), added }) as const;

const ownHold = (reservationId: string, entry: Entry): AccountReservation => ({
  reservationId,
  leaseHolder: entry.attemptId,
  leaseExpiresAt: entry.expiresAt,
  amounts: entry.amounts,
  costCenter: entry.costCenter,
  ...(entry.linked && { linked: entry.linked }),
});

function liveCount(account: Account, costCenter: string): LiveCount {
  const restrictedUntil = account.restricted.get(costCenter);
  const live = liveIn(account, costCenter);
  return restrictedUntil === undefined ? { live } : { live, restrictedUntil };
}

function contentsOf(key: AccountKey, account: Account, now: EpochSeconds): AccountSnapshot {
  const { counters, reservations, markers, alertStates } = account;
  const ended = [...reservations].filter(([, { expiresAt }]) => expiresAt <= now);
  const stale = [...markers].filter(([, expiresAt]) => expiresAt <= now).map(([id]) => id);
  const referred = new Set(
    [...reservations.values()].flatMap(({ amounts }) => [...amounts.keys()]),
  );
  return {
    account: key,
    counters: new Map(counters),
    alertStates: new Map(alertStates),
    inFlight: new Map([...account.costCenters].map((name) => [name, liveCount(account, name)])),
    expired: ended
      .map(([reservationId, { attemptId, expiresAt, amounts, costCenter, linked }]) => ({
        account: key,
        reservationId,
        attemptId,
        leaseExpiresAt: expiresAt,
        amounts,
        costCenter,
        ...(linked && { linked }),
      }))
      .sort((a, b) => a.leaseExpiresAt - b.leaseExpiresAt),
    staleMarkers: stale,
    idleCounters: [...new Set([...counters.keys(), ...alertStates.keys()])].filter(
      (counter) => !referred.has(counter),
    ),
    // In memory nothing is paid by its size.
    bytes: 0,
  };
}
