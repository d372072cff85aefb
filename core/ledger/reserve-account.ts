/**
 * Reserves in one account: in one of its shards, or in several when no shard alone has enough left
 * but all together have.
 */
import { LedgerFullError } from '../errors.ts';
import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner, Policy } from '../policy/policy.ts';
import type { EpochMs, EpochSeconds } from '../time.ts';
import { accountKey, isSharedAccount, splitCounterKey } from './account-keys.ts';
import { findDenials, type LimitDenial, remainingInShard, type ShardSnapshots } from './denial.ts';
import type { AccountLimits, EffectiveLimit } from './effective-limits.ts';
import {
  type AccountKey,
  type AlertStates,
  CLOCK_SKEW_SECONDS,
  type Counters,
  type InFlightBound,
  type LedgerStore,
  type ReserveWrite,
  type ReserveWriteResult,
} from './ports.ts';
import type { PriorAttempt, ReservedAmounts } from './prior-attempt.ts';
import { endExpired, pruneHolderAccount } from './prune-holder-account.ts';
import type { RecentCounters } from './recent-counters.ts';
import {
  type Reservation,
  type ReservedAccount,
  type ReservedCounter,
  toReservedCounter,
} from './reservation.ts';
import { newSessionsDenial, reserveInSession } from './session-starts.ts';
import { release, releaseAndClose } from './settle.ts';
import { shardNumbers, shardOrder, shardShare } from './shard-layout.ts';

/** The attempt to reserve for one candidate in all its accounts. */
export interface CandidateAttempt {
  readonly policy: Policy;
  readonly now: EpochMs;
  readonly base: Omit<Reservation, 'basis' | 'accounts'>;
  readonly otherIds: readonly string[];
  /** Present when a step runs again: every write of its first run may still arrive. */
  readonly prior: PriorAttempt | undefined;
  /** Absent: what this process has seen of the accounts does not matter. */
  readonly recent: RecentCounters | undefined;
  /** Every account with a reservation, or after an error with a possible one. */
  readonly accounts: ReservedAccount[];
}

export type AccountOutcome =
  | { outcome: 'reserved' }
  | { outcome: 'conflict' }
  | {
      outcome: 'denied';
      /** None where only the number of calls in flight denies. */
      denials: readonly LimitDenial[];
      leaseEnds: readonly EpochSeconds[];
      /** How many calls in flight deny it, where these alone do. */
      crowdedAt?: number;
    };

/** The amount of each limit to take from one shard. */
type Part = ReadonlyMap<EffectiveLimit, number>;

/** @throws LedgerUnavailableError; `attempt.accounts` then has all that may be reserved. */
export async function reserveAccount(
  store: LedgerStore,
  attempt: CandidateAttempt,
  met: AccountLimits,
): Promise<AccountOutcome> {
  const { owner, limits } = met;
  const prior = attempt.prior?.complete.get(ownerKey(owner));
  if (prior) {
    for (const [account, amounts] of prior) {
      const counters = withStoredAmounts(limits.map(toReservedCounter), amounts);
      attempt.accounts.push({ account, isRepeated: true, counters });
    }
    return { outcome: 'reserved' };
  }
  const whole: Part = new Map(limits.map((effective) => [effective, effective.requested]));
  const tried = new Map<number, DeniedShard>();
  let full: LedgerFullError | undefined;
  for (const shard of shardsFor(attempt.base.id, met)) {
    const result = await tryShard(store, attempt, met, shard, whole);
    if (result instanceof LedgerFullError) full = result;
    else if (result.outcome === 'denied') tried.set(shard, result);
    else if (result.outcome === 'not_begun') return notBegun(attempt, met);
    else return { outcome: result.outcome };
  }
  // A full shard could not be tried and might have enough left: that is not a denial.
  if (full) throw full;
  return reserveSpread(store, attempt, met, tried);
}

/**
 * The shards in which the whole call fits when they are empty, beginning with its own. If it fits
 * in none, one is tried anyway: the denied write returns the counters.
 */
export function shardsFor(
  reservationId: string,
  { limits, shards }: AccountLimits,
): readonly number[] {
  const all = shardNumbers(shards);
  const fitting = all.filter((shard) =>
    limits.every(
      (effective) =>
        effective.ceiling === undefined ||
        remainingInShard(effective, shard, undefined) >= effective.requested,
    ),
  );
  return fitting.length > 0 ? shardOrder(reservationId, fitting) : [0];
}

/** Its caller has begun as many sessions in this minute as it may. */
const notBegun = (
  { policy, now }: CandidateAttempt,
  { session }: AccountLimits,
): AccountOutcome => ({
  outcome: 'denied',
  denials: session ? [newSessionsDenial(policy, session, now)] : [],
  leaseEnds: [],
});

