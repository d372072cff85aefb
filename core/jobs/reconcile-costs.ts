/**
 * Compares once a day what was metered in the last week with what AWS observed and billed. Drift is
 * a metric of each cost center; above the tolerance it is also an alert.
 */
import type { BilledCosts } from '../insight/billing/ports.ts';
import { NamedCosts, tagNamesOf } from '../insight/billing/tag-names.ts';
import { billedCosts } from '../insight/reconcile/billed-costs.ts';
import {
  expiredCallCounts,
  meteredMetrics,
  observedMetrics,
} from '../insight/reconcile/collect-usage.ts';
import type { Permille } from '../insight/reconcile/drift.ts';
import { DRIFT_REASONS } from '../insight/reconcile/drift-reasons.ts';
import type { DateRange, MetricSums } from '../insight/reconcile/ports.ts';
import { type ReconciledCenter, reconcile } from '../insight/reconcile/reconcile.ts';
import { chargeUnmeteredUsage, unmeteredUsage } from '../insight/reconcile/unmetered-usage.ts';
import type { LedgerStore } from '../ledger/ports.ts';
import { ORGANIZATION, type Policy } from '../policy/policy.ts';
import type { Alert } from '../telemetry/alerts/alert-types.ts';
import { driftAlert } from '../telemetry/alerts/drift-alert.ts';
import { driftRecord } from '../telemetry/metric-record.ts';
import type { AlertPublisher, Telemetry } from '../telemetry/ports.ts';
import type { Clock } from '../time.ts';
import { dayAfter, dayAt } from '../utc-days.ts';

interface ReconcilePorts {
  readonly metrics: MetricSums;
  /** Absent: the bill is not read. */
  readonly costs?: BilledCosts;
  readonly ledger: Pick<LedgerStore, 'settle'>;
  readonly telemetry: Pick<Telemetry, 'metrics'>;
  readonly alerts: AlertPublisher;
  readonly clock: Clock;
  readonly warn: (message: string, cause: unknown) => void;
}

interface ReconcileSettings {
  readonly tolerance: Permille;
  /** Whether unmetered usage is charged to the limits. */
  readonly folds: boolean;
}

interface ReconcileResult {
  readonly costCenters: number;
  readonly overTolerance: number;
  /** Accounts to which unmetered usage was charged. */
  readonly folded: number;
}

const DAYS = 7;

/** Idempotent: alerts have the day in their ids, and a day's unmetered usage is charged once. */
export async function reconcileCosts(
  ports: ReconcilePorts,
  policy: Policy,
  { tolerance, folds }: ReconcileSettings,
): Promise<ReconcileResult> {
  const { metrics, telemetry, clock } = ports;
  const now = clock.now();
  const to = dayAt(now);
  const span = { from: dayAfter(to, -DAYS), to };
  const metered = await meteredMetrics(metrics, policy, span, now);
  const observed = await observedMetrics(metrics, policy, span, metered.owners);
  const lost = await expiredCallCounts(metrics, policy, span);
  const costs = ports.costs && new NamedCosts(ports.costs, tagNamesOf(policy));
  const billed = costs && (await billedCosts(costs, span));
  const sides = { metered, observed, ...(billed && !('currency' in billed) && { billed }) };
  const { centers } = reconcile({ policy, span, ...sides, lost, tolerance, now });
  const byName = new Map(centers.map((center) => [center.costCenter, center]));
  // Also for those without usage, so that an alarm of last week ends.
  for (const name of policy.costCenters.keys()) {
    const center = byName.get(name);
    telemetry.metrics(driftRecord(name, center ? driftPercent(center) : 0, now));
  }
  const over = centers.filter(({ isOver }) => isOver);
  const day = dayAfter(to, -1);
  // A call at the end of the day can expire, and be charged, on the next day.
  const untilNow = { from: day, to: dayAfter(to, 1) };
  let folded = 0;
  if (folds) {
    const outside = unmeteredUsage({
      ...{ policy, metered, observed, tolerance, day },
      lost: await expiredCallCounts(metrics, policy, untilNow),
    });
    folded = await chargeUnmeteredUsage(ports.ledger, policy, outside, day, now);
  }
  await publish(
    ports,
    over.map((center) => alertOf(policy, center, span)),
  );
  return { costCenters: policy.costCenters.size, overTolerance: over.length, folded };
}

/** The larger of both drifts. */
function driftPercent({ observedDrift, billedDrift, models }: ReconciledCenter): number {
  const drifts = [observedDrift, ...(billedDrift ? [billedDrift] : [])];
  const isHidden = !observedDrift.isOver && models.some((model) => model.observedDrift.isOver);
  // Two models whose differences cancel each other out are still drift.
  const ofModels = isHidden ? models.map((model) => model.observedDrift) : [];
  return Math.max(...[...drifts, ...ofModels].map(({ permille }) => permille)) / 10;
}

async function publish({ alerts, warn }: ReconcilePorts, found: readonly Alert[]): Promise<void> {
  try {
    await alerts.publish(found);
  } catch (error) {
    // The metric is written anyway, and the next run publishes again.
    warn('drift could not be published', error);
  }
}

function alertOf(policy: Policy, center: ReconciledCenter, span: DateRange): Alert {
  const { costCenter, metered, observed, billed, reasons } = center;
  const isKnown = policy.costCenters.has(costCenter);
  return driftAlert({
    costCenter,
    owner: isKnown ? { kind: 'costCenter', name: costCenter } : ORGANIZATION,
    from: span.from,
    to: span.to,
    percent: driftPercent(center),
    nanoUsd: { metered: metered.nanoUsd, observed: observed.nanoUsd, billed },
    reasons: new Map(reasons.map((reason) => [reason, DRIFT_REASONS[reason]])),
  });
}
