/** Collects metered and observed usage, by the `ModelId` of both. */

import { parseUsd } from '../../money.ts';
import type { Policy } from '../../policy/policy.ts';
import { lookupModel } from '../../pricing/catalogue.ts';
import type { PriceSchedule } from '../../pricing/price.ts';
import { priceAt } from '../../pricing/price-at.ts';
import { OTHER_DIMENSION, UNKNOWN_DIMENSIONS } from '../../telemetry/dimensions.ts';
import { METRIC_NAMESPACE } from '../../telemetry/metric-record.ts';
import type { EpochMs } from '../../time.ts';
import { type Day, dayAfter, dayAt, startOf } from '../../utc-days.ts';
import { type MetricOwner, metricOwners, NO_OWNER, SHARED_OWNER } from './metric-owners.ts';
import type { DateRange, Metric, MetricSums } from './ports.ts';
import {
  addUsageToDay,
  costAt,
  type Tokens,
  type UsageAndCost,
  ZERO_USAGE,
} from './usage-and-cost.ts';

/** By `ModelId`, then by day. */
type Series = Map<string, Map<Day, UsageAndCost>>;

/** One side, and the owner of each id. */
export interface UsageSide {
  readonly series: Series;
  readonly owners: Map<string, MetricOwner>;
}

/** ListMetrics returns metrics written in the last two weeks; the margin covers its delay. */
const LISTED_DAYS = 13;
const NOON_MS = 43_200_000;

const OURS = {
  input: 'InputTokens',
  output: 'OutputTokens',
  cacheRead: 'CacheReadInputTokens',
  cacheWrite: 'CacheWriteInputTokens',
  usd: 'CostUsd',
} as const;

const BEDROCK = 'AWS/Bedrock';
/**
 * https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html, 2026-11.
 * Cache tokens have one of two metric names, depending on the account; some accounts have neither.
 */
const THEIRS = {
  input: ['InputTokenCount'],
  output: ['OutputTokenCount'],
  cacheRead: ['CacheReadInputTokenCount', 'CacheReadInputTokens'],
  cacheWrite: ['CacheWriteInputTokenCount', 'CacheWriteInputTokens'],
} as const;

/** From the metrics of the functions. */
export async function meteredMetrics(
  metrics: MetricSums,
  policy: Policy,
  span: DateRange,
  now: EpochMs,
): Promise<UsageSide> {
  const listed = await metrics.dimensionsOf(METRIC_NAMESPACE, 'TotalRequests');
  const isRecent = span.from >= dayAfter(dayAt(now), -LISTED_DAYS);
  const callMetrics = new Map(
    [...(isRecent ? [] : combinationsOf(policy)), ...listed]
      .filter(isCallMetric)
      .map((dimensions) => [JSON.stringify(sorted(dimensions)), dimensions]),
  );
  const kinds = [...Object.entries(OURS)];
  const asked = [...callMetrics.values()].flatMap((dimensions) =>
    kinds.map(([kind, name]) => ({
      kind,
      metric: { namespace: METRIC_NAMESPACE, name, dimensions },
    })),
  );
  const sums = await metrics.sums(
    asked.map(({ metric }) => metric),
    span,
  );
  const side: UsageSide = { series: new Map(), owners: new Map() };
  for (const [i, { kind, metric }] of asked.entries()) {
    const {
      CostCenter = OTHER_DIMENSION,
      Model = OTHER_DIMENSION,
      ModelId = OTHER_DIMENSION,
    } = metric.dimensions;
    assignOwner(side.owners, ModelId, { costCenter: CostCenter, model: Model });
    for (const [day, sum] of sums[i] ?? []) {
      const part = kind === 'usd' ? { nanoUsd: nanoOf(sum) } : { [kind]: Math.round(sum) };
      addUsageToDay(side.series, ModelId, day, { ...ZERO_USAGE, ...part });
    }
  }
  return side;
}

const isCallMetric = (dimensions: Metric['dimensions']): boolean =>
  DIMENSIONS.every((name) => Object.hasOwn(dimensions, name)) &&
  dimensions.ModelId !== OTHER_DIMENSION;

