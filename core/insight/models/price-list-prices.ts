/** Prices of models in the AWS Price List, by the catalogue's ids. */

import { ownProperty } from '../../input-path.ts';
import { divCeil } from '../../money.ts';
import { parseJson } from '../../parse-json.ts';
import { stringField, toUnvalidated } from '../../unvalidated.ts';
import { idsOfProduct, namesOfIds } from './model-names.ts';
import type { PriceList } from './ports.ts';
import {
  type PartOfPrice,
  PRICE_LIST_SERVICES,
  partOfUsageType,
  tokensOfUnit,
} from './price-list-part.ts';

export interface ListedPart extends PartOfPrice {
  /** Nano-USD per million tokens. */
  readonly price: bigint;
}

/** The parts of each id; ids that the list does not have are absent. */
type ListedPrices = ReadonlyMap<string, readonly ListedPart[]>;

/** @param ids of the catalogue, without prefixes. */
export async function readPriceList(
  list: PriceList,
  region: string,
  ids: readonly string[],
): Promise<ListedPrices> {
  const idsByName = namesOfIds(ids);
  const parts = new Map<string, ListedPart[]>();
  for (const service of PRICE_LIST_SERVICES) {
    for await (const product of list.products(service, region)) {
      const { named, part } = readProduct(parseJson(product));
      if (!part) continue;
      for (const id of new Set(idsOfProduct(named, idsByName))) {
        parts.set(id, [...(parts.get(id) ?? []), part]);
      }
    }
  }
  return parts;
}

function readProduct(document: unknown) {
  const attributes = toUnvalidated(at(document, 'product', 'attributes'));
  const text = (name: string) => stringField(attributes, name) ?? '';
  const usageType = text('usagetype');
  const named = { usageType, model: text('model'), serviceName: text('servicename') };
  const part = partOfUsageType(usageType);
  const price = highestPrice(at(document, 'terms', 'OnDemand'));
  return { named, part: part && price !== undefined ? { ...part, price } : undefined };
}

/** Of all terms and ranges; a part that is free says nothing. */
function highestPrice(terms: unknown): bigint | undefined {
  const prices = valuesOf(terms)
    .flatMap((term) => valuesOf(at(term, 'priceDimensions')))
    .flatMap((dimension) => {
      const fields = toUnvalidated(dimension);
      const usd = stringField(toUnvalidated(fields.get('pricePerUnit')), 'USD') ?? '';
      const unit = stringField(fields, 'unit') ?? '';
      const tokens = tokensOfUnit(unit, stringField(fields, 'description') ?? '');
      const price = tokens && perMillion(usd, tokens);
      return price ? [price] : [];
    });
  return prices.reduce<bigint | undefined>(
    (highest, price) => (highest === undefined || price > highest ? price : highest),
    undefined,
  );
}

const valuesOf = (value: unknown): readonly unknown[] => [...toUnvalidated(value).values()];

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => ownProperty(inner, name), value);

const DECIMAL = /^(\d{1,12})(?:\.(\d{1,18}))?$/;
const DIGITS = 18;
const NANO_DIGITS = 9;
const MILLION = 1_000_000n;

/** Nano-USD per million tokens, rounded up. */
function perMillion(usd: string, tokens: bigint): bigint | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(usd) ?? [];
  if (whole === undefined) return undefined;
  const scaled = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return divCeil(scaled * MILLION, tokens * 10n ** BigInt(DIGITS - NANO_DIGITS));
}
