/** Use and its cost, by day: what each of the three sides tells. */
import type { Day } from '../days.ts';
import type { Price } from '../pricing/price.ts';

/** Tokens as CloudWatch and Converse count them: `input` leaves out those of a cache. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface Measure extends Tokens {
  readonly nanoUsd: bigint;
}

export type ByDay = ReadonlyMap<Day, Measure>;

export const TOKEN_KINDS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

export const NO_USE: Measure = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, nanoUsd: 0n };

export const added = (one: Measure, other: Measure): Measure => ({
  input: one.input + other.input,
  output: one.output + other.output,
  cacheRead: one.cacheRead + other.cacheRead,
  cacheWrite: one.cacheWrite + other.cacheWrite,
  nanoUsd: one.nanoUsd + other.nanoUsd,
});

/** All days together. */
export const totalOf = (days: ByDay | undefined): Measure =>
  [...(days?.values() ?? [])].reduce(added, NO_USE);

/** Adds to a day of a key's series. */
export function addTo(
  series: Map<string, Map<Day, Measure>>,
  key: string,
  day: Day,
  measure: Measure,
): void {
  const days = series.get(key) ?? new Map<Day, Measure>();
  series.set(key, days.set(day, added(days.get(day) ?? NO_USE, measure)));
}

/**
 * What tokens cost at a price, in nano-USD, rounded half up. Sums tell nothing of a call's length
 * nor of how long a cache entry lives: short calls and five minutes are assumed.
 */
export function costAt(tokens: Tokens, price: Price): bigint {
  const perMillion =
    BigInt(tokens.input) * price.input +
    BigInt(tokens.output) * price.output +
    BigInt(tokens.cacheRead) * price.cacheRead +
    BigInt(tokens.cacheWrite) * price.cacheWrite;
  return (perMillion + 500_000n) / 1_000_000n;
}