const DIMENSIONS = ['Model', 'ModelId', 'CostCenter', 'Application', 'Environment'] as const;

const combinationsOf = (policy: Policy): readonly Metric['dimensions'][] =>
  metricOwners(policy).combinations.map(
    ({ costCenter, model, modelMetric, application, environment }) => ({
      Model: model,
      ModelId: modelMetric,
      CostCenter: costCenter,
      Application: application,
      Environment: environment,
    }),
  );

const sorted = (dimensions: Metric['dimensions']) => Object.entries(dimensions).sort();

/** CloudWatch's sums are doubles; they are read to the nano-USD that went into them. */
const nanoOf = (usd: number): bigint => parseUsd(usd.toFixed(9)) ?? 0n;

/** An id that several cost centers use has no single owner. */
export function assignOwner(
  owners: Map<string, MetricOwner>,
  id: string,
  owned: MetricOwner,
): void {
  const known = owners.get(id);
  const isShared = known !== undefined && known.costCenter !== owned.costCenter;
  owners.set(id, { ...owned, costCenter: isShared ? SHARED_OWNER : owned.costCenter });
}

/**
 * Observed usage, priced by the policy; usage of ids without an owner is priced by the catalogue,
 * or at zero if it has no price.
 */
export async function observedMetrics(
  metrics: MetricSums,
  policy: Policy,
  span: DateRange,
  known: ReadonlyMap<string, MetricOwner>,
): Promise<UsageSide> {
  const owners = new Map([...metricOwners(policy).byId, ...known]);
  for (const { ModelId, ...others } of await metrics.dimensionsOf(BEDROCK, 'InputTokenCount')) {
    if (ModelId === undefined || Object.keys(others).length > 0 || owners.has(ModelId)) continue;
    owners.set(ModelId, { costCenter: NO_OWNER, model: ModelId });
  }
  const asked = [...owners.keys()].flatMap((id) =>
    Object.entries(THEIRS).flatMap(([kind, names]) => names.map((name) => ({ id, kind, name }))),
  );
  const sums = await metrics.sums(
    asked.map(({ id, name }) => ({ namespace: BEDROCK, name, dimensions: { ModelId: id } })),
    span,
  );
  const series: Series = new Map();
  for (const [i, { id, kind }] of asked.entries()) {
    for (const [day, sum] of sums[i] ?? []) {
      addUsageToDay(series, id, day, { ...ZERO_USAGE, [kind]: Math.round(sum) });
    }
  }
  for (const [id, days] of series) {
    const prices = pricesOf(policy, owners.get(id), id);
    for (const [day, tokens] of days) {
      days.set(day, { ...tokens, nanoUsd: prices ? costOnDay(day, tokens, prices) : 0n });
    }
  }
  return { series, owners };
}

/** Undefined if neither the policy nor the catalogue has one. */
export function pricesOf(
  policy: Policy,
  owned: MetricOwner | undefined,
  id: string,
): PriceSchedule | undefined {
  const model = policy.models.get(owned?.model ?? '');
  if (model) return model.prices;
  const found = lookupModel(id, policy.region);
  return found.outcome === 'priced' ? found.model.prices : undefined;
}

/** At the price in force at noon. */
export const costOnDay = (day: Day, tokens: Tokens, prices: PriceSchedule): bigint =>
  costAt(tokens, priceAt(prices, startOf(day) + NOON_MS).price);

/** Calls that did not complete, by cost center, as counted by the sweep. */
export async function expiredCallCounts(
  metrics: MetricSums,
  policy: Policy,
  span: DateRange,
): Promise<ReadonlyMap<string, number>> {
  const name = 'ReservationExpired';
  const centers = [...policy.costCenters.keys()];
  const asked = centers.map((CostCenter) => ({
    namespace: METRIC_NAMESPACE,
    name,
    dimensions: { ...UNKNOWN_DIMENSIONS, CostCenter },
  }));
  const sums = await metrics.sums(asked, span);
  return new Map(
    centers.map((center, i) => [
      center,
      [...(sums[i]?.values() ?? [])].reduce((sum, count) => sum + Math.round(count), 0),
    ]),
  );
}
