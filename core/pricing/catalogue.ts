/** Finds what a model costs and accepts. Strict: what is not known is unpriced, never free. */

import { invariant } from '../errors.ts';
import { closestMatch, formatChoices, quoted } from '../safe-text.ts';
import type { EpochMs } from '../time.ts';
import catalogue from './catalogue.json' with { type: 'json' };
import { completePrice, type UsdPrice } from './complete-price.ts';
import { familyDefaults } from './model-families.ts';
import type { EffectivePrice, ModelCapabilities, Price, PriceSchedule } from './price.ts';

/** Geographies of system-defined inference profiles, as they stand before a model id. */
const PREFIXES = ['us.', 'eu.', 'apac.', 'jp.', 'au.', 'ca.', 'global.', 'us-gov.'] as const;

export interface PricedModel {
  readonly modelId: string;
  readonly baseModelId: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly defaultMaxTokens: number;
  readonly prices: PriceSchedule;
  readonly traits: ModelCapabilities;
}

type ModelLookup =
  | { readonly outcome: 'priced'; readonly model: PricedModel }
  | { readonly outcome: 'unpriced'; readonly message: string };

interface CatalogueLongContext extends UsdPrice {
  readonly aboveInputTokens: number;
}

interface CataloguePrice extends UsdPrice {
  /** The id prefixes it is for; absent: the bare id and every prefix no other price names. */
  readonly prefixes?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly longContext?: CatalogueLongContext | undefined;
}

interface CatalogueModel {
  readonly modelId: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly prefixes: readonly string[];
  readonly prices: readonly CataloguePrice[];
}

const rows: ReadonlyMap<string, CatalogueModel> = new Map(
  catalogue.models.map((model: CatalogueModel) => [model.modelId, model]),
);

/** The id without its geography prefix: what CountTokens and the catalogue know a model by. */
export function splitModelId(modelId: string): { prefix: string; baseModelId: string } {
  const prefix = PREFIXES.find((candidate) => modelId.startsWith(candidate)) ?? '';
  return { prefix, baseModelId: modelId.slice(prefix.length) };
}

/** Looks a model id up, with or without a geography prefix. */
export function lookupModel(modelId: string): ModelLookup {
  const { prefix, baseModelId } = splitModelId(modelId);
  const row = rows.get(baseModelId);
  if (!row) return { outcome: 'unpriced', message: unknownModel(modelId, baseModelId) };
  if (prefix !== '' && !row.prefixes.includes(prefix)) {
    const offered = formatChoices([
      baseModelId,
      ...row.prefixes.map((known) => known + baseModelId),
    ]);
    const message = `no price is known for ${quoted(modelId)}: write one of ${offered}, or ${REMEDY}`;
    return { outcome: 'unpriced', message };
  }
  const prices = scheduleOf(row, prefix);
  const { traits, defaultMaxTokens } = familyDefaults(baseModelId);
  return {
    outcome: 'priced',
    model: {
      modelId,
      baseModelId,
      contextTokens: row.contextTokens,
      maxOutputTokens: row.maxOutputTokens,
      defaultMaxTokens: Math.min(defaultMaxTokens, row.maxOutputTokens),
      prices,
      traits: withCachePrices(traits, pricesFor(row, prefix)),
    },
  };
}

const REMEDY = 'add `price`, `context_tokens` and `max_output_tokens` to this model';

function unknownModel(modelId: string, baseModelId: string): string {
  const afterFirstDot = baseModelId.slice(baseModelId.indexOf('.') + 1);
  if (rows.has(afterFirstDot)) {
    const given = baseModelId.slice(0, baseModelId.indexOf('.') + 1);
    return `unknown prefix ${quoted(given)} in ${quoted(modelId)}: use ${formatChoices(PREFIXES)}, or ${REMEDY}`;
  }
  const suggestion = closestMatch(baseModelId, rows.keys());
  const hint = suggestion ? `did you mean ${quoted(suggestion)}? Otherwise ${REMEDY}` : REMEDY;
  return `no price is known for ${quoted(modelId)}: ${hint}`;
}

/** A cache price nobody stated is billed by a safe rule, but requests must not ask for caching. */
function withCachePrices(
  traits: ModelCapabilities,
  prices: readonly CataloguePrice[],
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

function pricesFor(row: CatalogueModel, prefix: string): readonly CataloguePrice[] {
  const own = row.prices.filter(({ prefixes }) => prefixes?.includes(prefix));
  return own.length > 0 ? own : row.prices.filter(({ prefixes }) => prefixes === undefined);
}

const scheduleOf = (row: CatalogueModel, prefix: string): PriceSchedule =>
  pricesFor(row, prefix).map((usd) => toPeriod(row.modelId, usd));

function toPeriod(modelId: string, usd: CataloguePrice): EffectivePrice {
  return {
    ...(usd.from !== undefined && { effectiveFrom: toEpochMs(usd.from) }),
    ...(usd.until !== undefined && { effectiveTo: toEpochMs(usd.until) }),
    price: exact(modelId, usd),
    ...(usd.longContext && {
      longContext: {
        aboveInputTokens: usd.longContext.aboveInputTokens,
        price: exact(modelId, usd.longContext),
      },
    }),
  };
}

const toEpochMs = (iso: string): EpochMs => Date.parse(iso);

function exact(modelId: string, usd: UsdPrice): Price {
  const price = completePrice(usd);
  invariant(price, `the catalogue's price of ${modelId} is an exact number of nano-USD`);
  return price;
}
