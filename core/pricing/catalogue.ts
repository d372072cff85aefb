/** Finds what a model costs and accepts. Strict: what is not known is unpriced, never free. */

import { closestMatch, formatChoices, quoted } from '../safe-text.ts';
import catalogue from './catalogue.json' with { type: 'json' };
import { bareName, isPrefixOf, PREFIXES, splitModelId } from './geographies.ts';
import { familyDefaults } from './model-families.ts';
import type { ModelCapabilities, PriceSchedule } from './price.ts';
import { toSchedule, type UsdPeriod, type UsdPrice } from './usd-price.ts';

type ModelKind = 'text' | 'embedding' | 'rerank';

export interface PricedModel {
  /** As given: can have a geography prefix (us., eu., global., ...). */
  readonly modelId: string;
  /** Without the prefix: the id in the catalogue and for CountTokens. */
  readonly baseModelId: string;
  readonly kind: ModelKind;
  readonly contextTokens: number;
  /** Beta headers that widen the context window, and to how many tokens. */
  readonly betas: Readonly<Record<string, number>>;
  /** Zero for a model that writes no text. */
  readonly maxOutputTokens: number;
  /** `max_tokens` of a request that does not set it. */
  readonly defaultMaxTokens: number;
  readonly prices: PriceSchedule;
  readonly traits: ModelCapabilities;
}

export interface ListedModel {
  readonly model: PricedModel;
  /** What `model.prices` was made of, so that a policy can replace parts of it. */
  readonly usd: readonly CataloguePrice[];
  /** Whether these are prices of the region; else they are the highest known of any place. */
  readonly isRegionPriced: boolean;
}

type ModelLookup =
  | ({ readonly outcome: 'priced' } & ListedModel)
  | { readonly outcome: 'unpriced'; readonly message: string };

interface CataloguePrice extends UsdPeriod {
  /** The geography prefixes it is for. */
  readonly prefixes?: readonly string[] | undefined;
  /** The regions in which it is the price of the bare id. */
  readonly regions?: readonly string[] | undefined;
  /** By their ids in the catalogue. */
  readonly sources?: readonly string[] | undefined;
}

export interface CatalogueModel {
  readonly modelId: string;
  readonly kind?: string | undefined;
  readonly contextTokens: number;
  readonly maxOutputTokens?: number | undefined;
  readonly status: string;
  readonly endOfLife?: string | undefined;
  readonly inferenceTypes: readonly string[];
  /** Where the bare id can be called although elsewhere only profiles can. */
  readonly onDemandRegions?: readonly string[] | undefined;
  readonly prefixes: readonly string[];
  readonly betas?: readonly { readonly name: string; readonly contextTokens: number }[] | undefined;
  readonly prices: readonly CataloguePrice[];
}

const rows: ReadonlyMap<string, CatalogueModel> = new Map(
  catalogue.models.map((model: CatalogueModel) => [model.modelId, model]),
);

/** The row of an id, with or without a geography prefix. */
export const rowOf = (modelId: string): CatalogueModel | undefined =>
  rows.get(splitModelId(modelId).baseModelId);

/** The ids, without a geography prefix, of what an answer names. */
export const modelIdsNamed = (name: string): readonly string[] =>
  [...rows.keys()].filter((id) => bareName(id) === bareName(name));

/**
 * Looks a model id up, with or without a geography prefix. The price is that of the prefix's
 * geography, or of the region for a bare id. A region without a known price gets the highest known
 * anywhere: a policy in force keeps working, and validation refuses to put one in force.
 */
export function lookupModel(modelId: string, region: string): ModelLookup {
  const { prefix, baseModelId } = splitModelId(modelId);
  const row = rows.get(baseModelId);
  if (!row) return { outcome: 'unpriced', message: unknownModel(modelId, region) };
  if (prefix !== '' && !row.prefixes.includes(prefix)) {
    const message = `no price is known for ${quoted(modelId)}: use one of ${formatChoices(callableIds(row, region))}, or ${REMEDY}`;
    return { outcome: 'unpriced', message };
  }
  const own = pricesFor(row, prefix, region);
  const usd = own.length > 0 ? own : [highestOf(row.prices)];
  const { traits, defaultMaxTokens } = familyDefaults(baseModelId);
  const maxOutputTokens = row.maxOutputTokens ?? 0;
  return {
    outcome: 'priced',
    usd,
    isRegionPriced: own.length > 0,
    model: {
      modelId,
      baseModelId,
      kind: row.kind === 'embedding' || row.kind === 'rerank' ? row.kind : 'text',
      contextTokens: row.contextTokens,
      betas: Object.fromEntries((row.betas ?? []).map((each) => [each.name, each.contextTokens])),
      maxOutputTokens,
      defaultMaxTokens: Math.min(defaultMaxTokens, maxOutputTokens),
      prices: toSchedule(usd),
      traits: withCachePrices(traits, usd),
    },
  };
}

const REMEDY = 'add `price`, `context_tokens` and `max_output_tokens` to this model';

