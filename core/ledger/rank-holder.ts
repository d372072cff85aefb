/**
 * The place of a user, key or session among all others of a limit, nearest to the amount first. An
 * item enters the index at half of its amount, and moves in steps of five percent: so the index
 * costs few writes, and those far from any limit are not in it.
 */
import type { Owner } from '../policy/policy.ts';
import type { CounterKey, Counters, HolderRank, LedgerStore, SettleWriteResult } from './ports.ts';
import type { ReservedAccount, ReservedCounter } from './reservation.ts';

const ENTERED_AT = 50;
const STEP = 5;
const FULL = 100;

/** The index has one list for each limit and window: what a window left is not in the next. */
export const rankList = ({ kind, name, holder }: Owner, key: CounterKey): string =>
  `${holder?.kind ?? ''}#${kind === 'organization' ? '' : name}#${key}`;

function placeOf({ key, limit }: ReservedCounter, counters: Counters): HolderRank[] {
  const { settled } = counters.get(key) ?? { settled: 0 };
  const exact = Number((BigInt(Math.max(0, settled)) * 100n) / BigInt(limit.amount));
  const percent = Math.min(FULL, Math.floor(exact / STEP) * STEP);
  return percent < ENTERED_AT ? [] : [{ list: rankList(limit.owner, key), percent }];
}

/** Moves an account to its place after a settle. */
export async function rankHolder(
  store: LedgerStore,
  { account, counters }: ReservedAccount,
  result: Extract<SettleWriteResult, { outcome: 'settled' }>,
): Promise<void> {
  if (!('rank' in result)) return;
  const [place] = counters
    .flatMap((counter) => placeOf(counter, result.counters))
    .sort((a, b) => b.percent - a.percent);
  const { rank: now } = result;
  if (now?.list === place?.list && now?.percent === place?.percent) return;
  // Another limit, that this call does not count on, may be the nearest.
  const isOfCall = counters.some(({ key, limit }) => now?.list === rankList(limit.owner, key));
  if (now && !isOfCall && now.percent > (place?.percent ?? 0) && isOpen(now, counters)) return;
  await store.rank(account, place);
}

/** A place of a limit in a window that this call shows to be over counts no more. */
function isOpen({ list }: HolderRank, counters: readonly ReservedCounter[]): boolean {
  const [limitName] = list.slice(list.lastIndexOf('#') + 1).split('_');
  return !counters.some(({ limit }) => limit.name === limitName);
}
