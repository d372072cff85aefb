/** Formats amounts in the JSON of commands. */
import { formatUsd } from '../../core/money.ts';

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * As decimal USD and nano-USD; nano-USD are omitted if a number would not be exact (above USD 9
 * million).
 */
export const usdJson = (amount: bigint): { readonly usd: string; readonly nanoUsd?: number } => ({
  usd: formatUsd(amount),
  ...(amount <= SAFE_MAX && amount >= -SAFE_MAX && { nanoUsd: Number(amount) }),
});
