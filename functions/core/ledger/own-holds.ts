/**
 * A reserving step that runs again: what did its first run take? Nobody knows but the table. What
 * is whole is kept, what is not is given back.
 */
import type { Owner } from '../policy/policy.ts';
import { accountKey, candidateId, ownerName, shardNumbers, splitCounterKey } from './counters.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import { mostShards } from './layout.ts';
import type { AccountKey, CounterKey, LedgerStore, OwnHold } from './ports.ts';
import { candidateIds, limitsFor, type ReserveRequest } from './reserve-request.ts';

/** What an earlier run of the same call holds. */
export interface OwnHolds {
  /** Index of the candidate it was reserving for. */
  readonly candidate: number;
  /** By owner name: the accounts that together hold all the call needs of that owner. */
  readonly whole: ReadonlyMap<string, ReadonlyMap<AccountKey, Held>>;
}

export type Held = OwnHold['held'];

/** Gives back all but what is whole and for one candidate. */
export async function ownHolds(store: LedgerStore, request: ReserveRequest): Promise<OwnHolds> {
  const found = await store.find(everyAccount(request), {
    ids: candidateIds(request),
    attemptId: request.attemptId,
  });
  const [first] = found.values();
  const ids = candidateIds(request);
  const candidate = Math.max(0, ids.indexOf(first?.reservationId ?? ''));
  const id = candidateId(request.reservationId, candidate);
  const whole = new Map<string, ReadonlyMap<AccountKey, Held>>();
  for (const { owner, limits } of limitsFor(
    request,
    request.candidates[candidate] ?? request.candidates[0],
  )) {
    const own = new Map<AccountKey, Held>();
    for (const [account, { reservationId, held }] of found) {
      if (reservationId === id && isOf(account, owner)) own.set(account, held);
    }
    if (isWhole(limits, [...own.values()])) whole.set(ownerName(owner), own);
  }
  const kept = new Set([...whole.values()].flatMap((accounts) => [...accounts.keys()]));
  for (const [account, hold] of found) {
    if (hold.reservationId !== id || !kept.has(account)) {
      await giveBack(store, request, account, hold);
    }
  }
  return { candidate, whole };
}

function everyAccount(request: ReserveRequest): readonly AccountKey[] {
  const owners = new Map<string, Owner>();
  for (const candidate of request.candidates) {
    for (const { owner } of limitsFor(request, candidate)) owners.set(ownerName(owner), owner);
  }
  const shards = shardNumbers(mostShards(request.policy.shardLayout));
  return [...owners.values()].flatMap((owner) => shards.map((shard) => accountKey(owner, shard)));
}

const isOf = (account: AccountKey, owner: Owner): boolean =>
  account.startsWith(`account#${ownerName(owner)}#`);

/** Windows may have ended since, so limits are compared by name. */
function isWhole(limits: readonly EffectiveLimit[], holds: readonly Held[]): boolean {
  if (holds.length === 0) return false;
  return limits.every(({ limit, requested }) => {
    const amounts = holds.flatMap((held) =>
      [...held].filter(([key]) => nameOf(key) === limit.name).map(([, amount]) => amount),
    );
    return amounts.length > 0 && amounts.reduce((sum, amount) => sum + amount, 0) === requested;
  });
}

const nameOf = (key: CounterKey): string => splitCounterKey(key).limitName;

/** Closes the id there as well: copies of the write may be on their way. */
async function giveBack(
  store: LedgerStore,
  { attemptId }: ReserveRequest,
  account: AccountKey,
  { reservationId, held }: OwnHold,
): Promise<void> {
  const amounts = [...held].map(([key, reserved]) => ({ key, reserved, actual: 0 }));
  await store.settle({ account, reservationId, attemptId, amounts, closes: true });
}
