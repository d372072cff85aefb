/**
 * A reserving step that runs again: what did its first run take? Nobody knows but the table. What
 * is whole is kept, what is not is given back.
 */

import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
import { accountKey, isAccountOf, shardNumbers, splitCounterKey } from './account-keys.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AccountKey, AccountReservation, CounterKey, LedgerStore } from './ports.ts';
import {
  candidateReservationIds,
  isSameCall,
  leaseHolderOf,
  limitsFor,
  type ReserveRequest,
} from './reserve-request.ts';
import { maxShards } from './shard-layout.ts';

/** What an earlier run of the same call holds. */
export interface PriorAttempt {
  /** Index of the candidate it was reserving for. */
  readonly candidate: number;
  /** By owner name: the accounts that together hold all the call needs of that owner. */
  readonly whole: ReadonlyMap<string, ReadonlyMap<AccountKey, ReservedAmounts>>;
}

export type ReservedAmounts = AccountReservation['held'];

/** Takes over what is whole and for one candidate; gives back the rest. */
export async function recoverPriorAttempt(
  store: LedgerStore,
  request: ReserveRequest,
): Promise<PriorAttempt> {
  const ids = candidateReservationIds(request);
  const found = new Map(
    [...(await store.find(everyAccount(request), ids))].filter(([, { holder }]) =>
      isSameCall(request, holder),
    ),
  );
  const [first] = found.values();
  const candidate = Math.max(0, ids.indexOf(first?.reservationId ?? ''));
  const whole = new Map<string, ReadonlyMap<AccountKey, ReservedAmounts>>();
  const { [candidate]: tried = request.candidates[0] } = request.candidates;
  for (const { owner, limits } of limitsFor(request, tried)) {
    const own = [...found].filter(
      ([account, hold]) => hold.reservationId === ids[candidate] && isAccountOf(account, owner),
    );
    const held = own.map(([account, hold]) => [account, hold.held] as const);
    if (
      !isWhole(
        limits,
        own.map(([, hold]) => hold.held),
      )
    )
      continue;
    if (!(await takeOverAll(store, request, own))) continue;
    for (const [account] of own) found.delete(account);
    whole.set(ownerKey(owner), new Map(held));
  }
  for (const [account, hold] of found) await giveBack(store, account, hold);
  return { candidate, whole };
}

async function takeOverAll(
  store: LedgerStore,
  request: ReserveRequest,
  holds: readonly (readonly [AccountKey, AccountReservation])[],
): Promise<boolean> {
  for (const [account, hold] of holds) {
    if (!(await store.takeOver(account, hold, leaseHolderOf(request)))) return false;
  }
  return true;
}

function everyAccount(request: ReserveRequest): readonly AccountKey[] {
  const owners = new Map<string, Owner>();
  for (const candidate of request.candidates) {
    for (const { owner } of limitsFor(request, candidate)) owners.set(ownerKey(owner), owner);
  }
  const shards = shardNumbers(maxShards(request.policy.shardLayout));
  return [...owners.values()].flatMap((owner) => shards.map((shard) => accountKey(owner, shard)));
}

/** Windows may have ended since, so limits are compared by name. */
function isWhole(limits: readonly EffectiveLimit[], holds: readonly ReservedAmounts[]): boolean {
  if (holds.length === 0) return false;
  return limits.every(({ limit, requested }) => {
    const amounts = holds.flatMap((held) =>
      [...held].filter(([key]) => nameOf(key) === limit.name).map(([, amount]) => amount),
    );
    return amounts.length > 0 && amounts.reduce((sum, amount) => sum + amount, 0) === requested;
  });
}

const nameOf = (key: CounterKey): string => splitCounterKey(key).limitName;

/**
 * Closes the id there as well: copies of the write may be on their way. What was taken over before
 * the next one failed keeps its new holder, and ends with its lease.
 */
async function giveBack(
  store: LedgerStore,
  account: AccountKey,
  { reservationId, holder, held }: AccountReservation,
): Promise<void> {
  const amounts = [...held].map(([key, reserved]) => ({ key, reserved, actual: 0 }));
  await store.settle({ account, reservationId, attemptId: holder, amounts, closes: true });
}
