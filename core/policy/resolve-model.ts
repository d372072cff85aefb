/** Models of the policy: the catalogue's row, overlaid with what the tfvars say. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { availabilityOf } from '../pricing/availability.ts';
import {
  callableIds,
  type ListedModel,
  lookupModel,
  type PricedModel,
  rowOf,
  withCachePrices,
} from '../pricing/catalogue.ts';
import { splitModelId } from '../pricing/geographies.ts';
import { familyDefaults } from '../pricing/model-families.ts';
import { mergePrices, toSchedule, type UsdPeriod } from '../pricing/usd-price.ts';
import { formatChoices, quoted } from '../safe-text.ts';
import type { EpochMs } from '../time.ts';
import {
  asStrings,
  numberField,
  stringField,
  toUnvalidated,
  type UnvalidatedObject,
} from '../unvalidated.ts';
import { missingParts, readOwnPrice } from './own-price.ts';
import type { Model } from './policy.ts';

export type ResolvedModel = PricedModel &
  Pick<Model, 'also' | 'inferenceProfile' | 'unsupportedParameters'>;

/** Where and when a policy is to be put in force, or that it is in force already. */
export interface Placement {
  readonly region: string;
  /** When it is planned: then what depends on the date or the region is checked too. */
  readonly plannedAt?: EpochMs | undefined;
  /**
   * The configuration is already in force. Rules of a later release are then skipped: what they
   * reject must be safe at runtime.
   */
  readonly isStored: boolean;
}

interface ModelResolution {
  /** Absent when there are problems, or the form of the entry is wrong. */
  readonly model?: ResolvedModel;
  readonly problems: readonly InputProblem[];
  readonly warnings: readonly InputProblem[];
}

/** Resolves one entry of `models`, whose form may be wrong. */
export function resolveModel(path: string, value: unknown, placement: Placement): ModelResolution {
  const config = toUnvalidated(value);
  const modelId = stringField(config, 'model_id');
  if (modelId === undefined) return { problems: [], warnings: [] };
  const lookup = lookupModel(modelId, placement.region);
  const listed = lookup.outcome === 'priced' ? lookup : undefined;
  const problems: InputProblem[] = [];
  const own = readOwnPrice(joinPath(path, 'price'), config.get('price'), problems);
  if (!listed && !own) {
    const message = lookup.outcome === 'unpriced' ? lookup.message : '';
    return { problems: [...problems, { path, message }], warnings: [] };
  }
  const prices = mergePrices(basePrices(listed, own?.usd), own?.usd);
  if (own) {
    const missing = prices.flatMap((each) => missingParts(joinPath(path, 'price'), each, modelId));
    if (!listed || listed.model.kind === 'text') problems.push(...missing);
    if (!own.isExact || problems.length > 0) return { problems, warnings: [] };
  }
  const model = overlay(listed, modelId, config, prices);
  const { errors, warnings } = placementChecks(path, modelId, placement, listed, own?.usd);
  problems.push(...errors, ...rangeProblems(path, model, listed, config, placement));
  const wantsProfile = config.get('inference_profile') !== false;
  if (wantsProfile && modelId.startsWith('arn:')) {
    const message = 'must be false, as an ARN can have no inference profile';
    problems.push({ path: joinPath(path, 'inference_profile'), message });
  }
  if (problems.length > 0) return { problems, warnings };
  const inferenceProfile = wantsProfile && model.traits.inferenceProfile;
  const unsupportedParameters = config.get('unsupported_parameters') === 'drop' ? 'drop' : 'refuse';
  const also = asStrings(config.get('also'));
  return {
    model: {
      ...model,
      inferenceProfile,
      unsupportedParameters,
      ...(also.length > 0 && { also }),
    },
    problems,
    warnings,
  };
}

/**
 * Base that an own price is merged with. A region without a known price gets the highest known one;
 * if the policy states a price, only its long-context price is kept.
 */
function basePrices(
  listed: ListedModel | undefined,
  own: UsdPeriod | undefined,
): readonly UsdPeriod[] {
  if (!listed) return [];
  const isComplete = own?.input !== undefined && own.output !== undefined;
  if (listed.isRegionPriced || !isComplete) return listed.usd;
  return listed.usd.map(({ longContext }) => (longContext ? { longContext } : {}));
}

