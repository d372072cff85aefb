/**
 * Reserving in one account: in one of its shards, or, when none alone has the room that all have
 * together, in several.
 */
import { LedgerFullError } from '../errors.ts';
import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
import {
  accountKey,
  shardNumbers,
  shardOrder,
  shardShare,
  splitCounterKey,
} from './account-keys.ts';
import { findDenials, type LimitDenial, remainingInShard, type ShardSnapshots } from './denial.ts';
import type { AccountLimits, EffectiveLimit } from './effective-limits.ts';
import type {
  AccountKey,
  AlertStates,
  Counters,
  LedgerStore,
  ReserveWrite,
  ReserveWriteResult,
} from './ports.ts';
import type { PriorAttempt, ReservedAmounts } from './prior-attempt.ts';
import {
  type Reservation,
  type ReservedAccount,
  type ReservedCounter,
  toReservedCounter,
} from './reservation.ts';
import { release, releaseAndClose } from './settle.ts';

/** One candidate's try at all its accounts. */
export interface CandidateAttempt {
  readonly shell: Pick<Reservation, 'id' | 'attemptId' | 'leaseExpiresAt'>;
  readonly otherIds: readonly string[];
  /** Given where a step runs again: every write of its first run may yet arrive. */
  readonly own: PriorAttempt | undefined;
  /** Every account that holds, or after an error may hold, something. */
  readonly accounts: ReservedAccount[];
}

export type AccountOutcome =
  | { outcome: 'reserved' }
  | { outcome: 'conflict' }
  | { outcome: 'refused'; refused: readonly LimitDenial[] };

/** The amount of each limit to take from one shard. */
type Part = ReadonlyMap<EffectiveLimit, number>;

/** @throws LedgerUnavailableError; `attempt.accounts` then tells what may have been taken. */
export async function reserveAccount(
  store: LedgerStore,
  attempt: CandidateAttempt,
  { owner, limits }: AccountLimits,
): Promise<AccountOutcome> {
  const own = attempt.own?.whole.get(ownerKey(owner));
  if (own) {
    for (const [account, held] of own) {
      const counters = asStored(limits.map(toReservedCounter), held);
      attempt.accounts.push({ account, isRepeated: true, counters });
    }
    return { outcome: 'reserved' };
  }
  const whole: Part = new Map(limits.map((effective) => [effective, effective.requested]));
  const tried = new Map<number, { counters: Counters; notes: AlertStates }>();
  let full: LedgerFullError | undefined;
  for (const shard of shardsFor(attempt.shell.id, limits)) {
    const result = await tryShard(store, attempt, owner, shard, whole);
    if (result instanceof LedgerFullError) full = result;
    else if (result.outcome === 'refused') tried.set(shard, result);
    else return result;
  }
  // A shard that could not be asked might have had room: that is no denial.
  if (full) throw full;
  return reserveSpread(store, attempt, { owner, limits }, tried);
}

/**
 * The shards that could hold the whole call if they were empty, beginning with its own. If none
 * could, one is asked all the same: its refusal tells how things stand.
 */
export function shardsFor(
  reservationId: string,
  limits: readonly EffectiveLimit[],
): readonly number[] {
  const all = allShards(limits);
  const able = all.filter((shard) =>
    limits.every(
      (effective) =>
        effective.ceiling === undefined ||
        remainingInShard(effective, shard, undefined) >= effective.requested,
    ),
  );
  return able.length > 0 ? shardOrder(reservationId, able) : [0];
}

const allShards = (limits: readonly EffectiveLimit[]): readonly number[] =>
  shardNumbers(Math.max(1, ...limits.map(({ shards }) => shards)));

type ShardOutcome =
  | { outcome: 'reserved' | 'conflict' }
  | { outcome: 'refused'; counters: Counters; notes: AlertStates }
  | LedgerFullError;

async function tryShard(
  store: LedgerStore,
  attempt: CandidateAttempt,
  owner: Owner,
  shard: number,
  part: Part,
): Promise<ShardOutcome> {
  const { accounts } = attempt;
  const account = accountKey(owner, shard);
  const counters = [...part].map(([effective, reserved]) => ({
    ...toReservedCounter(effective),
    reserved,
  }));
  accounts.push({ account, isRepeated: true, counters });
  const result = await store
    .reserve(accountReserve(attempt, account, shard, part))
    .catch((error: unknown) => {
      if (error instanceof LedgerFullError) return error;
      throw error;
    });
  accounts.pop();
  if (result instanceof LedgerFullError) return result;
  return taken(store, attempt, { account, counters }, result);
}

