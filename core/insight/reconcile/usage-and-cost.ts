/** Usage and its cost by day, of each of the three sides. */

import type { Price } from '../../pricing/price.ts';
import type { Day } from '../../utc-days.ts';

/** Tokens as CloudWatch and Converse count them: `input` excludes cache tokens. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface UsageAndCost extends Tokens {
  readonly nanoUsd: bigint;
}

export type ByDay = ReadonlyMap<Day, UsageAndCost>;

export const TOKEN_KINDS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

export const ZERO_USAGE: UsageAndCost = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  nanoUsd: 0n,
};

export const sumUsage = (one: UsageAndCost, other: UsageAndCost): UsageAndCost => ({
  input: one.input + other.input,
  output: one.output + other.output,
  cacheRead: one.cacheRead + other.cacheRead,
  cacheWrite: one.cacheWrite + other.cacheWrite,
  nanoUsd: one.nanoUsd + other.nanoUsd,
});

/** All days together. */
export const totalOf = (days: ByDay | undefined): UsageAndCost =>
  [...(days?.values() ?? [])].reduce(sumUsage, ZERO_USAGE);

/** Adds to a day of a key's series. */
export function addUsageToDay(
  series: Map<string, Map<Day, UsageAndCost>>,
  key: string,
  day: Day,
  measure: UsageAndCost,
): void {
  const days = series.get(key) ?? new Map<Day, UsageAndCost>();
  series.set(key, days.set(day, sumUsage(days.get(day) ?? ZERO_USAGE, measure)));
}

/**
 * Cost of tokens at a price, in nano-USD, rounded half up. Sums do not include the length of calls
 * or the lifetime of cache entries: short calls and five minutes are assumed.
 */
export function costAt(tokens: Tokens, price: Price): bigint {
  const perMillion =
    BigInt(tokens.input) * price.input +
    BigInt(tokens.output) * price.output +
    BigInt(tokens.cacheRead) * price.cacheRead +
    BigInt(tokens.cacheWrite) * price.cacheWrite;
  return (perMillion + 500_000n) / 1_000_000n;
}
