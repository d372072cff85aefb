/**
 * Metric records in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html,
 * 2026-11). Built by hand, as the libraries add a `service` dimension to the five agreed ones.
 */

import type { CallStatus } from '../call-status.ts';
import { counterKey, ownerKeyOfAccount } from '../ledger/account-keys.ts';
import type { ExpiryResult } from '../ledger/expire-lease.ts';
import type { AccountSnapshot } from '../ledger/ports.ts';
import type { LimitStatus, SettleResult } from '../ledger/settle.ts';
import { shardCountAt } from '../ledger/shard-layout.ts';
import { utilizationPercent } from '../ledger/utilization.ts';
import { formatUsd } from '../money.ts';
import { ownerKey, sharedLimits } from '../policy/limit-owners.ts';
import { limitInForce } from '../policy/overrides.ts';
import type { Policy } from '../policy/policy.ts';
import type { TokenUsage } from '../pricing/cost.ts';
import type { EpochMs } from '../time.ts';
import { periodAt } from '../windows.ts';
import { expiredCallsByOwner } from './alerts/expired-reservation-alerts.ts';
import { type MetricDimensions, OTHER_DIMENSION, UNKNOWN_DIMENSIONS } from './dimensions.ts';

/** Of every metric that the functions write. */
export const METRIC_NAMESPACE = 'GenAIRateLimiting';

type Unit = 'Bytes' | 'Count' | 'Milliseconds' | 'Percent' | 'None';

const UNITS = {
  TotalRequests: 'Count',
  RateLimitApproved: 'Count',
  RateLimitDenied: 'Count',
  InvocationFailed: 'Count',
  InputTokens: 'Count',
  OutputTokens: 'Count',
  CacheReadInputTokens: 'Count',
  CacheWriteInputTokens: 'Count',
  CostUsd: 'None',
  InvocationLatency: 'Milliseconds',
  ReservationExceeded: 'Count',
  ReservationExpired: 'Count',
  UsageUncertain: 'Count',
  SettlementFailed: 'Count',
  LimitUtilization: 'Percent',
  ReconciliationDrift: 'Percent',
  AccountItemBytes: 'Bytes',
} as const satisfies Record<string, Unit>;

type MetricName = keyof typeof UNITS;
type MetricValues = Partial<Record<MetricName, number>>;

/** One line of the log: dimensions, values, and the directive under `_aws`. */
export type MetricRecord = Readonly<Record<string, unknown>>;

function metricRecord(
  dimensions: Readonly<Record<string, string>>,
  values: MetricValues,
  at: EpochMs,
  properties: Readonly<Record<string, string>> = {},
): MetricRecord {
  const names = Object.keys(values) as MetricName[];
  return {
    ...properties,
    ...dimensions,
    ...values,
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: names.map((name) => ({ Name: name, Unit: UNITS[name] })),
        },
      ],
    },
  };
}

interface CallMeasures {
  readonly requestId: string;
  readonly dimensions: MetricDimensions;
  readonly status: CallStatus;
  readonly usage?: TokenUsage | undefined;
  readonly costNanoUsd?: number | undefined;
  readonly latencyMs?: number | undefined;
  readonly isUsageUncertain: boolean;
  readonly exceeded: boolean;
  readonly settlementFailed: boolean;
}

/**
 * The one record of a request. The article's counters are written even when zero, so that rates
 * can be drawn; tokens and cost only when the model reported them.
 */
export function callRecord(call: CallMeasures, at: EpochMs): MetricRecord {
  const { status, usage, costNanoUsd, latencyMs, requestId } = call;
  const approved = status === 'succeeded' || status === 'failed';
  const values: MetricValues = {
    TotalRequests: 1,
    RateLimitApproved: approved ? 1 : 0,
    RateLimitDenied: status === 'denied' ? 1 : 0,
    InvocationFailed: status === 'failed' ? 1 : 0,
    ...(usage && {
      InputTokens: usage.inputTokens,
      OutputTokens: usage.outputTokens,
      CacheReadInputTokens: usage.cacheReadInputTokens,
      CacheWriteInputTokens: usage.cacheWriteInputTokens,
    }),
    ...(costNanoUsd !== undefined && { CostUsd: Number(formatUsd(costNanoUsd)) }),
    ...(latencyMs !== undefined && { InvocationLatency: latencyMs }),
    ...(call.isUsageUncertain && { UsageUncertain: 1 }),
    ...(call.exceeded && { ReservationExceeded: 1 }),
    ...(call.settlementFailed && { SettlementFailed: 1 }),
  };
  return metricRecord({ ...call.dimensions }, values, at, { requestId });
}

