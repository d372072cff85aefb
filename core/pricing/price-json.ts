/** The price of a reservation travels through the workflow's state, which is JSON. */
import { invariant } from '../errors.ts';
import { toSafeInteger } from '../money.ts';
import type { EffectivePrice, Price } from './price.ts';

const PARTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const;

/** Nano-USD per million tokens, as safe integers. */
type PriceJson = Readonly<Record<(typeof PARTS)[number], number>>;

export interface EffectivePriceJson {
  readonly price: PriceJson;
  readonly longContext?: { readonly aboveInputTokens: number; readonly price: PriceJson };
}

/** What settling needs of a period; the dates did their work when it was chosen. */
export function effectivePriceToJson({ price, longContext }: EffectivePrice): EffectivePriceJson {
  return {
    price: priceToJson(price),
    ...(longContext && {
      longContext: {
        aboveInputTokens: longContext.aboveInputTokens,
        price: priceToJson(longContext.price),
      },
    }),
  };
}

/** Reads back what `toJson` wrote; anything else is a broken invariant. */
export function effectivePriceFromJson(value: unknown): EffectivePrice {
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

const priceToJson = (price: Price): PriceJson => ({
  input: toSafeInteger(price.input),
  output: toSafeInteger(price.output),
  cacheRead: toSafeInteger(price.cacheRead),
  cacheWrite: toSafeInteger(price.cacheWrite),
  cacheWrite1h: toSafeInteger(price.cacheWrite1h),
});

function priceFromJson(value: unknown): Price {
  const parts = record(value);
  const part = (name: (typeof PARTS)[number]): bigint => BigInt(integer(parts[name]));
  return {
    input: part('input'),
    output: part('output'),
    cacheRead: part('cacheRead'),
    cacheWrite: part('cacheWrite'),
    cacheWrite1h: part('cacheWrite1h'),
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
