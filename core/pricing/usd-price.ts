/** Decimal prices as people write them, to integers, and the rule for parts that are not given. */

import { invariant } from '../errors.ts';
import { divCeil, maxOf, type NanoUsd, nano, parseUsd } from '../money.ts';
import type { BilledUnit, EffectivePrice, Price, PriceSchedule, Tariff } from './price.ts';

/** USD per million tokens, as in the catalogue and in the tfvars; `per...`: USD for one. */
export interface UsdPrice {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly perImage?: number | undefined;
  readonly perAudioSecond?: number | undefined;
  readonly perVideoSecond?: number | undefined;
  readonly perQuery?: number | undefined;
}

interface UsdLongContext extends UsdPrice {
  readonly aboveInputTokens?: number | undefined;
}

export interface UsdTariff extends UsdPrice {
  readonly longContext?: UsdLongContext | undefined;
}

export interface UsdPeriod extends UsdTariff {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly tiers?: Readonly<Record<string, UsdTariff | undefined>> | undefined;
  readonly latency?: Readonly<Record<string, UsdTariff | undefined>> | undefined;
}

const UNIT_PARTS = ['perImage', 'perAudioSecond', 'perVideoSecond', 'perQuery'] as const;
const UNITS: Readonly<Record<(typeof UNIT_PARTS)[number], BilledUnit>> = {
  perImage: 'image',
  perAudioSecond: 'audioSecond',
  perVideoSecond: 'videoSecond',
  perQuery: 'query',
};

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
 * the highest premium any model on Bedrock has (five minutes: 1.25 times input, one hour: twice
 * input; https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11).
 * An unknown part is therefore never free, even when Bedrock reports cache tokens that no one
 * asked for. A model that writes no text (embeddings) has no price for output: it would cost as
 * much as input.
 * @returns undefined when a part is no plain decimal, or out of range.
 */
function completePrice(usd: UsdPrice): Price | undefined {
  const units = unitPrices(usd);
  const input = usd.input === undefined && units ? nano(0n) : part(usd.input);
  if (input === undefined) return undefined;
  const fiveMinutes = nano(divCeil(input * 5n, 4n));
  const output = usd.output === undefined ? input : part(usd.output);
  const cacheRead = usd.cacheRead === undefined ? input : part(usd.cacheRead);
  const cacheWrite = usd.cacheWrite === undefined ? fiveMinutes : part(usd.cacheWrite);
  if (output === undefined || cacheRead === undefined || cacheWrite === undefined) return undefined;
  const oneHour = nano(2n * input > cacheWrite ? 2n * input : cacheWrite);
  const cacheWrite1h = usd.cacheWrite1h === undefined ? oneHour : part(usd.cacheWrite1h);
  if (cacheWrite1h === undefined) return undefined;
  return { input, output, cacheRead, cacheWrite, cacheWrite1h, ...(units && { units }) };
}

const part = (usd: number | undefined): NanoUsd | undefined =>
  usd === undefined ? undefined : parsePricePart(usd);

function unitPrices(usd: UsdPrice): Price['units'] {
  const known = UNIT_PARTS.flatMap((name) => {
    const amount = part(usd[name]);
    return amount === undefined ? [] : [[UNITS[name], amount] as const];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** Exact periods. The parts were checked before, the catalogue's by a test. */
export const toSchedule = (periods: readonly UsdPeriod[]): PriceSchedule => periods.map(toPeriod);

function toPeriod(usd: UsdPeriod): EffectivePrice {
  const standard = toTariff(usd);
  return {
    ...(usd.from !== undefined && { effectiveFrom: Date.parse(usd.from) }),
    ...(usd.until !== undefined && { effectiveTo: Date.parse(usd.until) }),
    ...standard,
    ...(usd.tiers && { tiers: toTariffs(usd.tiers, standard) }),
    ...(usd.latency && { latency: toTariffs(usd.latency, standard) }),
  };
}

const toTariffs = (named: Readonly<Record<string, UsdTariff | undefined>>, standard: Tariff) =>
  Object.fromEntries(
    Object.entries(named).flatMap(([name, tariff]) =>
      tariff ? [[name, withLongContext(toTariff(tariff), standard)]] : [],
    ),
  );

/**
 * A tier without a stated long-context price has that of the default tier, or more by as much as
 * the tier costs more.
 */
function withLongContext({ price, longContext }: Tariff, standard: Tariff): Tariff {
  const long = standard.longContext;
  if (longContext || !long) return { price, ...(longContext && { longContext }) };
  const part = (name: Exclude<keyof Price, 'units'>): NanoUsd => {
    const usual = standard.price[name];
    const scaled = usual === 0n ? 0n : divCeil(long.price[name] * price[name], usual);
    return nano([long.price[name], price[name], scaled].reduce(maxOf));
  };
  const parts = {
    input: part('input'),
    output: part('output'),
    cacheRead: part('cacheRead'),
    cacheWrite: part('cacheWrite'),
    cacheWrite1h: part('cacheWrite1h'),
  };
  const { aboveInputTokens } = long;
  return { price, longContext: { aboveInputTokens, price: { ...long.price, ...parts } } };
}

function toTariff(usd: UsdTariff): Tariff {
  const { longContext } = usd;
  if (longContext?.aboveInputTokens === undefined) return { price: exact(usd) };
  const { aboveInputTokens } = longContext;
  return {
    price: exact(usd),
    longContext: { aboveInputTokens, price: exact(longContext) },
  };
}

function exact(usd: UsdPrice): Price {
  const price = completePrice(usd);
  invariant(price, 'a price is an exact number of nano-USD');
  return price;
}

/** Part by part: what `own` states replaces what the periods have, in all of them. */
export function mergePrices(
  periods: readonly UsdPeriod[],
  own: UsdPeriod | undefined,
): readonly UsdPeriod[] {
  if (!own) return periods;
  return periods.length === 0 ? [own] : periods.map((period) => mergePeriod(period, own));
}

const mergePeriod = (base: UsdPeriod, own: UsdPeriod): UsdPeriod => ({
  ...mergeTariff(base, own),
  ...((base.tiers || own.tiers) && { tiers: mergeTariffs(base.tiers, own.tiers) }),
  ...((base.latency || own.latency) && { latency: mergeTariffs(base.latency, own.latency) }),
});

function mergeTariffs(base: UsdPeriod['tiers'] = {}, own: UsdPeriod['tiers'] = {}) {
  const names = new Set([...Object.keys(base), ...Object.keys(own)]);
  const merged = [...names].map(
    (name) => [name, mergeTariff(base[name] ?? {}, own[name] ?? {})] as const,
  );
  return Object.fromEntries(merged);
}

const mergeTariff = <T extends UsdTariff>(base: T, own: UsdTariff): T => ({
  ...base,
  ...own,
  ...((base.longContext || own.longContext) && {
    longContext: { ...base.longContext, ...own.longContext },
  }),
});
