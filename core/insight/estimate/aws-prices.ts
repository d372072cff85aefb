/** Prices of the AWS services that the sentry runs on. */
import { invariant } from '../../errors.ts';
import { divCeil, type NanoUsd, nano, parseUsd } from '../../money.ts';
import prices from './aws-prices.json' with { type: 'json' };

export type AwsItem = keyof typeof prices.prices;

/** Quantities are whole: those of GB-seconds in MB x ms, those of GB in bytes. */
const PARTS = new Map([
  ['GB-seconds', 1_024_000n],
  ['GB', 1_000_000_000n],
]);

/** Source of a price; absent if no source states it. `asOf` is absent if the source has no date. */
interface PriceSource {
  readonly item: AwsItem;
  readonly usd: string;
  readonly per: number;
  readonly unit: string;
  readonly asOf?: string;
  readonly source?: string;
}

export const PRICE_REGION = prices.region;

export function priceSource(item: AwsItem): PriceSource {
  const { asOf, source, ...price } = prices.prices[item];
  return {
    item,
    ...price,
    ...(asOf !== null && { asOf }),
    ...(source !== null && { source }),
  };
}

/** @param quantity in whole parts of the price's unit. Rounded up once. */
export function awsCost(item: AwsItem, quantity: bigint): NanoUsd {
  const { usd, per } = prices.prices[item];
  const price = parseUsd(usd);
  invariant(price !== undefined, `the price of ${item} is a decimal`);
  return nano(divCeil(quantity * price, BigInt(per) * partsOf(item)));
}

/** Parts of one unit of the price. */
export const partsOf = (item: AwsItem): bigint => PARTS.get(prices.prices[item].unit) ?? 1n;