type DeniedShard = Pick<
  Extract<ReserveWriteResult, { outcome: 'denied' }>,
  'counters' | 'alertStates' | 'crowdedAt' | 'leaseEnds'
>;

type ShardOutcome =
  | { outcome: 'reserved' | 'conflict' | 'not_begun' }
  | ({ outcome: 'denied' } & DeniedShard)
  | LedgerFullError;

async function tryShard(
  store: LedgerStore,
  attempt: CandidateAttempt,
  met: AccountLimits,
  shard: number,
  part: Part,
): Promise<ShardOutcome> {
  const { accounts } = attempt;
  const account = accountKey(met.owner, shard);
  const counters = [...part].map(([effective, reserved]) => ({
    ...toReservedCounter(effective),
    reserved,
  }));
  const write = accountReserve(attempt, met, shard, part);
  accounts.push({ account, isRepeated: true, counters });
  const result = await reserveTidily(store, attempt, met, write).catch((error: unknown) => {
    if (error instanceof LedgerFullError) return error;
    throw error;
  });
  accounts.pop();
  if (result instanceof LedgerFullError) return result;
  return recordAttempt(store, attempt, { account, counters }, result);
}

/** Nothing lists the accounts of users: what earlier calls left there, the next one ends. */
async function reserveTidily(
  store: LedgerStore,
  { policy, now }: CandidateAttempt,
  { session }: AccountLimits,
  write: ReserveWrite,
): Promise<ReserveWriteResult> {
  const result = session
    ? await reserveInSession(store, policy, session, write, now)
    : await store.reserve(write);
  const snapshot = 'snapshot' in result ? result.snapshot : undefined;
  if (!snapshot) return result;
  if (result.outcome === 'denied') {
    // The expired reservations may have been all that stood in the way.
    return (await endExpired(store, policy, snapshot)) > 0 ? store.reserve(write) : result;
  }
  // The call has what it needs; what cannot be pruned now can be later.
  await pruneHolderAccount(store, policy, snapshot, now).catch(() => undefined);
  return result;
}

/** Adds what a write has reserved to the attempt. */
async function recordAttempt(
  store: LedgerStore,
  attempt: CandidateAttempt,
  { account, counters }: Omit<ReservedAccount, 'isRepeated'>,
  result: ReserveWriteResult,
): Promise<Exclude<ShardOutcome, LedgerFullError>> {
  const { accounts, base, prior } = attempt;
  switch (result.outcome) {
    case 'conflict':
      return { outcome: 'conflict' };
    case 'reserved':
      attempt.recent?.record(account, result.committed);
      accounts.push({ account, isRepeated: result.isRepeated || prior !== undefined, counters });
      return { outcome: 'reserved' };
    case 'replayed':
      accounts.push({
        account,
        isRepeated: true,
        counters: withStoredAmounts(counters, result.amounts),
      });
      return { outcome: 'reserved' };
    case 'absent':
    case 'denied':
      attempt.recent?.forget(account);
      // An earlier copy of the write, or one of an earlier run, may still arrive and fit where this
      // one did not.
      if (result.isRepeated || prior !== undefined) {
        const own = [{ account, isRepeated: true, counters }];
        await releaseAndClose(store, { ...base, basis: 'unreserved', accounts: own });
      }
      return result.outcome === 'absent' ? { outcome: 'not_begun' } : result;
  }
}

function inFlightBound(
  { ledger }: Policy,
  costCenter: string,
  account: AccountKey,
  now: EpochMs,
): InFlightBound {
  const { inFlightMax: max, inFlightRestrictedMax } = ledger;
  if (!isSharedAccount(account)) return { costCenter, max };
  const restricted = { max: inFlightRestrictedMax, now: Math.floor(now / 1_000) };
  return { costCenter, max, restricted };
}

function accountReserve(
  { base, otherIds, policy, now }: CandidateAttempt,
  { owner, linked, keptUntil }: AccountLimits,
  shard: number,
  part: Part,
): ReserveWrite {
  return {
    account: accountKey(owner, shard),
    reservationId: base.id,
    otherIds,
    attemptId: base.attemptId,
    leaseExpiresAt: base.leaseExpiresAt,
    inFlight: inFlightBound(policy, base.costCenter, accountKey(owner, shard), now),
    ...(linked && { linked }),
    ...(keptUntil !== undefined && {
      unlisted: {
        keptUntil: keptUntil && itemEnd(keptUntil, base),
        now: Math.floor(now / 1_000) - CLOCK_SKEW_SECONDS,
      },
    }),
    amounts: [...part].map(([{ key, ceiling, shards }, amount]) => ({
      key,
      amount,
      ...(ceiling !== undefined && { ceiling: shardShare(ceiling, shard, shards) }),
    })),
  };
}