/** Notes what a shard's answer means for the attempt. */
async function taken(
  store: LedgerStore,
  attempt: CandidateAttempt,
  { account, counters }: Omit<ReservedAccount, 'isRepeated'>,
  result: ReserveWriteResult,
): Promise<Exclude<ShardOutcome, LedgerFullError>> {
  const { accounts, shell, own } = attempt;
  switch (result.outcome) {
    case 'conflict':
      return { outcome: 'conflict' };
    case 'reserved':
      accounts.push({ account, isRepeated: result.isRepeated || own !== undefined, counters });
      return { outcome: 'reserved' };
    case 'replayed':
      accounts.push({ account, isRepeated: true, counters: asStored(counters, result.held) });
      return { outcome: 'reserved' };
    case 'refused':
      // An earlier copy of the write may find room where this one found none.
      if (result.isRepeated) {
        const held = [{ account, isRepeated: true, counters }];
        await releaseAndClose(store, { ...shell, basis: 'unreserved', accounts: held });
      }
      return { outcome: 'refused', counters: result.counters, notes: result.notes };
  }
}

function accountReserve(
  { shell, otherIds }: CandidateAttempt,
  account: AccountKey,
  shard: number,
  part: Part,
): ReserveWrite {
  return {
    account,
    reservationId: shell.id,
    otherIds,
    attemptId: shell.attemptId,
    leaseExpiresAt: shell.leaseExpiresAt,
    holds: [...part].map(([{ key, ceiling, shards }, amount]) => ({
      key,
      amount,
      ...(ceiling !== undefined && { ceiling: shardShare(ceiling, shard, shards) }),
    })),
  };
}

/**
 * Takes from several shards what no one of them has left: what fits is not refused only because of
 * how the use before it was spread. All the parts, or none.
 */
async function reserveSpread(
  store: LedgerStore,
  attempt: CandidateAttempt,
  { owner, limits }: AccountLimits,
  tried: ShardSnapshots,
): Promise<AccountOutcome> {
  const everywhere = await withUntried(store, owner, allShards(limits), tried);
  const refused = { outcome: 'refused', refused: findDenials(limits, everywhere) } as const;
  const counters = [...everywhere].map(([shard, state]) => [shard, state.counters] as const);
  const parts = partsOver(limits, counters);
  if (!parts) return refused;
  const taking: CandidateAttempt = { ...attempt, accounts: [] };
  try {
    for (const [shard, part] of parts) {
      const result = await tryShard(store, taking, owner, shard, part);
      if (result instanceof LedgerFullError) throw result;
      if (result.outcome === 'reserved') continue;
      await release(store, { ...attempt.shell, basis: 'reserved', accounts: taking.accounts });
      taking.accounts.length = 0;
      return result.outcome === 'conflict' ? { outcome: 'conflict' } : refused;
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

const NOTHING: { counters: Counters; notes: AlertStates } = {
  counters: new Map(),
  notes: new Map(),
};

/** How much of each limit to take from which shard; undefined where all together lack the room. */
function partsOver(
  limits: readonly EffectiveLimit[],
  everywhere: readonly (readonly [number, Counters])[],
): ReadonlyMap<number, Part> | undefined {
  if (everywhere.length === 1) return undefined;
  const parts = new Map<number, Map<EffectiveLimit, number>>();
  for (const effective of limits) {
    const rooms = everywhere
      .map(([shard, counters]) => ({ shard, room: remainingInShard(effective, shard, counters) }))
      .sort((a, b) => b.room - a.room);
    let rest = effective.requested;
    for (const { shard, room } of rooms) {
      const isFirst = shard === rooms[0]?.shard;
      const taken = effective.ceiling === undefined ? rest : Math.min(rest, Math.max(0, room));
      if (taken === 0 && !(isFirst && rest === 0)) continue;
      const part = parts.get(shard) ?? new Map<EffectiveLimit, number>();
      parts.set(shard, part.set(effective, taken));
      rest -= taken;
    }
    if (rest > 0) return undefined;
  }
  // All in one order, so that of several calls after the same rest one gets it.
  return new Map([...parts].sort(([a], [b]) => a - b));
}

/**
 * The counters an earlier try took from, as stored. Its window may have ended since, so the stored
 * names and amounts count, not those of now.
 */
function asStored(
  counters: readonly ReservedCounter[],
  held: ReservedAmounts,
): readonly ReservedCounter[] {
  const byName = new Map(counters.map((counter) => [counter.limit.name, counter]));
  return [...held].flatMap(([key, reserved]) => {
    const counter = byName.get(splitCounterKey(key).limitName);
    return counter ? [{ ...counter, key, reserved }] : [];
  });
}
