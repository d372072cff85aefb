/** Models of the policy: the catalogue's row, overlaid with what the tfvars say. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { lookupModel, type PricedModel, splitModelId } from '../pricing/catalogue.ts';
import {
  completePrice,
  parsePricePart,
  USD_PER_MILLION_TOKENS_MAX,
} from '../pricing/complete-price.ts';
import { familyDefaults } from '../pricing/model-families.ts';
import type { Price } from '../pricing/price.ts';
import { quoted } from '../safe-text.ts';
import { numberField, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';

export type ResolvedModel = PricedModel & { readonly inferenceProfile: boolean };

type ModelResolution =
  | { readonly model: ResolvedModel }
  | { readonly problems: readonly InputProblem[] };

/** Resolves one entry of `models`, whose form may be wrong. */
export function resolveModel(path: string, value: unknown): ModelResolution {
  const config = toUnvalidated(value);
  const modelId = stringField(config, 'model_id');
  if (modelId === undefined) return { problems: [] };
  const lookup = lookupModel(modelId);
  const listed = lookup.outcome === 'priced' ? lookup.model : undefined;
  const problems: InputProblem[] = [];
  const own = ownPrice(joinPath(path, 'price'), config, problems);
  if (!listed && !config.has('price')) {
    const message = lookup.outcome === 'unpriced' ? lookup.message : '';
    return { problems: [...problems, { path, message }] };
  }
  const base = listed ?? unlisted(modelId, config, own);
  const model = overlay(base, config, own);
  problems.push(...rangeProblems(path, model, listed, config));
  const wantsProfile = config.get('inference_profile') !== false;
  if (wantsProfile && modelId.startsWith('arn:')) {
    const message = 'must be false, as an ARN can have no inference profile';
    problems.push({ path: joinPath(path, 'inference_profile'), message });
  }
  if (problems.length > 0) return { problems };
  const inferenceProfile = wantsProfile && base.traits.inferenceProfile;
  return { model: { ...model, inferenceProfile } };
}

const PRICE_PARTS = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h'] as const;

function ownPrice(
  path: string,
  config: UnvalidatedObject,
  problems: InputProblem[],
): Price | undefined {
  if (!config.has('price')) return undefined;
  const price = toUnvalidated(config.get('price'));
  for (const part of PRICE_PARTS) {
    const usd = numberField(price, part);
    if (usd === undefined || usd < 0 || parsePricePart(usd) !== undefined) continue;
    const message = `must be USD per million tokens with at most 9 decimals, at most ${USD_PER_MILLION_TOKENS_MAX}, got ${quoted(usd)}`;
    problems.push({ path: joinPath(path, part), message });
  }
  const [input, output] = [numberField(price, 'input'), numberField(price, 'output')];
  if (input === undefined || output === undefined) return undefined;
  return completePrice({
    input,
    output,
    cacheRead: numberField(price, 'cache_read'),
    cacheWrite: numberField(price, 'cache_write'),
    cacheWrite1h: numberField(price, 'cache_write_1h'),
  });
}

/**
 * A model the catalogue lacks: traits by family, caching only where its price was stated.
 * Of an ARN, the part after the last slash names the model.
 */
function unlisted(
  modelId: string,
  config: UnvalidatedObject,
  price: Price | undefined,
): PricedModel {
  const { baseModelId } = splitModelId(modelId.slice(modelId.lastIndexOf('/') + 1));
  const { traits, defaultMaxTokens } = familyDefaults(baseModelId);
  const stated = toUnvalidated(config.get('price'));
  const caching = stated.has('cache_read') && stated.has('cache_write');
  return {
    modelId,
    baseModelId,
    contextTokens: 0,
    maxOutputTokens: 0,
    defaultMaxTokens,
    prices: price ? [{ price }] : [],
    traits: {
      ...traits,
      promptCaching: caching,
      promptCaching1h: caching && stated.has('cache_write_1h'),
    },
  };
}

function overlay(
  base: PricedModel,
  config: UnvalidatedObject,
  price: Price | undefined,
): PricedModel {
  const maxOutputTokens = numberField(config, 'max_output_tokens') ?? base.maxOutputTokens;
  return {
    ...base,
    contextTokens: numberField(config, 'context_tokens') ?? base.contextTokens,
    maxOutputTokens,
    defaultMaxTokens:
      numberField(config, 'default_max_tokens') ?? Math.min(base.defaultMaxTokens, maxOutputTokens),
    prices: price ? [{ price }] : base.prices,
  };
}

function rangeProblems(
  path: string,
  model: PricedModel,
  listed: PricedModel | undefined,
  config: UnvalidatedObject,
): InputProblem[] {
  const missing = ['context_tokens', 'max_output_tokens'].filter((name) => !config.has(name));
  if (!listed && missing.length > 0) {
    return missing.map((name) => ({
      path: joinPath(path, name),
      message: `must be given, as the catalogue has no model ${quoted(model.modelId)}`,
    }));
  }
  const { contextTokens, maxOutputTokens, defaultMaxTokens } = model;
  const problems: InputProblem[] = [];
  if (maxOutputTokens > contextTokens) {
    const message = `must be at most ${contextTokens} (context_tokens), got ${maxOutputTokens}`;
    problems.push({ path: joinPath(path, 'max_output_tokens'), message });
  }
  if (defaultMaxTokens > maxOutputTokens) {
    const message = `must be at most ${maxOutputTokens} (the model's maximum), got ${defaultMaxTokens}`;
    problems.push({ path: joinPath(path, 'default_max_tokens'), message });
  }
  return problems;
}
