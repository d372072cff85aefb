/** The prices that apply to a model, compared with those of the AWS Price List, part by part. */
import { tariffOf } from '../../pricing/cost.ts';
import { splitModelId } from '../../pricing/geographies.ts';
import type { EffectivePrice } from '../../pricing/price.ts';
import type { PricePart } from './price-list-part.ts';
import type { ListedPart } from './price-list-prices.ts';

export interface PriceDifference {
  readonly part: PricePart;
  readonly isLongContext: boolean;
  readonly tier?: 'flex' | 'priority';
  readonly latency?: 'optimized';
  /** Nano-USD per million tokens; absent where none is known here. */
  readonly ours?: bigint;
  readonly aws: bigint;
  /** A price of long contexts, whose threshold is known neither here nor from AWS. */
  readonly lacksThreshold?: true;
}

interface ComparedPrices {
  /** Prices below AWS's: such calls are billed too low. */
  readonly below: readonly PriceDifference[];
  readonly above: readonly PriceDifference[];
  /** Priced by AWS, and here not: a tier or a long context. */
  readonly missing: readonly PriceDifference[];
  /** Parts that both have. */
  readonly compared: number;
}

/** @param listed undefined or empty where the Price List does not have the model. */
export function comparePrices(
  modelId: string,
  price: EffectivePrice,
  listed: readonly ListedPart[] = [],
): ComparedPrices {
  const isGlobal = splitModelId(modelId).prefix === 'global.';
  const differences = highestOfEach(listed.filter((each) => each.isGlobal === isGlobal)).map(
    ({ isGlobal: _, price: aws, ...part }) => ({ ...part, aws, ...ownPrice(price, part) }),
  );
  const known = differences.flatMap((each) =>
    each.ours === undefined ? [] : [{ ...each, ours: each.ours }],
  );
  return {
    below: known.filter(({ ours, aws }) => ours < aws),
    above: known.filter(({ ours, aws }) => ours > aws),
    missing: differences.filter(({ ours }) => ours === undefined),
    compared: known.length,
  };
}

type Part = Omit<ListedPart, 'price' | 'isGlobal'>;

function ownPrice(period: EffectivePrice, { part, isLongContext, ...served }: Part) {
  const tariff = tariffOf(period, served);
  // Without a long-context price, the one price applies to long contexts as well.
  const price = isLongContext ? (tariff?.longContext?.price ?? tariff?.price) : tariff?.price;
  const lacksThreshold = isLongContext && tariff?.longContext === undefined;
  return {
    ...(price && { ours: price[part] }),
    ...(lacksThreshold && { lacksThreshold: true as const }),
  };
}

const keyOf = ({ part, isLongContext, tier, latency }: Part): string =>
  [part, isLongContext, tier, latency].join('/');

function highestOfEach(parts: readonly ListedPart[]): readonly ListedPart[] {
  const highest = new Map<string, ListedPart>();
  for (const part of parts) {
    const key = keyOf(part);
    const other = highest.get(key);
    if (!other || part.price > other.price) highest.set(key, part);
  }
  return [...highest.values()];
}