/** A call that is still running at the end of its windows settles in the item as well. */
const itemEnd = (keptUntil: EpochMs, { leaseExpiresAt }: CandidateAttempt['base']) =>
  Math.max(Math.ceil(keptUntil / 1_000), leaseExpiresAt + KEPT_AFTER_LEASE_SECONDS);

const KEPT_AFTER_LEASE_SECONDS = 86_400;

/**
 * Reserves in several shards what none of them alone has left: a call that fits is not denied only
 * because of how earlier usage is spread. All the parts, or none.
 */
async function reserveSpread(
  store: LedgerStore,
  attempt: CandidateAttempt,
  met: AccountLimits,
  tried: ReadonlyMap<number, DeniedShard>,
): Promise<AccountOutcome> {
  const { owner, limits } = met;
  const everywhere = await withUntried(store, owner, shardNumbers(met.shards), tried);
  const crowdedAt = [...tried.values()].find((shard) => shard.crowdedAt !== undefined)?.crowdedAt;
  const isCrowded = crowdedAt !== undefined;
  const leaseEnds = [...tried.values()].flatMap((shard) => shard.leaseEnds);
  const denials = findDenials(limits, everywhere, isCrowded);
  const crowded = isCrowded ? { crowdedAt } : {};
  const denied = { outcome: 'denied', denials, leaseEnds, ...crowded } as const;
  // A shard that is full of calls in flight takes no part of one either.
  if (isCrowded) return denied;
  const counters = [...everywhere].map(([shard, state]) => [shard, state.counters] as const);
  const parts = partsOver(limits, counters);
  if (!parts) return denied;
  const taking: CandidateAttempt = { ...attempt, accounts: [] };
  try {
    for (const [shard, part] of parts) {
      const result = await tryShard(store, taking, met, shard, part);
      if (result instanceof LedgerFullError) throw result;
      if (result.outcome === 'reserved') continue;
      await release(store, { ...attempt.base, basis: 'reserved', accounts: taking.accounts });
      taking.accounts.length = 0;
      return result.outcome === 'conflict' ? { outcome: 'conflict' } : denied;
    }
    return { outcome: 'reserved' };
  } finally {
    attempt.accounts.push(...taking.accounts);
  }
}

async function withUntried(
  store: LedgerStore,
  owner: Owner,
  shards: readonly number[],
  tried: ShardSnapshots,
): Promise<ShardSnapshots> {
  const everywhere = new Map(shards.map((shard) => [shard, tried.get(shard) ?? NOTHING]));
  const untried = new Map(
    shards.filter((shard) => !tried.has(shard)).map((shard) => [accountKey(owner, shard), shard]),
  );
  if (untried.size === 0) return everywhere;
  for await (const found of store.contents([...untried.keys()], 0)) {
    const shard = untried.get(found.account);
    if (shard !== undefined) everywhere.set(shard, found);
  }
  return everywhere;
}

const NOTHING: { counters: Counters; alertStates: AlertStates } = {
  counters: new Map(),
  alertStates: new Map(),
};

/** How much of each limit to take from which shard; undefined where all together have too little. */
function partsOver(
  limits: readonly EffectiveLimit[],
  everywhere: readonly (readonly [number, Counters])[],
): ReadonlyMap<number, Part> | undefined {
  if (everywhere.length === 1) return undefined;
  const parts = new Map<number, Map<EffectiveLimit, number>>();
  for (const effective of limits) {
    const shards = everywhere
      .map(([shard, counters]) => ({ shard, left: remainingInShard(effective, shard, counters) }))
      .sort((a, b) => b.left - a.left);
    let rest = effective.requested;
    for (const { shard, left } of shards) {
      const isFirst = shard === shards[0]?.shard;
      const taken = effective.ceiling === undefined ? rest : Math.min(rest, Math.max(0, left));
      if (taken === 0 && !(isFirst && rest === 0)) continue;
      const part = parts.get(shard) ?? new Map<EffectiveLimit, number>();
      parts.set(shard, part.set(effective, taken));
      rest -= taken;
    }
    if (rest > 0) return undefined;
  }
  // In one order for all calls, so that one of several calls for the same rest gets it.
  return new Map([...parts].sort(([a], [b]) => a - b));
}

/**
 * The counters of an earlier attempt, as stored. Its window may have ended since, so the stored
 * names and amounts count, not the current ones.
 */
function withStoredAmounts(
  counters: readonly ReservedCounter[],
  amounts: ReservedAmounts,
): readonly ReservedCounter[] {
  const byName = new Map(counters.map((counter) => [counter.limit.name, counter]));
  return [...amounts].flatMap(([key, reserved]) => {
    const counter = byName.get(splitCounterKey(key).limitName);
    return counter ? [{ ...counter, key, reserved }] : [];
  });
}
