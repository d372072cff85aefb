/** The `models` variable with the prices of the AWS Price List where they differ. */
import { formatUsd } from '../../money.ts';
import type { ModelReport } from './check-models.ts';
import type { PriceDifference } from './compare-prices.ts';

/** A model as the tfvars have it. */
type ModelVariable = Readonly<Record<string, unknown>>;

const PARTS = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  cacheWrite1h: 'cache_write_1h',
} as const;

/**
 * Prices that are above those here, or are not known here; with `lower` also those below. A
 * long-context price without a threshold, and a tier of which AWS lists only a part, are left out:
 * they would be no complete price.
 */
export function writtenDifferences(
  { differences }: ModelReport,
  lower: boolean,
): readonly PriceDifference[] {
  const isComplete = (difference: PriceDifference): boolean =>
    ['input', 'output'].every((part) =>
      differences.some((each) => each.part === part && isSameTariff(each, difference)),
    );
  return differences.filter((difference) => {
    const { ours, aws, lacksThreshold } = difference;
    if (lacksThreshold) return false;
    return ours === undefined ? isComplete(difference) : ours < aws || (lower && ours > aws);
  });
}

const isSameTariff = (left: PriceDifference, right: PriceDifference): boolean =>
  left.tier === right.tier &&
  left.latency === right.latency &&
  left.isLongContext === right.isLongContext;

/** The model with the differing prices in its `price`; what it states already is kept. */
export function withPrices(model: ModelVariable, differences: readonly PriceDifference[]) {
  const price: Record<string, unknown> = { ...objectOf(model.price) };
  for (const { part, isLongContext, tier, latency, aws } of differences) {
    const tariff = tier
      ? child(child(price, 'tiers'), tier)
      : latency
        ? child(child(price, 'latency'), latency)
        : price;
    const target = isLongContext ? child(tariff, 'long_context') : tariff;
    target[PARTS[part]] = Number(formatUsd(aws));
  }
  return { ...model, price };
}

function child(parent: Record<string, unknown>, name: string): Record<string, unknown> {
  const own = { ...objectOf(parent[name]) };
  parent[name] = own;
  return own;
}

const objectOf = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
