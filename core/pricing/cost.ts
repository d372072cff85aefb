/** Computes the cost of a call from its usage and the price at which it was reserved. */
import { invariant } from '../errors.ts';
import { divCeil, type NanoUsd, nano } from '../money.ts';
import {
  BILLED_UNITS,
  type BilledUnit,
  type EffectivePrice,
  type Price,
  type ServedAs,
  type Tariff,
} from './price.ts';

/**
 * Tokens as Converse reports them: `inputTokens` leaves out those read from or written to a cache.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  /** All cache writes, whatever their time to live. */
  readonly cacheWriteInputTokens: number;
  /** The part of the cache writes with a time to live of one hour. */
  readonly cacheWrite1hInputTokens: number;
  /** Units billed besides tokens. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
}

/** Input of every kind: what the context window and the long-context threshold count. */
export const totalInputTokens = (usage: TokenUsage): number =>
  usage.inputTokens + usage.cacheReadInputTokens + usage.cacheWriteInputTokens;

/** The tariff of a tier and latency; undefined when no price of it is known. */
export function tariffOf(period: EffectivePrice, { tier, latency }: ServedAs): Tariff | undefined {
  const isDefaultTierAsked = tier === undefined || isDefaultTier(tier);
  const isDefaultLatency = latency === undefined || latency === 'standard';
  if (isDefaultTierAsked && isDefaultLatency) return period;
  if (isDefaultLatency) return ownEntry(period.tiers, tier);
  return isDefaultTierAsked ? ownEntry(period.latency, latency) : undefined;
}

/** The default tier by its names in Converse, OpenAI's and Anthropic's protocols. */
const DEFAULT_TIERS = new Set(['default', 'standard', 'auto', 'standard_only', 'on_demand']);

export const isDefaultTier = (tier: string): boolean => DEFAULT_TIERS.has(tier);

const ownEntry = (tariffs: Readonly<Record<string, Tariff>> | undefined, name = '') =>
  tariffs && Object.hasOwn(tariffs, name) ? tariffs[name] : undefined;

/** Tariffs that may apply when no price of the tier or latency is known. */
function possibleTariffs(period: EffectivePrice): readonly Tariff[] {
  const asked = period.reservedAs && tariffOf(period, period.reservedAs);
  if (asked) return [period, asked];
  return [period, ...Object.values(period.tiers ?? {}), ...Object.values(period.latency ?? {})];
}

/** Tokens at one price. */
export interface PricedUsage {
  readonly usage: TokenUsage;
  readonly period: EffectivePrice;
  readonly servedAs?: ServedAs | undefined;
}

/**
 * Cost of a call, rounded up once (I6). A tier or latency without a known price is billed at the
 * highest of all that are known; of a reservation, at the higher of what it asked for and the
 * default, which is no more than was reserved.
 */
export function costOf(
  usage: TokenUsage,
  period: EffectivePrice,
  servedAs: ServedAs = {},
): NanoUsd {
  return costOfParts([{ usage, period, servedAs }]);
}

/** As `costOf`, of a call in which several models had parts. */
export function costOfParts(parts: readonly PricedUsage[]): NanoUsd {
  const all = parts.reduce((sum, part) => sum + highestMicros(part), 0n);
  return nano(divCeil(all, MILLION));
}

function highestMicros({ usage, period, servedAs = {} }: PricedUsage): bigint {
  const tariff = tariffOf(period, servedAs);
  const tariffs = tariff ? [tariff] : possibleTariffs(period);
  return tariffs
    .map((each) => micros(usage, each))
    .reduce((left, right) => (left > right ? left : right));
}

const MILLION = 1000000n;

/** Millionths of a nano-USD. */
function micros(usage: TokenUsage, { price: standard, longContext }: Tariff): bigint {
  const isLong = longContext && totalInputTokens(usage) > longContext.aboveInputTokens;
  const price = isLong ? longContext.price : standard;
  const cacheWrite5m = usage.cacheWriteInputTokens - usage.cacheWrite1hInputTokens;
  return (
    BigInt(usage.inputTokens) * price.input +
    BigInt(usage.outputTokens) * price.output +
    BigInt(usage.cacheReadInputTokens) * price.cacheRead +
    BigInt(cacheWrite5m) * price.cacheWrite +
    BigInt(usage.cacheWrite1hInputTokens) * price.cacheWrite1h +
    unitCost(usage.units ?? {}, price) * MILLION
  );
}

/** What images, seconds and queries cost; a unit without a price was refused before the call. */
export function unitCost(
  units: Readonly<Partial<Record<BilledUnit, number>>>,
  price: Price,
): bigint {
  return BILLED_UNITS.reduce((sum, unit) => {
    const count = units[unit];
    if (count === undefined || count === 0) return sum;
    const each = price.units?.[unit];
    invariant(each !== undefined, `a price for each ${unit} is known`);
    return sum + BigInt(count) * each;
  }, 0n);
}
