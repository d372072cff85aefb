/** The most a call can cost, known before it is made: what the ledger reserves. */

import { invariant } from '../errors.ts';
import { divCeil, maxOf, type NanoUsd, nano } from '../money.ts';
import type { EpochMs } from '../time.ts';
import { tariffOf, unitCost } from './cost.ts';
import type {
  BilledUnit,
  EffectivePrice,
  ModelCapabilities,
  Price,
  PriceSchedule,
  ServedAs,
  Tariff,
} from './price.ts';
import { priceAt } from './price-at.ts';

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
  /** Upper bound of what is billed besides tokens. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
}

interface WorstCase {
  readonly amount: NanoUsd;
  /** The price to settle this call at, whatever holds by then. */
  readonly period: EffectivePrice;
}

/**
 * An amount no usage within the bound can pass at the returned price (property-tested against
 * `costOf`): the highest input price times all input, plus all output, rounded up once. Writing to
 * a cache counts where the call may write to one. Both sides of a long-context threshold are
 * tried, as either may cost more. A call that asks for another tier or latency may be served at
 * the default one, so the higher of both is reserved. The prices of the other tiers stay with the
 * call, which is settled as it was served.
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
  const { price, longContext, tiers, latency } = known;
  const period = {
    price,
    ...(longContext && { longContext }),
    ...(tiers && { tiers }),
    ...(latency && { latency }),
    ...((tiers || latency) && { reservedAs: asked }),
  };
  const amount = maxOf(worstCaseAt(bound, known), worstCaseAt(bound, tariff));
  return { amount: nano(amount), period };
}

function worstCaseAt(bound: TokenBound, { price, longContext }: Tariff): bigint {
  if (!longContext || bound.inputTokens <= longContext.aboveInputTokens) {
    return worstAt(bound.inputTokens, bound, price);
  }
  const short = worstAt(longContext.aboveInputTokens, bound, price);
  const long = worstAt(bound.inputTokens, bound, longContext.price);
  return maxOf(short, long);
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
  return parts.reduce(maxOf);
}