function placementChecks(
  path: string,
  modelId: string,
  { region, plannedAt }: Placement,
  listed: ListedModel | undefined,
  own: UsdPeriod | undefined,
): { errors: InputProblem[]; warnings: InputProblem[] } {
  if (plannedAt === undefined) return { errors: [], warnings: [] };
  const hasOwnPrice = own !== undefined;
  const found = availabilityOf({ modelId, region, now: plannedAt, hasOwnPrice });
  const toProblem = (message: string) => ({ path: joinPath(path, 'model_id'), message });
  const errors = found.errors.map(toProblem);
  if (listed && !listed.isRegionPriced && errors.length === 0) {
    if (own) errors.push(...incompletePrice(joinPath(path, 'price'), listed, own, region));
    else errors.push(toProblem(unpricedHere(modelId, region)));
  }
  return { errors, warnings: found.warnings.map(toProblem) };
}

function unpricedHere(modelId: string, region: string): string {
  const row = rowOf(modelId);
  const priced = (row ? callableIds(row, region) : []).filter((id) => {
    const found = lookupModel(id, region);
    return found.outcome === 'priced' && found.isRegionPriced;
  });
  const others = priced.length > 0 ? `, or write ${formatChoices(priced)}` : '';
  return `no price is known for ${quoted(modelId)} in ${region}: add \`price\` to this model${others}`;
}

/** Where the region has no price, an own price has nothing to be merged with. */
function incompletePrice(
  path: string,
  { model }: ListedModel,
  own: UsdPeriod,
  region: string,
): InputProblem[] {
  const parts = { text: ['input', 'output'], embedding: ['input'], rerank: ['per_query'] } as const;
  const given = { input: own.input, output: own.output, per_query: own.perQuery };
  const missing = parts[model.kind].filter((part) => given[part] === undefined);
  const message = `is required, because no price is known for ${quoted(model.modelId)} in ${region}`;
  return missing.map((part) => ({ path: joinPath(path, part), message }));
}

function overlay(
  listed: ListedModel | undefined,
  modelId: string,
  config: UnvalidatedObject,
  prices: readonly UsdPeriod[],
): PricedModel {
  const base = listed?.model ?? unlisted(modelId, prices);
  const maxOutputTokens = numberField(config, 'max_output_tokens') ?? base.maxOutputTokens;
  return {
    ...base,
    contextTokens: numberField(config, 'context_tokens') ?? base.contextTokens,
    maxOutputTokens,
    defaultMaxTokens:
      numberField(config, 'default_max_tokens') ?? Math.min(base.defaultMaxTokens, maxOutputTokens),
    prices: toSchedule(prices),
    traits: listed ? withCachePrices(familyDefaults(base.baseModelId).traits, prices) : base.traits,
  };
}

/**
 * A model the catalogue lacks: traits by family, caching only where its price was stated.
 * Of an ARN, the part after the last slash names the model.
 */
function unlisted(modelId: string, prices: readonly UsdPeriod[]): PricedModel {
  const { baseModelId } = splitModelId(modelId.slice(modelId.lastIndexOf('/') + 1));
  const { traits, defaultMaxTokens } = familyDefaults(baseModelId);
  return {
    modelId,
    baseModelId,
    kind: 'text',
    contextTokens: 0,
    betas: {},
    maxOutputTokens: 0,
    defaultMaxTokens,
    prices: [],
    traits: withCachePrices({ ...traits, promptCaching: true, promptCaching1h: true }, prices),
  };
}

function rangeProblems(
  path: string,
  model: PricedModel,
  listed: ListedModel | undefined,
  config: UnvalidatedObject,
  { isStored }: Placement,
): InputProblem[] {
  const missing = ['context_tokens', 'max_output_tokens'].filter((name) => !config.has(name));
  if (!listed && missing.length > 0) {
    return missing.map((name) => ({
      path: joinPath(path, name),
      message: `is required, because the catalogue has no model ${quoted(model.modelId)}`,
    }));
  }
  // A newer catalogue may know lower maximums than the one the policy was checked against.
  if (listed && isStored) return [];
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
