/** Names of accounts and counters, and how an account's limits are split over its shards. */

import { ownerKey } from '../policy/limit-owners.ts';
import type { Owner } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { periodName, WINDOWS, type Window } from '../windows.ts';
import type { AccountKey, CounterKey } from './ports.ts';

/** Limit names hold no underscore, so the first one ends the name. */
const SEPARATOR = '_';
const PERIOD_LENGTH: Record<Window, number> = { month: 7, day: 10, hour: 13, minute: 16 };
const WINDOW_MS: Record<Window, number> = {
  month: 31 * 86_400_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
};
const OFFSET = /[+-]\d\d:\d\d$/;

export const counterKey = (limitName: string, periodName: string): CounterKey =>
  `${limitName}${SEPARATOR}${periodName}`;

export function splitCounterKey(key: CounterKey): { limitName: string; periodName: string } {
  const at = key.indexOf(SEPARATOR);
  return { limitName: key.slice(0, at), periodName: key.slice(at + 1) };
}

/**
 * The id a call reserves under for its n-th candidate model. Each has its own, so that a delayed
 * write for one model never touches what is held for another.
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

/** The numbers 0 to `shards` - 1. */
export const shardNumbers = (shards: number): readonly number[] =>
  Array.from({ length: shards }, (_, shard) => shard);

/** Every one of the shards once, beginning where the id's hash says, so that calls spread evenly. */
export function shardOrder(reservationId: string, shards: readonly number[]): readonly number[] {
  const first = fnv1a(reservationId) % shards.length;
  return [...shards.slice(first), ...shards.slice(0, first)];
}

/**
 * A shard's part of an amount; the parts of all shards add up to exactly the amount, and a shard
 * beyond the count has none.
 */
export function shardShare(amount: number, shard: number, shards: number): number {
  if (shard >= shards) return 0;
  const share = Math.floor(amount / shards);
  return share + (shard < amount - share * shards ? 1 : 0);
}

/** Whether a counter's window lies further back than the history kept. */
export function isOlderThanHistory(
  key: CounterKey,
  now: EpochMs,
  history: { windows: number; timeZone: string },
): boolean {
  const { periodName: name } = splitCounterKey(key);
  const bare = name.length > PERIOD_LENGTH.day ? name.replace(OFFSET, '') : name;
  const window = WINDOWS.find((kind) => PERIOD_LENGTH[kind] === bare.length);
  if (!window) return false;
  const oldestKept = periodName(
    window,
    now - history.windows * WINDOW_MS[window],
    history.timeZone,
  );
  return bare < oldestKept.slice(0, bare.length);
}

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/, 2026-11): short, and even enough here. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
