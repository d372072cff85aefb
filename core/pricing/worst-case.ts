/** The most a call can cost, known before it is made: what the ledger reserves. */

import { invariant } from '../errors.ts';
import { divCeil, type NanoUsd, nano } from '../money.ts';
import type { EpochMs } from '../time.ts';
import {
  BILLED_UNITS,
  type BilledUnit,
  type EffectivePrice,
  type LongContextPrice,
  type ModelCapabilities,
  type Price,
  type PriceSchedule,
  type ServedAs,
  type Tariff,
  tariffOf,
  unitCost,
} from './price.ts';

/** The longest time-to-live of any cache entry a request asks for. */
export type CacheTtl = 'none' | '5m' | '1h';

/** The longest of any cache entry a call may write: some models write without being asked. */
export const writtenCacheTtl = (
  asked: CacheTtl,
  { cachesUnasked }: Pick<ModelCapabilities, 'cachesUnasked'>,
): CacheTtl => (asked === 'none' && cachesUnasked ? '5m' : asked);

interface TokenBound {
  /** Upper bound of all input tokens, cached or not. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** Of the entries the call may write; absent: not known, so every price counts. */
  readonly cacheTtl?: CacheTtl;
  /** What is billed besides tokens, at most. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
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
 * and end after, and AWS does not say which then holds: so it is the highest, part by part,
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
  return others.reduce(higherPeriod, first);
}

const higherPeriod = (left: EffectivePrice, right: EffectivePrice): EffectivePrice => ({
  ...higherTariff(left, right),
  tiers: higherTariffs(left.tiers, right.tiers),
  latency: higherTariffs(left.latency, right.latency),
});

type Tariffs = Readonly<Record<string, Tariff>>;

/** One that is known in one of both periods only may be unknown when the call is billed. */
function higherTariffs(left: Tariffs = {}, right: Tariffs = {}): Tariffs {
  const both = Object.entries(left).flatMap(([name, tariff]) => {
    const other = Object.hasOwn(right, name) ? right[name] : undefined;
    return other ? [[name, higherTariff(tariff, other)] as const] : [];
  });
  return Object.fromEntries(both);
}

function higherTariff(left: Tariff, right: Tariff): Tariff {
  const price = higherPrice(left.price, right.price);
  const longContext = higherLongContext(left, right);
  return longContext ? { price, longContext } : { price };
}

/** From the lower of both thresholds on, the highest of all prices that may then hold. */
function higherLongContext(left: Tariff, right: Tariff): LongContextPrice | undefined {
  const tiers = [left.longContext, right.longContext].filter((tier) => tier !== undefined);
  if (tiers.length === 0) return undefined;
  const prices = [left.price, right.price, ...tiers.map(({ price }) => price)];
  return {
    aboveInputTokens: Math.min(...tiers.map(({ aboveInputTokens }) => aboveInputTokens)),
    price: prices.reduce(higherPrice),
  };
}

const max = (left: bigint, right: bigint): bigint => (left > right ? left : right);

/** Part by part. */
function higherPrice(left: Price, right: Price): Price {
  const units = higherUnits(left, right);
  return {
    input: max(left.input, right.input),
    output: max(left.output, right.output),
    cacheRead: max(left.cacheRead, right.cacheRead),
    cacheWrite: max(left.cacheWrite, right.cacheWrite),
    cacheWrite1h: max(left.cacheWrite1h, right.cacheWrite1h),
    ...(units && { units }),
  };
}

function higherUnits(left: Price, right: Price): Price['units'] {
  if (!left.units && !right.units) return undefined;
  const known = BILLED_UNITS.flatMap((unit) => {
    const prices = [left.units?.[unit], right.units?.[unit]].filter((each) => each !== undefined);
    return prices.length > 0 ? [[unit, prices.reduce(max)] as const] : [];
  });
  return Object.fromEntries(known);
}

/**
 * An amount no usage within the bound can pass at the returned price (property-tested against
 * `costOf`): the highest input price times all input, plus all output, rounded up once. Writing to
 * a cache counts where the call may write to one. Both sides of a long-context threshold are
 * tried, as either may cost more. A call that asks for another tier or latency may be served at
 * the default one, so the higher of both is reserved.
 * @param asked a tier and latency with a known price: see `tariffOf`.
 */
export function worstCaseOf(
  bound: TokenBound,
  schedule: PriceSchedule,
  at: EpochMs,
  asked: ServedAs = {},
): WorstCase {
  const known = priceAt(schedule, at);
  const tariff = tariffOf(known, asked);
  invariant(tariff, 'a tier without a known price was refused before');
  const period = {
    price: known.price,
    ...(known.longContext && { longContext: known.longContext }),
    ...(tariff !== known && onlyAsked(asked, tariff)),
  };
  const amount = max(worstCaseAt(bound, known), worstCaseAt(bound, tariff));
  return { amount: nano(amount), period };
}

/** A settlement needs the default price and the one asked for, and no other. */
const onlyAsked = ({ tier, latency }: ServedAs, tariff: Tariff) =>
  latency === undefined || latency === 'standard'
    ? { tiers: { [tier ?? '']: tariff } }
    : { latency: { [latency]: tariff } };

function worstCaseAt(bound: TokenBound, { price, longContext }: Tariff): bigint {
  if (!longContext || bound.inputTokens <= longContext.aboveInputTokens) {
    return worstAt(bound.inputTokens, bound, price);
  }
  const short = worstAt(longContext.aboveInputTokens, bound, price);
  const long = worstAt(bound.inputTokens, bound, longContext.price);
  return max(short, long);
}

function worstAt(inputTokens: number, bound: TokenBound, price: Price): bigint {
  const perMillion =
    BigInt(inputTokens) * highestInput(price, bound.cacheTtl) +
    BigInt(bound.maxOutputTokens) * price.output;
  return divCeil(perMillion, 1_000_000n) + unitCost(bound.units ?? {}, price);
}

function highestInput(price: Price, cacheTtl: CacheTtl | undefined): bigint {
  const parts = [price.input, price.cacheRead];
  if (cacheTtl !== 'none') parts.push(price.cacheWrite);
  if (cacheTtl === undefined || cacheTtl === '1h') parts.push(price.cacheWrite1h);
  return parts.reduce(max);
}
