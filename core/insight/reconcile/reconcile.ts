/** Compares metered, observed and billed usage by cost center and model. */

import type { Policy } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import { type Day, dayAfter, dayAt } from '../../utc-days.ts';
import type { BilledByCostCenter } from './billed-costs.ts';
import { costOnDay, pricesOf, type UsageSide } from './collect-usage.ts';
import { type Drift, driftOf, type Permille } from './drift.ts';
import { billDriftReason, type DriftReason, isWaiting, usageDriftReason } from './drift-reasons.ts';
import { type MetricOwner, NO_OWNER, SHARED_OWNER } from './metric-owners.ts';
import type { DateRange } from './ports.ts';
import { type ByDay, sumUsage, totalOf, type UsageAndCost, ZERO_USAGE } from './usage-and-cost.ts';

interface ReconcileInput {
  readonly policy: Policy;
  readonly span: DateRange;
  readonly metered: UsageSide;
  readonly observed: UsageSide;
  /** Absent: the bill was not queried. */
  readonly billed?: BilledByCostCenter;
  /** Calls that did not complete, by cost center. */
  readonly lost: ReadonlyMap<string, number>;
  readonly tolerance: Permille;
  readonly now: EpochMs;
}

interface Compared {
  readonly metered: UsageAndCost;
  readonly observed: UsageAndCost;
  readonly observedDrift: Drift;
  readonly reasons: readonly DriftReason[];
}

export interface ReconciledModel extends Compared {
  /** Alias, or the name in AWS. */
  readonly model: string;
  readonly meteredDays: ByDay;
  readonly observedDays: ByDay;
}

export interface ReconciledCenter extends Compared {
  readonly costCenter: string;
  readonly models: readonly ReconciledModel[];
  /** Nano-USD; absent if the bill was not queried. */
  readonly billed?: bigint;
  /** Absent too while the bill is not comparable yet. */
  readonly billedDrift?: Drift;
  readonly isOver: boolean;
}

export interface Reconciliation {
  readonly span: DateRange;
  readonly tolerance: Permille;
  readonly centers: readonly ReconciledCenter[];
  /** Usage in this account and region outside the policy's profiles; informational. */
  readonly others: readonly ReconciledModel[];
  readonly untagged?: bigint;
  readonly isOver: boolean;
}

/**
 * The bill of the last days is partial:
 * https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html, 2026-11.
 */
const BILL_LATE_DAYS = 2;

export function reconcile(input: ReconcileInput): Reconciliation {
  const byCenter = modelsByCenter(input);
  const others = byCenter.get(NO_OWNER) ?? [];
  byCenter.delete(NO_OWNER);
  for (const name of input.billed?.byCostCenter.keys() ?? []) {
    if (!byCenter.has(name)) byCenter.set(name, []);
  }
  const centers = [...byCenter]
    .map(([costCenter, models]) => centerOf(input, costCenter, models))
    .sort((a, b) => (a.costCenter < b.costCenter ? -1 : 1));
  return {
    span: input.span,
    tolerance: input.tolerance,
    centers,
    others,
    ...(input.billed && { untagged: input.billed.untagged }),
    isOver: centers.some(({ isOver }) => isOver),
  };
}

/** Several profiles of one cost center and model are one row. */
function modelsByCenter(input: ReconcileInput): Map<string, readonly ReconciledModel[]> {
  const { metered, observed } = input;
  const ids = new Set([...metered.series.keys(), ...observed.series.keys()]);
  const rows = new Map<string, { owned: MetricOwner; ids: string[] }>();
  for (const id of ids) {
    const owned = ownerOf(input, id);
    const key = JSON.stringify([owned.costCenter, owned.model]);
    const row = rows.get(key) ?? { owned, ids: [] };
    row.ids.push(id);
    rows.set(key, row);
  }
  const byCenter = new Map<string, readonly ReconciledModel[]>();
  for (const { owned, ids: own } of rows.values()) {
    const model = modelOf(input, owned, own);
    byCenter.set(owned.costCenter, [...(byCenter.get(owned.costCenter) ?? []), model]);
  }
  return byCenter;
}

