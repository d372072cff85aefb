/**
 * The sweep's part of the ledger: reservations of calls that never came back are settled by policy,
 * and what the history no longer needs is dropped. May run at any moment and several times at once.
 */

import { ownerKey } from '../policy/limit-owners.ts';
import { allLimits } from '../policy/overrides.ts';
import type { LedgerSettings, Policy } from '../policy/policy.ts';
import type { Clock, EpochMs, EpochSeconds } from '../time.ts';
import { accountKey, isOlderThanHistory, shardNumbers } from './account-keys.ts';
import type {
  AccountKey,
  AccountSnapshot,
  CounterKey,
  CounterState,
  Counters,
  ExpiredReservation,
  LedgerStore,
} from './ports.ts';
import { maxShards } from './shard-layout.ts';

/** Longest a Lambda function, and so a late answer, can take (AWS Lambda quotas, 2026-11). */
const LATEST_ANSWER_SECONDS = 900;

/** Most two hosts' clocks are taken to differ; a lease ends that much later for the sweep. */
const CLOCK_SKEW_SECONDS = 5;

/** Writes of one run; the next one goes on. */
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
 * @param stopBy no new write is begun from then on.
 * @throws LedgerUnavailableError; what was done so far stands, the next run goes on.
 */
export async function expireReservations(
  store: LedgerStore,
  clock: Clock,
  policy: Policy,
  stopBy: EpochMs,
): Promise<ExpiryResult> {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const expired: ExpiredReservation[] = [];
  const accounts: AccountSnapshot[] = [];
  let complete = true;
  for await (const found of store.contents(accountsOf(policy), nowSeconds - CLOCK_SKEW_SECONDS)) {
    const counters = new Map(found.counters);
    for (const entry of found.expired) {
      if (expired.length === EXPIRE_MAX || clock.now() >= stopBy) {
        complete = false;
        break;
      }
      const after = await expire(store, policy.ledger, entry, nowSeconds);
      if (!after) continue;
      expired.push(entry);
      for (const [key, state] of after) counters.set(key, state);
    }
    accounts.push({ ...found, counters });
  }
  return { expired, accounts, complete };
}

const expire = (
  store: LedgerStore,
  { expiredReservation }: LedgerSettings,
  entry: ExpiredReservation,
  now: EpochSeconds,
): Promise<Counters | undefined> =>
  store.expire({
    ...entry,
    charge: expiredReservation === 'charge',
    markerExpiresAt: now + LATEST_ANSWER_SECONDS,
  });

/** Every item that calls of this policy may have reserved in. */
function accountsOf(policy: Policy): readonly AccountKey[] {
  const owners = new Map(allLimits(policy).map(({ owner }) => [ownerKey(owner), owner]));
  const shards = shardNumbers(maxShards(policy.shardLayout));
  return [...owners.values()].flatMap((owner) => shards.map((shard) => accountKey(owner, shard)));
}

/** What has notes only: a call was refused before any other was counted. */
const NEVER_WRITTEN: CounterState = { committed: 0, settled: 0 };

interface Pruned {
  readonly markers: number;
  readonly counters: number;
}

/**
 * Drops markers nobody waits for and counters older than the history.
 * @param needed counters to keep all the same.
 * @throws LedgerUnavailableError; the next run goes on.
 */
export async function prune(
  store: LedgerStore,
  policy: Policy,
  accounts: readonly AccountSnapshot[],
  now: EpochMs,
  needed: ReadonlySet<CounterKey>,
): Promise<Pruned> {
  const history = { windows: policy.ledger.historyWindows, timeZone: policy.timeZone };
  const pruned = { markers: 0, counters: 0 };
  for (const { account, staleMarkers, idleCounters, counters, notes } of accounts) {
    const old = new Map<CounterKey, CounterState>();
    for (const key of idleCounters) {
      if (needed.has(key) || !isOlderThanHistory(key, now, history)) continue;
      old.set(key, counters.get(key) ?? NEVER_WRITTEN);
    }
    if (old.size === 0 && staleMarkers.length === 0) continue;
    await store.prune({ account, markers: staleMarkers, counters: old, notes });
    pruned.markers += staleMarkers.length;
    pruned.counters += old.size;
  }
  return pruned;
}
