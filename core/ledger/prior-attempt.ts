/**
 * Recovers the reservations of a step that runs again, as only the table has them: complete ones
 * are taken over, the others are released.
 */

import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
import { accountKeys, isAccountOf, isHolderAccount, splitCounterKey } from './account-keys.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AccountKey, AccountReservation, CounterKey, LedgerStore } from './ports.ts';
import {
  candidateReservationIds,
  isSameCall,
  leaseHolderOf,
  limitsFor,
  type ReserveRequest,
} from './reserve-request.ts';
import { maxShards, shardNumbers } from './shard-layout.ts';

/** Reservations of an earlier run of the same call. */
export interface PriorAttempt {
  /** Index of the candidate it was reserving for. */
  readonly candidate: number;
  /** By owner key: the accounts that together have all that the call needs of that owner. */
  readonly complete: ReadonlyMap<string, ReadonlyMap<AccountKey, ReservedAmounts>>;
}

export type ReservedAmounts = AccountReservation['amounts'];

/** Takes over what is complete and for one candidate; releases the rest. */
export async function recoverPriorAttempt(
  store: LedgerStore,
  request: ReserveRequest,
): Promise<PriorAttempt> {
  const ids = candidateReservationIds(request);
  const found = new Map(
    [...(await store.find(everyAccount(request), ids))].filter(([, { leaseHolder }]) =>
      isSameCall(request, leaseHolder),
    ),
  );
  const [first] = found.values();
  const candidate = Math.max(0, ids.indexOf(first?.reservationId ?? ''));
  const complete = new Map<string, ReadonlyMap<AccountKey, ReservedAmounts>>();
  const { [candidate]: tried = request.candidates[0] } = request.candidates;
  for (const { owner, limits } of limitsFor(request, tried)) {
    const reservations = [...found].filter(
      ([account, reservation]) =>
        reservation.reservationId === ids[candidate] && isAccountOf(account, owner),
    );
    const amounts = new Map(reservations.map(([account, each]) => [account, each.amounts]));
    if (!isComplete(limits, [...amounts.values()])) continue;
    if (!(await takeOverAll(store, request, reservations))) continue;
    for (const account of amounts.keys()) found.delete(account);
    complete.set(ownerKey(owner), amounts);
  }
  // As when a call is settled: the cost center's part is the one that leads to the others.
  const [linked, others] = [true, false].map((is) =>
    [...found].filter(([account]) => isHolderAccount(account) === is),
  );
  for (const [account, reservation] of [...(linked ?? []), ...(others ?? [])]) {
    await releaseAndCloseId(store, account, request.scope, reservation);
  }
  return { candidate, complete };
}

async function takeOverAll(
  store: LedgerStore,
  request: ReserveRequest,
  reservations: readonly (readonly [AccountKey, AccountReservation])[],
): Promise<boolean> {
  for (const [account, reservation] of reservations) {
    if (!(await store.takeOver(account, reservation, leaseHolderOf(request)))) return false;
  }
  return true;
}

function everyAccount(request: ReserveRequest): readonly AccountKey[] {
  const owners = new Map<string, Owner>();
  for (const candidate of request.candidates) {
    for (const { owner } of limitsFor(request, candidate)) owners.set(ownerKey(owner), owner);
  }
  const shards = shardNumbers(maxShards(request.policy.shardLayout));
  return [...owners.values()].flatMap((owner) => accountKeys(owner, shards));
}

/** Windows may have ended since, so limits are compared by name. */
function isComplete(
  limits: readonly EffectiveLimit[],
  reserved: readonly ReservedAmounts[],
): boolean {
  if (reserved.length === 0) return false;
  return limits.every(({ limit, requested }) => {
    const parts = reserved.flatMap((amounts) =>
      [...amounts].filter(([key]) => nameOf(key) === limit.name).map(([, amount]) => amount),
    );
    return parts.length > 0 && parts.reduce((sum, amount) => sum + amount, 0) === requested;
  });
}

const nameOf = (key: CounterKey): string => splitCounterKey(key).limitName;

/**
 * Closes the id as well, as copies of the write may still arrive. A reservation that was taken over
 * before the next one failed keeps its new lease holder, and ends with its lease.
 */
async function releaseAndCloseId(
  store: LedgerStore,
  account: AccountKey,
  { costCenter }: ReserveRequest['scope'],
  { reservationId, leaseHolder, amounts: reserved }: AccountReservation,
): Promise<void> {
  const amounts = [...reserved].map(([key, amount]) => ({ key, reserved: amount, actual: 0 }));
  await store.settle({
    account,
    reservationId,
    attemptId: leaseHolder,
    costCenter,
    amounts,
    closes: true,
    chargesUnreserved: false,
  });
}
