/** Keys of accounts, counters and reservations. */

import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
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

export const accountKey = (owner: Owner, shard: number): AccountKey =>
  `account#${ownerKey(owner)}#${shard}`;

/** `account#costCenter#sales#0` -> `costCenter#sales`. */
export const ownerKeyOfAccount = (account: AccountKey): string =>
  account.slice(account.indexOf('#') + 1, account.lastIndexOf('#'));

/** Whether it is one of the owner's items. */
export const isAccountOf = (account: AccountKey, owner: Owner): boolean =>
  account.startsWith(`account#${ownerKey(owner)}#`);
