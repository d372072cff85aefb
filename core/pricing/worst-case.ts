/** The most a call can cost, known before it is made: what the ledger reserves. */

import { invariant } from '../errors.ts';
import { divCeil, type NanoUsd, nano } from '../money.ts';
import type { EpochMs } from '../time.ts';
import type { EffectivePrice, LongContextPrice, Price, PriceSchedule } from './price.ts';

/** The longest time-to-live of any cache entry a request asks for. */
export type CacheTtl = 'none' | '5m' | '1h';

interface TokenBound {
  /** Upper bound of all input tokens, cached or not. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** Absent: not known, so every price is taken into account. */
  readonly cacheTtl?: CacheTtl;
}

interface WorstCase {
  readonly amount: NanoUsd;
  /** The price to settle this call at, whatever holds by then. */
  readonly period: EffectivePrice;
}

/** Prices that begin within this time of a reservation already count for it. */
const AHEAD_MS = 3_600_000;

/**
 * The price a call made now is reserved and settled at. A call may start before a price changes
 * and end after, and AWS does not say which then holds: so it is the dearer one, part by part,
 * of all periods within the next hour, and the settlement keeps it (never billed too low, never
 * more than reserved). Outside that hour it is exactly the one period that holds.
 */
export function priceAt(schedule: PriceSchedule, at: EpochMs): EffectivePrice {
  const periods = schedule.filter(
    ({ effectiveFrom, effectiveTo }) =>
      (effectiveFrom === undefined || effectiveFrom <= at + AHEAD_MS) &&
      (effectiveTo === undefined || effectiveTo > at),
  );
  const [first, ...others] = periods;
  invariant(first, 'a price schedule has no gaps');
  return others.reduce(dearerOf, first);
}

function dearerOf(left: EffectivePrice, right: EffectivePrice): EffectivePrice {
  const price = dearerPrice(left.price, right.price);
  const longContext = dearerLongContext(left, right);
  return longContext ? { price, longContext } : { price };
}

/** From the lower of both thresholds on, the dearest of all prices that may then hold. */
function dearerLongContext(
  left: EffectivePrice,
  right: EffectivePrice,
): LongContextPrice | undefined {
  const tiers = [left.longContext, right.longContext].filter((tier) => tier !== undefined);
  if (tiers.length === 0) return undefined;
  const prices = [left.price, right.price, ...tiers.map(({ price }) => price)];
  return {
    aboveInputTokens: Math.min(...tiers.map(({ aboveInputTokens }) => aboveInputTokens)),
    price: prices.reduce(dearerPrice),
  };
}

const max = (left: bigint, right: bigint): bigint => (left > right ? left : right);

const dearerPrice = (left: Price, right: Price): Price => ({
  input: max(left.input, right.input),
  output: max(left.output, right.output),
  cacheRead: max(left.cacheRead, right.cacheRead),
  cacheWrite: max(left.cacheWrite, right.cacheWrite),
  cacheWrite1h: max(left.cacheWrite1h, right.cacheWrite1h),
});

/**
 * An amount no usage within the bound can pass at the returned price (property-tested against
 * `costOf`): the dearest input price times all input, plus all output, rounded up once. Cache
 * reads and five-minute writes count even when none was asked for, since some models cache
 * unasked. Both sides of a long-context threshold are tried, as either may be the dearer.
 */
export function worstCaseOf(bound: TokenBound, schedule: PriceSchedule, at: EpochMs): WorstCase {
  const period = priceAt(schedule, at);
  return { amount: worstCaseAt(bound, period), period };
}

/** As `worstCaseOf`, at a price already chosen. */
function worstCaseAt(bound: TokenBound, period: EffectivePrice): NanoUsd {
  const { price, longContext } = period;
  if (!longContext || bound.inputTokens <= longContext.aboveInputTokens) {
    return worstAt(bound.inputTokens, bound, price);
  }
  const short = worstAt(longContext.aboveInputTokens, bound, price);
  const long = worstAt(bound.inputTokens, bound, longContext.price);
  return nano(max(short, long));
}

function worstAt(inputTokens: number, bound: TokenBound, price: Price): NanoUsd {
  const perMillion =
    BigInt(inputTokens) * dearestInput(price, bound.cacheTtl) +
    BigInt(bound.maxOutputTokens) * price.output;
  return nano(divCeil(perMillion, 1_000_000n));
}

function dearestInput(price: Price, cacheTtl: CacheTtl | undefined): bigint {
  const parts = [price.input, price.cacheRead, price.cacheWrite];
  if (cacheTtl === undefined || cacheTtl === '1h') parts.push(price.cacheWrite1h);
  return parts.reduce(max);
}
