/** Models compared with what Amazon Bedrock offers in a region, and with the AWS Price List. */
import { rowOf } from '../../pricing/catalogue.ts';
import { splitModelId } from '../../pricing/geographies.ts';
import type { PriceSchedule } from '../../pricing/price.ts';
import { priceAt } from '../../pricing/price-at.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import { DAY_MS, type EpochMs, isoTimestamp } from '../../time.ts';
import { comparePrices, type PriceDifference } from './compare-prices.ts';
import type { BedrockModels, OfferedModel, PriceList } from './ports.ts';
import { readPriceList } from './price-list-prices.ts';

export interface CheckedModel {
  /** Absent without a policy. */
  readonly alias?: string;
  readonly modelId: string;
  readonly prices: PriceSchedule;
}

interface ModelFinding {
  /** `price_below`, `ending` and `not_offered` fail the check. */
  readonly kind: 'price_below' | 'price_above' | 'price_missing' | 'ending' | 'not_offered';
  readonly message: string;
}

export interface ModelReport {
  readonly alias?: string;
  readonly modelId: string;
  /** As Bedrock says; absent where it does not list the model. */
  readonly status?: string;
  readonly endOfLife?: string;
  /** Parts of its price that the Price List has too; zero: it was not found there. */
  readonly comparedPrices: number;
  readonly differences: readonly PriceDifference[];
  readonly findings: readonly ModelFinding[];
}

export interface ModelsCheck {
  readonly region: string;
  readonly models: readonly ModelReport[];
  /** Ids that Bedrock offers here, and that the catalogue does not have. */
  readonly unknown: readonly string[];
}

interface ModelsQuery {
  readonly region: string;
  readonly now: EpochMs;
  readonly models: readonly CheckedModel[];
  /** Without a policy, a model that the catalogue knows to be legacy is no finding. */
  readonly isCatalogue: boolean;
}

/** A model that ends within this time is reported, as by `validate`. */
const ENDING_MS = 60 * DAY_MS;

const FAILING = new Set<ModelFinding['kind']>(['price_below', 'ending', 'not_offered']);
export const hasFailed = ({ models }: ModelsCheck): boolean =>
  models.some(({ findings }) => findings.some(({ kind }) => FAILING.has(kind)));

export async function checkModels(
  bedrock: BedrockModels,
  list: PriceList,
  asked: ModelsQuery,
): Promise<ModelsCheck> {
  const { region, now, models } = asked;
  const [offered, profiles] = await Promise.all([
    bedrock.foundationModels(),
    bedrock.inferenceProfileIds(),
  ]);
  const offer = {
    models: new Map(offered.map((each) => [each.modelId, each])),
    profiles: new Set(profiles),
  };
  const baseIds = [...new Set(models.map(({ modelId }) => splitModelId(modelId).baseModelId))];
  const listed = await readPriceList(list, region, baseIds);
  const reports = models.map((model): ModelReport => {
    const { baseModelId } = splitModelId(model.modelId);
    const found = offer.models.get(baseModelId);
    const prices = comparePrices(
      model.modelId,
      priceAt(model.prices, now),
      listed.get(baseModelId),
    );
    const { below, above, missing, compared } = prices;
    return {
      ...(model.alias !== undefined && { alias: model.alias }),
      modelId: model.modelId,
      ...(found?.status !== undefined && { status: found.status }),
      ...(found?.endOfLife !== undefined && { endOfLife: isoDate(found.endOfLife) }),
      comparedPrices: compared,
      differences: [...below, ...above, ...missing],
      findings: [
        ...offerFindings(model.modelId, offer, asked),
        ...lifecycleFindings(found, asked),
        ...priceFindings(below, 'price_below', 'is below'),
        ...priceFindings(above, 'price_above', 'is above'),
        ...priceFindings(missing, 'price_missing', 'is not known here;'),
      ],
    };
  });
  const unknown = offered.map(({ modelId }) => modelId).filter((id) => !rowOf(baseOf(id)));
  return { region, models: reports, unknown: [...new Set(unknown.map(baseOf))].sort() };
}

/** Ids of provisioned variants end in their context: `amazon.nova-lite-v1:0:300k`. */
const baseOf = (modelId: string): string => modelId.replace(/(:\d+):(?:\d+k|mm)$/, '$1');

interface Offer {
  readonly models: ReadonlyMap<string, OfferedModel>;
  readonly profiles: ReadonlySet<string>;
}

function offerFindings(
  modelId: string,
  { models, profiles }: Offer,
  { region, isCatalogue }: ModelsQuery,
): readonly ModelFinding[] {
  const { prefix, baseModelId } = splitModelId(modelId);
  const model = models.get(baseModelId);
  const isCallable =
    prefix === '' ? model?.inferenceTypes.includes('ON_DEMAND') : profiles.has(modelId);
  // Which models a region has differs more than the catalogue knows.
  if (isCallable || isCatalogue) return [];
  const others = [...profiles].filter((id) => splitModelId(id).baseModelId === baseModelId);
  const callable = model?.inferenceTypes.includes('ON_DEMAND') ? [baseModelId, ...others] : others;
  const what = prefix === '' && model ? 'offers no on-demand throughput of' : 'does not offer';
  const use = callable.length > 0 ? `: use ${formatChoices(callable)}` : '';
  return [{ kind: 'not_offered', message: `${region} ${what} ${quoted(modelId)}${use}` }];
}

function lifecycleFindings(
  model: OfferedModel | undefined,
  { now, isCatalogue }: ModelsQuery,
): readonly ModelFinding[] {
  if (!model) return [];
  const { modelId, status, endOfLife } = model;
  const isNear = endOfLife !== undefined && endOfLife - now <= ENDING_MS;
  const isKnown = isCatalogue && ['legacy', 'ended'].includes(rowOf(modelId)?.status ?? '');
  if (!isNear && (status !== 'LEGACY' || isKnown)) return [];
  const end = endOfLife === undefined ? '' : endText(endOfLife, now);
  const message = `Amazon Bedrock lists ${quoted(modelId)} as ${status ?? 'ACTIVE'}${end}`;
  return [{ kind: 'ending', message }];
}

const endText = (end: EpochMs, now: EpochMs): string =>
  end <= now ? `, it ended on ${isoDate(end)}` : `, it ends on ${isoDate(end)}`;

const priceFindings = (
  differences: readonly PriceDifference[],
  kind: ModelFinding['kind'],
  relation: string,
): readonly ModelFinding[] =>
  differences.map((difference) => ({
    kind,
    message: `the price of ${partName(difference)} ${relation} AWS's`,
  }));

/** `input, long context, flex`. */
export const partName = ({ part, isLongContext, tier, latency }: PriceDifference): string =>
  [PART_NAMES[part], isLongContext && 'long context', tier, latency && 'latency-optimized']
    .filter((each) => each !== false && each !== undefined)
    .join(', ');

const PART_NAMES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache reads',
  cacheWrite: 'cache writes',
  cacheWrite1h: 'one-hour cache writes',
} as const;

const isoDate = (at: EpochMs): string => isoTimestamp(at).slice(0, 10);
