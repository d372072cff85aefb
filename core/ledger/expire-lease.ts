/**
 * Ends expired reservations as the policy says: charged or released. Can run at any time and in
 * parallel.
 */

import { allOwnerLimits } from '../policy/limit-owners.ts';
import type { Policy } from '../policy/policy.ts';
import type { Clock, EpochMs, EpochSeconds } from '../time.ts';
import { accountKeys, isSharedAccount } from './account-keys.ts';
import {
  type AccountKey,
  type AccountSnapshot,
  CLOCK_SKEW_SECONDS,
  type ExpiredReservation,
  type ExpireWrite,
  type LedgerStore,
} from './ports.ts';
import { maxShards, shardNumbers } from './shard-layout.ts';

/**
 * A restricted cost center stays so for two leases and some sweeps after its last call that did not
 * complete: until then the next ones have expired, and restrict it again.
 */
const LEASES_RESTRICTED = 2;
const LEASE_MIN_SECONDS = 420;
const SWEEPS_SECONDS = 300;

/** Writes of one run; the next run continues. */
const EXPIRE_MAX = 2_000;

export interface ExpiryResult {
  /** Reservations this run ended. */
  readonly expired: readonly ExpiredReservation[];
  /** Every account found, with its counters as they are after this run. */
  readonly accounts: readonly AccountSnapshot[];
  /** False when there was more to end than one run does. */
  readonly complete: boolean;
}

/**
 * Ends the reservations whose lease is over.
 * @param stopBy no write starts after this time.
 * @throws LedgerUnavailableError; completed writes remain, the next run continues.
 */
export async function expireReservations(
  store: LedgerStore,
  clock: Clock,
  policy: Policy,
  stopBy: EpochMs,
): Promise<ExpiryResult> {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const charge = policy.ledger.unknownOutcome === 'charge';
  const expired: ExpiredReservation[] = [];
  const accounts: AccountSnapshot[] = [];
  let complete = true;
  for await (const found of store.contents(accountsOf(policy), nowSeconds - CLOCK_SKEW_SECONDS)) {
    const counters = new Map(found.counters);
    const crashes = new Crashes(found, policy, nowSeconds);
    for (const entry of found.expired) {
      if (expired.length === EXPIRE_MAX || clock.now() >= stopBy) {
        complete = false;
        break;
      }
      expired.push(...(await expireLinked(store, entry, charge)));
      const after = await store.expire({ ...entry, charge, ...crashes.restriction(entry) });
      if (!after) continue;
      expired.push(entry);
      for (const [key, state] of after) counters.set(key, state);
    }
    accounts.push({ ...found, counters });
  }
  return { expired, accounts, complete };
}

/**
 * Calls that did not complete leave their reservations until their leases end, and all writes of a
 * shared account pay for them. After many, the cost center may have few in flight there.
 */
class Crashes {
  readonly #found: AccountSnapshot;
  readonly #now: EpochSeconds;
  readonly #max: number;
  readonly #until: EpochSeconds;
  readonly #counts = new Map<string, number>();

  constructor(found: AccountSnapshot, { ledger }: Policy, now: EpochSeconds) {
    this.#found = found;
    this.#now = now;
    this.#max = ledger.inFlightRestrictedMax;
    const lease = Math.max(LEASE_MIN_SECONDS, ledger.leaseSeconds);
    this.#until = now + LEASES_RESTRICTED * lease + SWEEPS_SECONDS;
  }

  /** Counts one more. */
  restriction({
    account,
    costCenter,
  }: ExpiredReservation): Pick<ExpireWrite, 'restrictsUntil'> | undefined {
    if (costCenter === undefined || !isSharedAccount(account)) return undefined;
    const count = (this.#counts.get(costCenter) ?? 0) + 1;
    this.#counts.set(costCenter, count);
    const { restrictedUntil = 0 } = this.#found.inFlight.get(costCenter) ?? {};
    const isRestricted = count >= this.#max || restrictedUntil > this.#now;
    return isRestricted ? { restrictsUntil: this.#until } : undefined;
  }
}

/**
 * Every item in which calls of this policy can have reserved, but for those of users, keys and
 * sessions: the reservations of their cost center name them. A cost center without limits has an
 * item for that alone.
 */
function accountsOf(policy: Policy): readonly AccountKey[] {
  const owners = allOwnerLimits(policy)
    .filter(({ owner, limits }) => limits.length > 0 || owner.kind === 'costCenter')
    .map(({ owner }) => owner);
  const shards = shardNumbers(maxShards(policy.shardLayout));
  return owners.flatMap((owner) => accountKeys(owner, shards));
}

/** The parts of a call in accounts that the sweep does not list: they end before the part here. */
async function expireLinked(
  store: LedgerStore,
  { linked = [], reservationId, leaseExpiresAt }: ExpiredReservation,
  charge: boolean,
): Promise<readonly ExpiredReservation[]> {
  if (linked.length === 0) return [];
  const ended: ExpiredReservation[] = [];
  for (const [account, found] of await store.find(linked, [reservationId])) {
    // A run that went on with the call has a later lease, and another reservation here.
    if (found.leaseExpiresAt > leaseExpiresAt) continue;
    const { leaseHolder: attemptId, ...rest } = found;
    const entry = { ...rest, account, attemptId };
    if (await store.expire({ ...entry, charge })) ended.push(entry);
  }
  return ended;
}
