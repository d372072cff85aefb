/** Upper bound of a call's usage and cost on a model, at the price it is settled at. */
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import { toSafeInteger } from '../../money.ts';
import type { Model } from '../../policy/policy.ts';
import type { BilledUnit, ServedAs } from '../../pricing/price.ts';
import { type EffectivePriceJson, effectivePriceToJson } from '../../pricing/price-json.ts';
import { type CacheTtl, worstCaseOf, writtenCacheTtl } from '../../pricing/worst-case.ts';
import type { EpochMs } from '../../time.ts';

/** A model that could run a call, with the most the call could use and cost on it. */
export interface PricedCandidate {
  /** Alias. */
  readonly model: string;
  /** Id to call: the inference profile's ARN, or the model id. */
  readonly modelId: string;
  /** What AWS/Bedrock metrics know it by: the profile's unique id, or the model id. */
  readonly modelMetric: string;
  /** The price the call is reserved and settled at. */
  readonly price: EffectivePriceJson;
  readonly worstCase: AmountsByUnit;
  /** Billed besides tokens. Answers do not report them: they are counted in the request. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
}

interface CallBound {
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  /** Of the cache entries the call asks for. */
  readonly cacheTtl: CacheTtl;
  /** Upper bound of what is billed besides tokens. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
  /** The service tier and latency the call asks for: ones with a known price. */
  readonly asked?: ServedAs;
}

/** Undefined when an amount would not be a safe integer: then it could not be counted exactly. */
export function pricedBound(
  { prices, traits }: Pick<Model, 'prices' | 'traits'>,
  bound: CallBound,
  now: EpochMs,
): Pick<PricedCandidate, 'price' | 'worstCase' | 'units'> | undefined {
  const { inputTokens, maxOutputTokens, asked } = bound;
  const cacheTtl = writtenCacheTtl(bound.cacheTtl, traits);
  const { amount, period } = worstCaseOf({ ...bound, cacheTtl }, prices, now, asked);
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    price: effectivePriceToJson(period),
    ...(bound.units && Object.keys(bound.units).length > 0 && { units: bound.units }),
    worstCase: {
      requests: 1,
      tokens: inputTokens + maxOutputTokens,
      input_tokens: inputTokens,
      output_tokens: maxOutputTokens,
      usd: toSafeInteger(amount),
    },
  };
}

/** A model's names on a call: through its inference profile where it has one. */
export function calledAs(
  { alias, modelId: plainId }: Pick<Model, 'alias' | 'modelId'>,
  profileArn: string | undefined,
): Pick<PricedCandidate, 'model' | 'modelId' | 'modelMetric'> {
  const modelId = profileArn ?? plainId;
  const modelMetric = profileArn ? modelId.slice(modelId.lastIndexOf('/') + 1) : modelId;
  return { model: alias, modelId, modelMetric };
}
