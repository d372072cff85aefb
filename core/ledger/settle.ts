/**
 * Settles reservations: the reserved worst case becomes what the call really used, exactly once
 * (I3), in the windows of the reservation. Releasing is settling at zero.
 */
import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
import { isAccountOf, isHolderAccount } from './account-keys.ts';
import { type AmountsByUnit, NO_AMOUNTS } from './effective-limits.ts';
import type {
  AccountKey,
  AccountReservation,
  Counters,
  LedgerStore,
  SettleAmount,
  SettleWrite,
  SettleWriteResult,
} from './ports.ts';
import { rankHolder } from './rank-holder.ts';
import type {
  LimitSnapshot,
  Reservation,
  ReservedAccount,
  ReservedCounter,
} from './reservation.ts';
import { firstLeaseHolder } from './reserve-request.ts';
import { isThresholdReached, type ThresholdCrossing, toThresholdCrossing } from './thresholds.ts';

/**
 * The status of a limit right after a settle, in the limit's unit. A limit that is split over
 * several items has no amounts: one item does not have the sum.
 */
export interface LimitStatus {
  readonly limit: LimitSnapshot;
  readonly used?: number;
  readonly reserved?: number;
  readonly resetsAt: string | null;
}

export interface SettleResult {
  /** More was used than had been reserved on at least one counter. */
  readonly exceeded: boolean;
  readonly statuses: readonly LimitStatus[];
  readonly crossings: readonly ThresholdCrossing[];
}

interface SettledPart {
  readonly reserved: ReservedAccount;
  readonly amounts: readonly SettleAmount[];
}

type Settled = Extract<SettleWriteResult, { outcome: 'settled' }>;

/**
 * Settles every account of a reservation at what was used.
 * Safe to repeat: a second settle changes nothing and reports no crossing.
 * @throws LedgerUnavailableError; what was not reached stays reserved until its lease ends.
 */
export async function settle(
  store: LedgerStore,
  reservation: Reservation,
  actual: AmountsByUnit,
): Promise<SettleResult> {
  const statuses = new Map<string, LimitStatus>();
  const crossings: ThresholdCrossing[] = [];
  const parts = settledParts(reservation, actual);
  const results = await settleParts(store, reservation, parts);
  for (const { reserved } of parts) {
    const result = results.get(reserved.account);
    if (result?.status === 'rejected') throw result.reason;
    if (result?.value.outcome !== 'settled') continue;
    for (const status of limitStatuses(reserved, result.value.counters)) {
      const { owner, name } = status.limit;
      statuses.set(`${ownerKey(owner)}/${name}`, status);
    }
    const settled = result.value;
    // Views may lag behind; money does not depend on them.
    await rankHolder(store, reserved, settled).catch(() => undefined);
    crossings.push(...reserved.counters.flatMap((counter) => crossingsOf(counter, settled)));
  }
  const exceeded = parts.some(({ amounts }) =>
    amounts.some((amount) => amount.actual > amount.reserved),
  );
  return { exceeded, statuses: [...statuses.values()], crossings };
}

/**
 * Each account settles for itself, so that one wait is enough for all. Only the cost center's part
 * waits for those of users, keys and sessions: while one of them is open, the sweep needs it to
 * find them.
 */
async function settleParts(
  store: LedgerStore,
  reservation: Reservation,
  parts: readonly SettledPart[],
): Promise<ReadonlyMap<AccountKey, PromiseSettledResult<SettleWriteResult>>> {
  const results = new Map<AccountKey, PromiseSettledResult<SettleWriteResult>>();
  const settleAll = async (some: readonly SettledPart[]) => {
    const settled = await Promise.allSettled(
      some.map((part) => settlePart(store, reservation, part)),
    );
    for (const [at, { reserved }] of some.entries()) {
      const result = settled[at];
      if (result) results.set(reserved.account, result);
    }
  };
  const ofHolders = parts.filter(({ reserved }) => isHolderAccount(reserved.account));
  const owner: Owner = { kind: 'costCenter', name: reservation.costCenter };
  const leads = ({ reserved }: SettledPart) =>
    ofHolders.length > 0 && isAccountOf(reserved.account, owner);
  await settleAll(parts.filter((part) => !leads(part)));
  const failed = ofHolders.some(
    ({ reserved }) => results.get(reserved.account)?.status === 'rejected',
  );
  if (!failed) await settleAll(parts.filter(leads));
  return results;
}

