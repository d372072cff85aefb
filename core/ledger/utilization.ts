/** Utilization of a limit. */

/** Percent of the limit that is committed, rounded down. */
export const utilizationPercent = (committed: number, amount: number): number =>
  Number((BigInt(committed) * 100n) / BigInt(amount));
