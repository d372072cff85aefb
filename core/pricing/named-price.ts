/** The price of a model that an answer names, without the vendor, geography and version of its id. */
import type { EpochMs } from '../time.ts';
import { lookupModel, modelIdsNamed, type PricedModel } from './catalogue.ts';
import { bareName, splitModelId } from './geographies.ts';
import type { EffectivePrice } from './price.ts';
import { priceAt } from './price-at.ts';

interface Called {
  /** Of the call in whose answer the name is: the other model is reached in the same geography. */
  readonly modelId: string;
  readonly region: string;
  readonly at: EpochMs;
}

/** The policy's own price comes first. Undefined for a model whose price is not known. */
export function priceNamed(
  name: string,
  models: readonly PricedModel[],
  { modelId, region, at }: Called,
): EffectivePrice | undefined {
  const named = models.filter(({ baseModelId }) => bareName(baseModelId) === bareName(name));
  const { prefix } = splitModelId(modelId);
  const here = named.find((model) => splitModelId(model.modelId).prefix === prefix);
  const listed = here ? [] : modelIdsNamed(name).map((id) => lookupModel(prefix + id, region));
  const found = listed.find((each) => each.outcome === 'priced');
  const model = here ?? found?.model ?? named[0];
  return model && priceAt(model.prices, at);
}
