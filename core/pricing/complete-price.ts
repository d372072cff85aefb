/** From the decimal prices people write to integers, and the one rule for parts nobody stated. */
import { divCeil, type NanoUsd, nano, parseUsd } from '../money.ts';
import type { Price } from './price.ts';

/** USD per million tokens, as in the catalogue and in the tfvars. */
export interface UsdPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
}

/**
 * A price above this is taken for a slip of the unit (per token or per thousand, not per million).
 */
export const USD_PER_MILLION_TOKENS_MAX = 100_000;

/** Reads one part of a price; undefined when it is no plain decimal with at most nine decimals. */
export function parsePricePart(usd: number): NanoUsd | undefined {
  const parsed = parseUsd(usd);
  return usd <= USD_PER_MILLION_TOKENS_MAX ? parsed : undefined;
}

/**
 * Fills in what is not known, never too low: a cache read costs what input costs, a cache write
 * the dearest premium any model on Bedrock has (five minutes: 1.25 times input, one hour: twice
 * input; https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11).
 * An unknown part is therefore never free, even when Bedrock reports cache tokens unasked.
 * @returns undefined when a part is no plain decimal, or out of range.
 */
export function completePrice(usd: UsdPrice): Price | undefined {
  const input = parsePricePart(usd.input);
  const output = parsePricePart(usd.output);
  if (input === undefined || output === undefined) return undefined;
  const fiveMinutes = nano(divCeil(input * 5n, 4n));
  const cacheRead = usd.cacheRead === undefined ? input : parsePricePart(usd.cacheRead);
  const cacheWrite = usd.cacheWrite === undefined ? fiveMinutes : parsePricePart(usd.cacheWrite);
  if (cacheRead === undefined || cacheWrite === undefined) return undefined;
  const oneHour = nano(2n * input > cacheWrite ? 2n * input : cacheWrite);
  const cacheWrite1h = usd.cacheWrite1h === undefined ? oneHour : parsePricePart(usd.cacheWrite1h);
  if (cacheWrite1h === undefined) return undefined;
  return { input, output, cacheRead, cacheWrite, cacheWrite1h };
}