/** A call that could not reserve settles what an earlier run of its step may have left. */
async function settlePart(
  store: LedgerStore,
  reservation: Reservation,
  part: SettledPart,
): Promise<SettleWriteResult> {
  const write = settleWrite(reservation, part);
  const result = await store.settle(write);
  const { id, attemptId, basis } = reservation;
  if (basis !== 'unreserved' || result.outcome !== 'replayed') return result;
  const first = firstLeaseHolder(attemptId);
  const left = first !== attemptId && (await store.find([write.account], [id])).get(write.account);
  if (!left || left.leaseHolder !== first) return result;
  return store.settle({ ...write, attemptId: first, amounts: amountsOver(left, write.amounts) });
}

/** The amounts on what is reserved; its windows may have ended since. */
function amountsOver(
  { amounts: reserved }: AccountReservation,
  amounts: readonly SettleAmount[],
): readonly SettleAmount[] {
  const keys = new Set(amounts.map(({ key }) => key));
  return [
    ...amounts.map((amount) => ({ ...amount, reserved: reserved.get(amount.key) ?? 0 })),
    ...[...reserved]
      .filter(([key]) => !keys.has(key))
      .map(([key, amount]) => ({ key, reserved: amount, actual: 0 })),
  ];
}

const settleWrite = (
  { id, attemptId, costCenter, basis }: Reservation,
  { reserved, amounts }: SettledPart,
): SettleWrite => ({
  account: reserved.account,
  reservationId: id,
  attemptId,
  costCenter,
  amounts,
  ...(isHolderAccount(reserved.account) && { isOfHolder: true }),
  closes: reserved.isRepeated || basis === 'unreserved',
  chargesUnreserved: basis === 'unreserved',
});

/** Releases everything; what was never reserved, or is settled already, is not changed. */
export async function release(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, reservation, NO_AMOUNTS);
}

/**
 * Releases what a failed write may have reserved, and closes the ids, so that a write that arrives
 * later has no effect.
 */
export async function releaseAndClose(store: LedgerStore, reservation: Reservation): Promise<void> {
  await settle(store, { ...reservation, basis: 'unreserved' }, NO_AMOUNTS);
}

/**
 * Amounts to settle in each account. If a call has reserved in several shards of one limit, its
 * usage fills them in order, and the last one takes the excess.
 */
function settledParts({ accounts }: Reservation, actual: AmountsByUnit): readonly SettledPart[] {
  const left = new Map<string, number>();
  const partsLeft = new Map<string, number>();
  const idOf = ({ limit, key }: ReservedCounter) => `${ownerKey(limit.owner)}/${key}`;
  for (const counter of accounts.flatMap(({ counters }) => counters)) {
    left.set(idOf(counter), actual[counter.limit.unit]);
    partsLeft.set(idOf(counter), (partsLeft.get(idOf(counter)) ?? 0) + 1);
  }
  return accounts.map((reserved) => ({
    reserved,
    amounts: reserved.counters.map((counter): SettleAmount => {
      const { key } = counter;
      const id = idOf(counter);
      const rest = left.get(id) ?? 0;
      const after = (partsLeft.get(id) ?? 1) - 1;
      const part = after === 0 ? rest : Math.min(rest, counter.reserved);
      left.set(id, rest - part);
      partsLeft.set(id, after);
      return { key, reserved: counter.reserved, actual: part };
    }),
  }));
}

function limitStatuses({ counters }: ReservedAccount, after: Counters): readonly LimitStatus[] {
  return counters.flatMap(({ key, limit, shards, resetsAt }) => {
    const state = after.get(key);
    if (!state) return [];
    if (shards > 1) return [{ limit, resetsAt }];
    const { committed, settled } = state;
    return [{ limit, used: settled, reserved: committed - settled, resetsAt }];
  });
}

/**
 * The thresholds that this settle crossed, from the values that its write returned: settles of one
 * item are serialized, so exactly one of them crosses a given percent. Of a limit that is split
 * over several items only the sum counts, which the sweep evaluates.
 */
function crossingsOf(
  { key, limit, shards, resetsAt }: ReservedCounter,
  { counters, added, alertStates }: Settled,
): readonly ThresholdCrossing[] {
  if (shards > 1) return [];
  const used = counters.get(key)?.settled ?? 0;
  const before = used - (added.get(key) ?? 0);
  const recorded = alertStates?.get(key);
  return (
    limit.notifyAt
      .filter((percent) => isThresholdReached(used, limit, percent))
      // No sweep finds what a call of a user could not publish: the next call of the user does.
      .filter((percent) =>
        alertStates ? !recorded?.has(String(percent)) : !isThresholdReached(before, limit, percent),
      )
      .map((percent) => toThresholdCrossing(limit, { key, percent, used, resetsAt }))
  );
}
