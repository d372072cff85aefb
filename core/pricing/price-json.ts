/** The price of a reservation travels through the workflow's state, which is JSON. */
import { invariant } from '../errors.ts';
import { toSafeInteger } from '../money.ts';
import {
  BILLED_UNITS,
  type EffectivePrice,
  type Price,
  type ServedAs,
  type Tariff,
} from './price.ts';

const PARTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const;

/** Nano-USD per million tokens, and for one unit, as safe integers. */
type PriceJson = Readonly<Record<(typeof PARTS)[number], number>> & {
  readonly units?: Readonly<Record<string, number>>;
};

interface TariffJson {
  readonly price: PriceJson;
  readonly longContext?: { readonly aboveInputTokens: number; readonly price: PriceJson };
}

export interface EffectivePriceJson extends TariffJson {
  readonly tiers?: Readonly<Record<string, TariffJson>>;
  readonly latency?: Readonly<Record<string, TariffJson>>;
  readonly reservedAs?: ServedAs;
}

/** Fields of a price period that settling needs; its dates were used to select it. */
export function effectivePriceToJson(period: EffectivePrice): EffectivePriceJson {
  const { tiers, latency, reservedAs } = period;
  return {
    ...tariffToJson(period),
    ...(tiers && { tiers: mapValues(tiers, tariffToJson) }),
    ...(latency && { latency: mapValues(latency, tariffToJson) }),
    ...(reservedAs && { reservedAs }),
  };
}

/** Reads back what `effectivePriceToJson` wrote; anything else is a broken invariant. */
export function effectivePriceFromJson(value: unknown): EffectivePrice {
  const { tiers, latency, reservedAs } = record(value);
  return {
    ...tariffFromJson(value),
    ...(tiers !== undefined && { tiers: mapValues(record(tiers), tariffFromJson) }),
    ...(latency !== undefined && { latency: mapValues(record(latency), tariffFromJson) }),
    ...(reservedAs !== undefined && { reservedAs: servedAsFromJson(record(reservedAs)) }),
  };
}

const servedAsFromJson = ({ tier, latency }: Readonly<Record<string, unknown>>): ServedAs => ({
  ...(typeof tier === 'string' && { tier }),
  ...(typeof latency === 'string' && { latency }),
});

const mapValues = <From, To>(
  named: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, map(value)]));

const tariffToJson = ({ price, longContext }: Tariff): TariffJson => ({
  price: priceToJson(price),
  ...(longContext && {
    longContext: {
      aboveInputTokens: longContext.aboveInputTokens,
      price: priceToJson(longContext.price),
    },
  }),
});

function tariffFromJson(value: unknown): Tariff {
  const { price, longContext } = record(value);
  if (longContext === undefined) return { price: priceFromJson(price) };
  const long = record(longContext);
  return {
    price: priceFromJson(price),
    longContext: {
      aboveInputTokens: integer(long.aboveInputTokens),
      price: priceFromJson(long.price),
    },
  };
}

function priceToJson(price: Price): PriceJson {
  const units = BILLED_UNITS.flatMap((unit) => {
    const each = price.units?.[unit];
    return each === undefined ? [] : [[unit, toSafeInteger(each)] as const];
  });
  return {
    input: toSafeInteger(price.input),
    output: toSafeInteger(price.output),
    cacheRead: toSafeInteger(price.cacheRead),
    cacheWrite: toSafeInteger(price.cacheWrite),
    cacheWrite1h: toSafeInteger(price.cacheWrite1h),
    ...(units.length > 0 && { units: Object.fromEntries(units) }),
  };
}

function priceFromJson(value: unknown): Price {
  const parts = record(value);
  const part = (name: (typeof PARTS)[number]): bigint => BigInt(integer(parts[name]));
  return {
    input: part('input'),
    output: part('output'),
    cacheRead: part('cacheRead'),
    cacheWrite: part('cacheWrite'),
    cacheWrite1h: part('cacheWrite1h'),
    ...(parts.units !== undefined && {
      units: mapValues(record(parts.units), (each) => BigInt(integer(each))),
    }),
  };
}

function record(value: unknown): Record<string, unknown> {
  invariant(typeof value === 'object' && value !== null, 'a price in JSON is an object');
  return { ...value };
}

function integer(value: unknown): number {
  invariant(
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
    'a price in JSON is a non-negative safe integer',
  );
  return value;
}
