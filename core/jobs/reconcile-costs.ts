/**
 * Once a day: what was metered in the last week beside what AWS observed and billed. The drift of
 * each cost center is a metric; where it is over the tolerance its people are told.
 */
import type { BilledCosts } from '../insight/billing/ports.ts';
import { billedCosts } from '../insight/reconcile/billed-costs.ts';
import {
  expiredCallCounts,
  meteredMetrics,
  observedMetrics,
} from '../insight/reconcile/collect-usage.ts';
import { formatPermille, type Permille } from '../insight/reconcile/drift.ts';
import { DRIFT_REASONS } from '../insight/reconcile/drift-reasons.ts';
import type { MetricSums } from '../insight/reconcile/ports.ts';
import { type ReconciledCenter, reconcile } from '../insight/reconcile/reconcile.ts';
import { chargeUnmeteredUsage, unmeteredUsage } from '../insight/reconcile/unmetered-usage.ts';
import type { LedgerStore } from '../ledger/ports.ts';
import { formatUsd } from '../money.ts';
import { ORGANIZATION, type Policy } from '../policy/policy.ts';
import type { Alert } from '../telemetry/alerts/alert.ts';
import { driftRecord } from '../telemetry/metric-record.ts';
import type { AlertPublisher, Telemetry } from '../telemetry/ports.ts';
import type { Clock } from '../time.ts';
import { dayAfter, dayAt } from '../utc-days.ts';

interface ReconcilePorts {
  readonly metrics: MetricSums;
  /** Absent: the bill is not looked at. */
  readonly costs?: BilledCosts;
  readonly ledger: Pick<LedgerStore, 'settle'>;
  readonly telemetry: Pick<Telemetry, 'metrics'>;
  readonly alerts: AlertPublisher;
  readonly clock: Clock;
  readonly warn: (message: string, cause: unknown) => void;
}

interface ReconcileSettings {
  readonly tolerance: Permille;
  /** Whether use around the sentry is charged to the limits. */
  readonly folds: boolean;
}

interface ReconcileResult {
  readonly costCenters: number;
  readonly overTolerance: number;
  /** Accounts that use around the sentry was charged to. */
  readonly folded: number;
}

const DAYS = 7;

/** Safe to repeat: alerts have the day in their ids, and a day's outside use is charged once. */
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
  const billed = ports.costs && (await billedCosts(ports.costs, span));
  const sides = { metered, observed, ...(billed && !('currency' in billed) && { billed }) };
  const { centers } = reconcile({ policy, span, ...sides, lost, tolerance, now });
  const byName = new Map(centers.map((center) => [center.costCenter, center]));
  // Also of those without use: else an alarm of last week's would stay.
  for (const name of policy.costCenters.keys()) {
    const center = byName.get(name);
    telemetry.metrics(driftRecord(name, center ? driftPercent(center) : 0, now));
  }
  const over = centers.filter(({ isOver }) => isOver);
  const day = dayAfter(to, -1);
  // A call of the day that was lost late is ended, and charged, on the next one.
  const untilNow = { from: day, to: dayAfter(to, 1) };
  let folded = 0;
  if (folds) {
    const outside = unmeteredUsage({
      ...{ policy, metered, observed, tolerance, day },
      lost: await expiredCallCounts(metrics, policy, untilNow),
    });
    folded = await chargeUnmeteredUsage(ports.ledger, policy, outside, day, now);
  }
  await tell(
    ports,
    over.map((center) => driftAlert(policy, center, span)),
  );
  return { costCenters: policy.costCenters.size, overTolerance: over.length, folded };
}

/** The larger of both drifts. */
function driftPercent({ observedDrift, billedDrift, models }: ReconciledCenter): number {
  const drifts = [observedDrift, ...(billedDrift ? [billedDrift] : [])];
  const isHidden = !observedDrift.isOver && models.some((model) => model.observedDrift.isOver);
  // Two models whose differences cancel each other out are drift all the same.
  const ofModels = isHidden ? models.map((model) => model.observedDrift) : [];
  return Math.max(...[...drifts, ...ofModels].map(({ permille }) => permille)) / 10;
}

async function tell({ alerts, warn }: ReconcilePorts, found: readonly Alert[]): Promise<void> {
  try {
    await alerts.publish(found);
  } catch (error) {
    // The metric is written all the same, and tomorrow's run tells again.
    warn('drift could not be published', error);
  }
}

function driftAlert(
  policy: Policy,
  center: ReconciledCenter,
  { from, to }: { readonly from: string; readonly to: string },
): Alert {
  const { costCenter, metered, observed, billed, reasons } = center;
  const isKnown = policy.costCenters.has(costCenter);
  const percent = driftPercent(center);
  const usd = {
    metered: formatUsd(metered.nanoUsd),
    observed: formatUsd(observed.nanoUsd),
    ...(billed !== undefined && { billed: formatUsd(billed) }),
  };
  const sums = `USD ${usd.metered} metered, ${usd.observed} observed by CloudWatch`;
  const bill = usd.billed === undefined ? '' : `, ${usd.billed} billed`;
  const why = reasons.map((reason) => `${DRIFT_REASONS[reason]}.`).join(' ');
  return {
    type: 'ReconciliationDrift',
    id: `reconciliation/${costCenter}/${to}`,
    detail: {
      owner: isKnown ? { kind: 'costCenter', name: costCenter } : ORGANIZATION,
      notify: true,
      summary:
        `What cost center ${costCenter} used from ${from} until ${to} (not counted) differs by ` +
        `${formatPermille(Math.round(percent * 10))} %: ${sums}${bill}. ` +
        `Likely: ${why} See docs/reconciliation.md, and run cost-sentry reconcile.`,
      from,
      to,
      percent,
      usd,
      reasons,
    },
  };
}