/** One record per limit the call was settled in: how much of it is committed, in percent. */
export function utilizationRecords(
  { statuses }: Pick<SettleResult, 'statuses'>,
  costCenter: string,
  at: EpochMs,
): readonly MetricRecord[] {
  return statuses.flatMap(({ limit, used, reserved }) =>
    // A dimension for each user would be a metric for each, at a price.
    limit.owner.holder || used === undefined || reserved === undefined
      ? []
      : [utilizationRecord(limit, used + reserved, costCenter, at)],
  );
}

/** The same for limits split over several items: only a sweep sees their sum. */
export function shardedUtilizationRecords(
  policy: Policy,
  accounts: readonly AccountSnapshot[],
  at: EpochMs,
): readonly MetricRecord[] {
  return sharedLimits(policy).flatMap((configured) => {
    const limit = limitInForce(configured, policy, at);
    const period = periodAt(limit.window, at, policy.timeZone);
    if (shardCountAt(policy.shardLayout, period.startsAt) === 1) return [];
    const key = counterKey(limit.name, period.name);
    const committed = accounts
      .filter(({ account }) => ownerKeyOfAccount(account) === ownerKey(limit.owner))
      .map(({ counters }) => counters.get(key)?.committed);
    if (committed.every((amount) => amount === undefined)) return [];
    const sum = committed.reduce<number>((total, amount = 0) => total + amount, 0);
    return [utilizationRecord(limit, sum, limit.owner.name, at)];
  });
}

const utilizationRecord = (
  limit: LimitStatus['limit'],
  committed: number,
  costCenter: string,
  at: EpochMs,
): MetricRecord =>
  metricRecord(
    utilizationDimensions(limit, costCenter),
    { LimitUtilization: utilizationPercent(committed, limit.amount) },
    at,
  );

/** How many calls did not complete, by cost center. An account has only its owner. */
export function expiredRecords(
  swept: Pick<ExpiryResult, 'expired'>,
  at: EpochMs,
): readonly MetricRecord[] {
  const counts = new Map<string, number>();
  for (const { owner, reservations } of expiredCallsByOwner(swept)) {
    const name = owner.kind === 'costCenter' ? owner.name : OTHER_DIMENSION;
    counts.set(name, (counts.get(name) ?? 0) + reservations.length);
  }
  return [...counts].map(([CostCenter, ReservationExpired]) => {
    const dimensions = { ...UNKNOWN_DIMENSIONS, CostCenter };
    return metricRecord(dimensions, { ReservationExpired }, at);
  });
}

/**
 * Size of the largest account item, which every write of it pays for: one metric of a deployment.
 * The log line also has the account.
 */
export function itemSizeRecords(
  { name }: Pick<Policy, 'name'>,
  accounts: readonly AccountSnapshot[],
  at: EpochMs,
): readonly MetricRecord[] {
  const [largest] = [...accounts].sort((a, b) => b.bytes - a.bytes);
  if (!largest) return [];
  const { account, bytes } = largest;
  return [metricRecord({ Deployment: name }, { AccountItemBytes: bytes }, at, { account })];
}

/** Limits of models and of the organization are shared: they belong to no cost center. */
const utilizationDimensions = ({ owner, name }: LimitStatus['limit'], costCenter: string) =>
  owner.kind === 'costCenter'
    ? { CostCenter: costCenter, Limit: name }
    : { CostCenter: 'all', Limit: `${owner.kind === 'model' ? owner.name : owner.kind}/${name}` };

/** How far what AWS observed or billed is from what was metered, in percent of the latter. */
export const driftRecord = (costCenter: string, percent: number, at: EpochMs): MetricRecord =>
  metricRecord({ CostCenter: costCenter }, { ReconciliationDrift: percent }, at);
