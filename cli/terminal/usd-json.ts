/** An amount as commands print it in JSON. */
import { formatUsd } from '../../core/money.ts';

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** In both forms; nano-USD are left out where a number is not exact any more (USD 9 million). */
export const usdJson = (amount: bigint): { readonly usd: string; readonly nanoUsd?: number } => ({
  usd: formatUsd(amount),
  ...(amount <= MOST && amount >= -MOST && { nanoUsd: Number(amount) }),
});
