/** Prices of the AWS services that the sentry runs on, by region. */
import { invariant } from '../../errors.ts';
import { divCeil, type NanoUsd, nano, parseUsd } from '../../money.ts';
import prices from './aws-prices.json' with { type: 'json' };

export type AwsItem = keyof typeof prices.prices;

/** Quantities are whole: those of GB-seconds in MB x ms, those of GB in bytes. */
const PARTS = new Map([
  ['GB-seconds', 1_024_000n],
  ['GB', 1_000_000_000n],
]);

interface AwsPrice {
  readonly usd: string;
  readonly asOf: string;
  /** Absent: the offer file of the service. */
  readonly source?: string;
}

interface PricedItem {
  readonly per: number;
  readonly unit: string;
  /** Of the service in the AWS Price List. */
  readonly offer: string;
  readonly usageType: string;
  readonly regions: Readonly<Record<string, AwsPrice | undefined>>;
}

const items: Readonly<Record<AwsItem, PricedItem>> = prices.prices;

/** A price with its source; the price is absent where none was found for the region. */
interface PriceSource {
  readonly item: AwsItem;
  readonly per: number;
  readonly unit: string;
  readonly usd?: string;
  readonly asOf?: string;
  readonly source?: string;
}

const GLOBAL = 'global';
const OFFERS = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws';

export function priceSource(item: AwsItem, region: string): PriceSource {
  const { per, unit, offer, regions } = items[item];
  const place = Object.hasOwn(regions, GLOBAL) ? GLOBAL : region;
  const found = Object.hasOwn(regions, place) ? regions[place] : undefined;
  if (!found) return { item, per, unit };
  const file = place === GLOBAL ? 'index.json' : `${region}/index.json`;
  const { usd, asOf, source = `${OFFERS}/${offer}/current/${file}` } = found;
  return { item, per, unit, usd, asOf, source };
}

/**
 * @param quantity in whole parts of the price's unit. Rounded up once.
 * @returns undefined where no price was found for the region: unknown is never zero.
 */
export function awsCost(item: AwsItem, region: string, quantity: bigint): NanoUsd | undefined {
  const { usd, per } = priceSource(item, region);
  if (usd === undefined) return quantity === 0n ? nano(0n) : undefined;
  const price = parseUsd(usd);
  invariant(price !== undefined, `the price of ${item} is a decimal`);
  return nano(divCeil(quantity * price, BigInt(per) * partsOf(item)));
}

/** Cost Explorer has one price in every region. */
export function costExplorerCost(requests: number): NanoUsd {
  const cost = awsCost('costExplorerRequest', GLOBAL, BigInt(requests));
  invariant(cost !== undefined, 'the price of Cost Explorer is global');
  return cost;
}

/** Parts of one unit of the price. */
export const partsOf = (item: AwsItem): bigint => PARTS.get(items[item].unit) ?? 1n;