/** The metered side decides, including for profiles that no longer exist. */
const ownerOf = ({ metered, observed }: ReconcileInput, id: string): MetricOwner =>
  observed.owners.get(id) ?? metered.owners.get(id) ?? { costCenter: NO_OWNER, model: id };

function modelOf(
  input: ReconcileInput,
  owned: MetricOwner,
  ids: readonly string[],
): ReconciledModel {
  const meteredDays = together(ids.map((id) => input.metered.series.get(id)));
  const observedDays = together(ids.map((id) => input.observed.series.get(id)));
  const [metered, observed] = [totalOf(meteredDays), totalOf(observedDays)];
  const { tolerance, policy, span, now, lost } = input;
  const prices = pricesOf(policy, owned, ids[0] ?? '');
  const cacheCost = [...meteredDays]
    .map(([day, tokens]) =>
      prices ? costOnDay(day, { ...tokens, input: 0, output: 0 }, prices) : 0n,
    )
    .reduce((sum, cost) => sum + cost, 0n);
  const reason = usageDriftReason({
    metered,
    observed,
    cacheCost,
    lost: lost.get(owned.costCenter) ?? 0,
    isOpen: span.to > dayAt(now),
    tolerance,
  });
  return {
    model: owned.model,
    meteredDays,
    observedDays,
    metered,
    observed,
    observedDrift: driftOf(metered.nanoUsd, observed.nanoUsd, tolerance),
    reasons: reason && owned.costCenter !== NO_OWNER ? [reason] : [],
  };
}

function together(series: readonly (ByDay | undefined)[]): ByDay {
  const days = new Map<Day, UsageAndCost>();
  for (const one of series) {
    for (const [day, measure] of one ?? [])
      days.set(day, sumUsage(days.get(day) ?? ZERO_USAGE, measure));
  }
  return days;
}

function centerOf(
  input: ReconcileInput,
  costCenter: string,
  found: readonly ReconciledModel[],
): ReconciledCenter {
  const { tolerance, billed } = input;
  const models = [...found].sort((a, b) => (a.model < b.model ? -1 : 1));
  const metered = models.map((model) => model.metered).reduce(sumUsage, ZERO_USAGE);
  const observed = models.map((model) => model.observed).reduce(sumUsage, ZERO_USAGE);
  const observedDrift = driftOf(metered.nanoUsd, observed.nanoUsd, tolerance);
  const ofModels = models.flatMap(({ reasons }) => reasons);
  const compared = { costCenter, models, metered, observed, observedDrift };
  const isOver = models.some((model) => model.observedDrift.isOver) || observedDrift.isOver;
  // Calls through an id of several cost centers are untagged.
  if (!billed || costCenter === SHARED_OWNER) {
    return { ...compared, reasons: distinct(ofModels), isOver };
  }
  const amount = billed.byCostCenter.get(costCenter) ?? 0n;
  const reason = billDriftReason({
    metered: metered.nanoUsd,
    observed: observed.nanoUsd,
    billed: amount,
    untagged: billed.untagged,
    isTagged: billed.isTagged,
    unbilled: unbilledOf(input, models),
    tolerance,
  });
  const billedDrift = isWaiting(reason) ? undefined : driftOf(metered.nanoUsd, amount, tolerance);
  return {
    ...compared,
    billed: amount,
    ...(billedDrift && { billedDrift }),
    reasons: distinct([...ofModels, ...(reason ? [reason] : [])]),
    isOver: isOver || (billedDrift?.isOver ?? false),
  };
}

const distinct = (reasons: readonly DriftReason[]): readonly DriftReason[] => [...new Set(reasons)];

function unbilledOf({ now }: ReconcileInput, models: readonly ReconciledModel[]): bigint {
  const lateFrom = dayAfter(dayAt(now), -BILL_LATE_DAYS);
  return models
    .flatMap(({ meteredDays }) => [...meteredDays])
    .filter(([day]) => day >= lateFrom)
    .reduce((sum, [, { nanoUsd }]) => sum + nanoUsd, 0n);
}
