/** Report of `GET /v1/models`: aliases, prices, and the cost centers that can use them. */
import { formatUsd } from '../../money.ts';
import type { CostCenter, Model, Policy } from '../../policy/policy.ts';
import type { Price } from '../../pricing/price.ts';
import { priceAt } from '../../pricing/price-at.ts';
import type { EpochMs } from '../../time.ts';

type TokenPart = Exclude<keyof Price, 'units'>;

/** Prices are decimal USD per million tokens, as currently in force. */
interface ModelReport {
  readonly alias: string;
  readonly modelId: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly defaultMaxTokens: number;
  readonly price: Readonly<Record<TokenPart, string>> & { readonly currency: 'USD' };
  readonly longContext?: Readonly<Record<TokenPart, string>> & {
    readonly aboveInputTokens: number;
  };
  readonly costCenters: readonly string[];
}

/** @param costCenters those the caller may see; models none of them may use are left out. */
export function modelsReport(
  policy: Policy,
  costCenters: readonly CostCenter[],
  now: EpochMs,
): readonly ModelReport[] {
  return [...policy.models.values()].flatMap((model) => {
    const users = costCenters.filter(({ models }) => models.includes(model.alias));
    return users.length === 0 ? [] : [report(model, users, now)];
  });
}

function report(model: Model, users: readonly CostCenter[], now: EpochMs): ModelReport {
  const { price, longContext } = priceAt(model.prices, now);
  return {
    alias: model.alias,
    modelId: model.modelId,
    contextTokens: model.contextTokens,
    maxOutputTokens: model.maxOutputTokens,
    defaultMaxTokens: model.defaultMaxTokens,
    price: { currency: 'USD', ...decimals(price) },
    ...(longContext && {
      longContext: {
        aboveInputTokens: longContext.aboveInputTokens,
        ...decimals(longContext.price),
      },
    }),
    costCenters: users.map(({ name }) => name),
  };
}

const decimals = (price: Price): Record<TokenPart, string> => ({
  input: formatUsd(price.input),
  output: formatUsd(price.output),
  cacheRead: formatUsd(price.cacheRead),
  cacheWrite: formatUsd(price.cacheWrite),
  cacheWrite1h: formatUsd(price.cacheWrite1h),
});
