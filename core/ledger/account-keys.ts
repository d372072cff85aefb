/** Keys of accounts, counters and reservations. */

import { ownerKey } from '../policy/limit-owners.ts';
import { type Holder, ORGANIZATION, type Owner, PERS } from '../policy/policy.ts';
import type { AccountKey, CounterKey } from './ports.ts';

/** Limit names hold no underscore, so the first one ends the name. */
const SEPARATOR = '_';

export const counterKey = (limitName: string, periodName: string): CounterKey =>
  `${limitName}${SEPARATOR}${periodName}`;

export function splitCounterKey(key: CounterKey): { limitName: string; periodName: string } {
  const at = key.indexOf(SEPARATOR);
  return { limitName: key.slice(0, at), periodName: key.slice(at + 1) };
}

/**
 * The id a call reserves under for its n-th candidate model. Each has its own, so that a delayed
 * write for one model never changes a reservation for another.
 */
export const candidateReservationId = (reservationId: string, candidate: number): string =>
  candidate === 0 ? reservationId : `${reservationId}.${candidate}`;

/** The item of one user, key or session is never split. */
export const accountKey = (owner: Owner, shard: number): AccountKey =>
  owner.holder ? `account#${ownerKey(owner)}` : `account#${ownerKey(owner)}#${shard}`;

/** The item that counts the sessions that a caller begins; one a minute. */
export const sessionsAccountKey = (owner: Owner): AccountKey =>
  `account#sessions#${ownerKey(owner)}`;

const HOLDER_ACCOUNT = /^account#(user|key|session)#([^#]*)#(.*)$/s;

/** Whether it is the account of one user, key or session. */
export const isHolderAccount = (account: AccountKey): boolean => HOLDER_ACCOUNT.test(account);

/** Whose account it is, where it is one of a user, a key or a session. */
export function holderOwnerOf(account: AccountKey): (Owner & { holder: Holder }) | undefined {
  const [, kindName, name = '', holderName = ''] = HOLDER_ACCOUNT.exec(account) ?? [];
  const kind = PERS.find((each) => each === kindName);
  if (!kind) return undefined;
  const owner: Owner = name === '' ? ORGANIZATION : { kind: 'costCenter', name };
  return { ...owner, holder: { kind, name: holderName } };
}

/** `account#costCenter#sales#0` -> `costCenter#sales`. */
export const ownerKeyOfAccount = (account: AccountKey): string =>
  account.slice(
    account.indexOf('#') + 1,
    isHolderAccount(account) ? undefined : account.lastIndexOf('#'),
  );

/** Whether calls of several cost centers reserve in it. */
export const isSharedAccount = (account: AccountKey): boolean =>
  account.startsWith('account#model#') || account.startsWith('account#organization#');

/** Whether it is one of the owner's items. */
export const isAccountOf = (account: AccountKey, owner: Owner): boolean =>
  owner.holder
    ? account === accountKey(owner, 0)
    : account.startsWith(`account#${ownerKey(owner)}#`);

/** Every item of an owner. */
export const accountKeys = (owner: Owner, shards: readonly number[]): readonly AccountKey[] =>
  owner.holder ? [accountKey(owner, 0)] : shards.map((shard) => accountKey(owner, shard));
