/**
 * How many items (shards) a limit's counter is split over, and each shard's part of an amount. A
 * window keeps the split it began with, so that every function agrees on it: a change is written to
 * the table longer before it takes effect than any function can use what it loaded earlier.
 */
import { parseJson } from '../parse-json.ts';
import type { ShardLayout, ShardsSince } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { LONGEST_WINDOW_MS } from '../windows.ts';

/** Where no layout is stored, as in tables of builds before shards, everything is in shard 0. */
export const ONE_SHARD: ShardLayout = [{ shards: 1, from: 0 }];

/**
 * Time from writing a new count until the first window that may use it. Above the ten minutes for
 * which a function may hold an old policy, a call's way to its write, and the skew of clocks.
 */
const LAYOUT_DELAY_MS = 900_000;

const SHARDS_MAX = 64;

/** The split of a window, by when it began. */
export function shardCountAt(layout: ShardLayout, windowStartsAt: EpochMs): number {
  const inForce = layout.filter(({ from }) => from <= windowStartsAt);
  return (inForce.at(-1) ?? layout[0]).shards;
}

/** Shards that may hold a counter of any kept window. */
export const maxShards = (layout: ShardLayout): number =>
  Math.max(...layout.map(({ shards }) => shards));

/**
 * The layout to store, or undefined when the stored one is right already. A change of the count is
 * appended; entries under which no kept window can have begun are dropped. The first stays: windows
 * that never end (`total`) are split by it.
 */
export function nextShardLayout(
  stored: ShardLayout,
  shards: number,
  now: EpochMs,
  historyWindows: number,
): ShardLayout | undefined {
  const oldest = now - (historyWindows + 1) * LONGEST_WINDOW_MS;
  const last = stored.at(-1) ?? stored[0];
  const appended: readonly ShardsSince[] =
    last.shards === shards
      ? stored
      : [...stored, { shards, from: Math.max(now + LAYOUT_DELAY_MS, last.from + 1) }];
  const [first, ...others] = appended.filter((_, i) => {
    const next = appended[i + 1];
    return i === 0 || next === undefined || next.from > oldest;
  });
  if (!first || (appended === stored && others.length + 1 === stored.length)) return undefined;
  return [first, ...others];
}

export const shardLayoutJson = (layout: ShardLayout): string => JSON.stringify(layout);

/** @returns undefined for what is no layout: then no split is safe to assume. */
export function parseShardLayout(body: string): ShardLayout | undefined {
  const parsed = parseJson(body);
  if (!Array.isArray(parsed) || !parsed.every(isShardsSince)) return undefined;
  const [first, ...others] = [...parsed].sort((a, b) => a.from - b.from);
  return first && [first, ...others];
}

function isShardsSince(value: unknown): value is ShardsSince {
  if (typeof value !== 'object' || value === null) return false;
  if (!('shards' in value) || !('from' in value)) return false;
  const { shards, from } = value;
  return (
    typeof shards === 'number' &&
    Number.isInteger(shards) &&
    shards >= 1 &&
    shards <= SHARDS_MAX &&
    typeof from === 'number' &&
    Number.isSafeInteger(from)
  );
}

/** The numbers 0 to `shards` - 1. */
export const shardNumbers = (shards: number): readonly number[] =>
  Array.from({ length: shards }, (_, shard) => shard);
/** All of the shards, from the one that the id's hash selects, so that calls spread evenly. */
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

/** 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/, 2026-11): short, and even enough here. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
