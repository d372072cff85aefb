/** Compares two amounts within a tolerance. */

/** In tenths of a percent of the metered amount. */
export type Permille = number;

/** Differences below USD 0.01 are ignored: bills and metrics are not that exact. */
const CENT = 10_000_000n;

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

export interface Drift {
  /** Nano-USD more than was metered; negative: less. */
  readonly difference: bigint;
  /** Of the metered amount, rounded half up; 1000 if nothing was metered, and 0 below USD 0.01. */
  readonly permille: Permille;
  readonly isOver: boolean;
}

/** @param metered and `other` in nano-USD. */
export function driftOf(metered: bigint, other: bigint, tolerance: Permille): Drift {
  const difference = other - metered;
  const size = absolute(difference);
  if (size < CENT) return { difference, permille: 0, isOver: false };
  const isOver = size * 1000n > metered * BigInt(tolerance);
  return { difference, permille: permilleOf(size, metered), isOver };
}

const NOTHING_METERED = 1000;

function permilleOf(size: bigint, metered: bigint): Permille {
  if (metered <= 0n) return NOTHING_METERED;
  const found = (size * 1000n + metered / 2n) / metered;
  return Number(found > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : found);
}

/** Whether a count of tokens is above another by more than the tolerance. */
export const isAbove = (count: number, base: number, tolerance: Permille): boolean =>
  (BigInt(count) - BigInt(base)) * 1000n > BigInt(base) * BigInt(tolerance);

export const formatPermille = (permille: Permille): string =>
  `${Math.floor(permille / 10)}.${permille % 10}`;
