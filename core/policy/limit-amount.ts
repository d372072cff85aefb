/** Amounts of limits as the tfvars have them, in the integers that are counted. */
import { parseUsd } from '../money.ts';
import { quoted } from '../safe-text.ts';

const MAX_SAFE_NANO_USD = BigInt(Number.MAX_SAFE_INTEGER);
/** The exact maximum is 2^53-1 nano-USD. */
const USD_RULE = 'must be at most 9007199.25 (about USD 9 million)';
/** Coarse bound that keeps huge numbers from being read as decimals; the exact one follows. */
const USD_MAX = 9_007_200;

/**
 * The amount as a safe integer in the limit's unit: nano-USD for usd.
 * @returns the problem, as a string, if it is not one.
 */
export function limitAmount(unit: string, amount: number): number | string {
  const got = `got ${quoted(amount)}`;
  if (!(amount > 0)) return `must be greater than 0, ${got}`;
  if (unit !== 'usd') {
    if (amount > Number.MAX_SAFE_INTEGER)
      return `must be at most ${Number.MAX_SAFE_INTEGER}, ${got}`;
    return Number.isInteger(amount) ? amount : `must be a whole number of ${unit}, ${got}`;
  }
  if (amount > USD_MAX) return `${USD_RULE}, ${got}`;
  const nanoUsd = parseUsd(amount);
  if (nanoUsd === undefined) return `must be USD with at most 9 decimals, ${got}`;
  return nanoUsd > MAX_SAFE_NANO_USD ? `${USD_RULE}, ${got}` : Number(nanoUsd);
}