/** The ids under which a region can call a model; all of its ids where there are none. */
export function callableIds(row: CatalogueModel, region: string): readonly string[] {
  const { modelId, prefixes } = row;
  const here = prefixes.filter((prefix) => isPrefixOf(prefix, region));
  const bare = isOnDemandIn(row, region) ? [modelId] : [];
  const ids = [...bare, ...here.map((prefix) => prefix + modelId)];
  return ids.length > 0 ? ids : prefixes.map((prefix) => prefix + modelId);
}

/** A model of the catalogue under an id that the region can call, at the region's price. */
interface RegionalModel extends ListedModel {
  readonly row: CatalogueModel;
}

/** Every id that a region can call, without those whose price in the region is not known. */
export const modelsOfRegion = (region: string): readonly RegionalModel[] =>
  [...rows.values()].flatMap((row) =>
    callableIds(row, region).flatMap((id) => {
      const found = lookupModel(id, region);
      const { prefix } = splitModelId(id);
      const isHere = prefix === '' || isPrefixOf(prefix, region);
      return found.outcome === 'priced' && found.isRegionPriced && isHere
        ? [{ ...found, row }]
        : [];
    }),
  );

export const CATALOGUE_DATE = catalogue.asOf;

/** Whether a region can call the bare id. */
export const isOnDemandIn = (row: CatalogueModel, region: string): boolean =>
  row.inferenceTypes.includes('ON_DEMAND') || (row.onDemandRegions?.includes(region) ?? false);

function unknownModel(modelId: string, region: string): string {
  const { prefix, baseModelId } = splitModelId(modelId);
  const afterFirstDot = baseModelId.slice(baseModelId.indexOf('.') + 1);
  if (rows.has(afterFirstDot)) {
    const given = baseModelId.slice(0, baseModelId.indexOf('.') + 1);
    return `unknown prefix ${quoted(given)} in ${quoted(modelId)}: use ${formatChoices(PREFIXES)}, or ${REMEDY}`;
  }
  const row = rows.get(likelyId(baseModelId) ?? '');
  if (!row) return `no price is known for ${quoted(modelId)}: ${REMEDY}`;
  const meant = row.prefixes.includes(prefix) ? prefix + row.modelId : callableIds(row, region)[0];
  const suggestion = quoted(meant ?? row.modelId);
  return `no price is known for ${quoted(modelId)}: did you mean ${suggestion}? Otherwise ${REMEDY}`;
}

/** Something too much or too little at the end is likelier than a change of a version's number. */
function likelyId(baseModelId: string): string | undefined {
  const related = [...rows.keys()].filter(
    (id) => baseModelId.startsWith(id) || (baseModelId.length > 12 && id.startsWith(baseModelId)),
  );
  const [longest] = related.sort((left, right) => right.length - left.length);
  return longest ?? idNamed(baseModelId) ?? closestMatch(baseModelId, rows.keys());
}

/** Providers name their models without themselves, and often without a date: claude-opus-4-5. */
function idNamed(name: string): string | undefined {
  const bare = (id: string): string => id.slice(id.indexOf('.') + 1);
  const ids = name.length < 4 ? [] : [...rows.keys()].filter((id) => bare(id).startsWith(name));
  const dated = ids.find((id) => bare(id).replace(/-\d{8}.*$/, '') === name);
  return dated ?? ids.sort((left, right) => left.length - right.length)[0];
}

/** A cache price that is not published is billed by a safe rule, but requests must not ask for caching. */
export function withCachePrices(
  traits: ModelCapabilities,
  prices: readonly UsdPrice[],
): ModelCapabilities {
  const known = prices.every(
    ({ cacheRead, cacheWrite }) => cacheRead !== undefined && cacheWrite !== undefined,
  );
  const known1h = known && prices.every(({ cacheWrite1h }) => cacheWrite1h !== undefined);
  return {
    ...traits,
    promptCaching: traits.promptCaching && known,
    promptCaching1h: traits.promptCaching1h && known1h,
  };
}

function pricesFor(row: CatalogueModel, prefix: string, region: string): readonly CataloguePrice[] {
  return row.prices.filter(({ prefixes, regions }) =>
    prefix === '' ? regions?.includes(region) : prefixes?.includes(prefix),
  );
}

const PARTS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'perImage',
  'perAudioSecond',
  'perVideoSecond',
  'perQuery',
] as const;

/** Part by part, over every place and time; tiers are left out, so that they are refused. */
function highestOf(prices: readonly UsdPeriod[]): UsdPeriod {
  const longs = prices.flatMap(({ longContext }) => (longContext ? [longContext] : []));
  const above = longs.map(({ aboveInputTokens }) => aboveInputTokens ?? 0);
  return {
    ...highestParts(prices),
    ...(longs.length > 0 && {
      longContext: { aboveInputTokens: Math.min(...above), ...highestParts([...prices, ...longs]) },
    }),
  };
}

/** A part that one place leaves out is filled in by the rule for unknown parts. */
function highestParts(prices: readonly UsdPrice[]): UsdPrice {
  const parts = PARTS.flatMap((part) => {
    const known = prices.flatMap((price) => price[part] ?? []);
    const isComplete = known.length === prices.length;
    return isComplete || (known.length > 0 && part.startsWith('per'))
      ? [[part, Math.max(...known)] as const]
      : [];
  });
  return Object.fromEntries(parts);
}
