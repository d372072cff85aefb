/** Metered, observed and billed side by side, by cost center and model. */
import { type Day, dayAfter, dayAt } from '../days.ts';
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import type { Billed } from './billed.ts';
import { costOn, pricesOf, type Side } from './collect.ts';
import { type Drift, driftOf, type Permille } from './compare.ts';
import { added, type ByDay, type Measure, NO_USE, totalOf } from './measure.ts';
import { NOBODY, type Owned, SHARED } from './owners.ts';
import type { Span } from './ports.ts';
import { billReason, isWaiting, type Reason, rowReason } from './reasons.ts';

interface ReconcileInput {
  readonly policy: Policy;
  readonly span: Span;
  readonly metered: Side;
  readonly observed: Side;
  /** Absent: the bill was not asked for. */
  readonly billed?: Billed;
  /** Calls that never came back, by cost center. */
  readonly lost: ReadonlyMap<string, number>;
  readonly tolerance: Permille;
  readonly now: EpochMs;
}

interface Compared {
  readonly metered: Measure;
  readonly observed: Measure;
  readonly observedDrift: Drift;
  readonly reasons: readonly Reason[];
}

export interface ReconciledModel extends Compared {
  /** Alias, or what AWS calls it. */
  readonly model: string;
  readonly meteredDays: ByDay;
  readonly observedDays: ByDay;
}

export interface ReconciledCenter extends Compared {
  readonly costCenter: string;
  readonly models: readonly ReconciledModel[];
  /** Nano-USD; absent where the bill was not asked for. */
  readonly billed?: bigint;
  /** Absent too while the bill is not comparable yet. */
  readonly billedDrift?: Drift;
  readonly isOver: boolean;
}

export interface Reconciliation {
  readonly span: Span;
  readonly tolerance: Permille;
  readonly centers: readonly ReconciledCenter[];
  /** Use in this account and region that is of no profile of the policy; counts for nothing. */
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
  const others = byCenter.get(NOBODY) ?? [];
  byCenter.delete(NOBODY);
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
  const rows = new Map<string, { owned: Owned; ids: string[] }>();
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

/** What was metered knows best, also of profiles that are no more. */
const ownerOf = ({ metered, observed }: ReconcileInput, id: string): Owned =>
  observed.owners.get(id) ?? metered.owners.get(id) ?? { costCenter: NOBODY, model: id };

function modelOf(input: ReconcileInput, owned: Owned, ids: readonly string[]): ReconciledModel {
  const meteredDays = together(ids.map((id) => input.metered.series.get(id)));
  const observedDays = together(ids.map((id) => input.observed.series.get(id)));
  const [metered, observed] = [totalOf(meteredDays), totalOf(observedDays)];
  const { tolerance, policy, span, now, lost } = input;
  const prices = pricesOf(policy, owned, ids[0] ?? '');
  const cacheCost = [...meteredDays]
    .map(([day, tokens]) => (prices ? costOn(day, { ...tokens, input: 0, output: 0 }, prices) : 0n))
    .reduce((sum, cost) => sum + cost, 0n);
  const reason = rowReason({
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
    reasons: reason && owned.costCenter !== NOBODY ? [reason] : [],
  };
}

function together(series: readonly (ByDay | undefined)[]): ByDay {
  const days = new Map<Day, Measure>();
  for (const one of series) {
    for (const [day, measure] of one ?? []) days.set(day, added(days.get(day) ?? NO_USE, measure));
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
  const metered = models.map((model) => model.metered).reduce(added, NO_USE);
  const observed = models.map((model) => model.observed).reduce(added, NO_USE);
  const observedDrift = driftOf(metered.nanoUsd, observed.nanoUsd, tolerance);
  const ofModels = models.flatMap(({ reasons }) => reasons);
  const compared = { costCenter, models, metered, observed, observedDrift };
  const isOver = models.some((model) => model.observedDrift.isOver) || observedDrift.isOver;
  // An id of several cost centers carries the tag of none.
  if (!billed || costCenter === SHARED) {
    return { ...compared, reasons: distinct(ofModels), isOver };
  }
  const amount = billed.byCostCenter.get(costCenter) ?? 0n;
  const reason = billReason({
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

const distinct = (reasons: readonly Reason[]): readonly Reason[] => [...new Set(reasons)];

function unbilledOf({ now }: ReconcileInput, models: readonly ReconciledModel[]): bigint {
  const lateFrom = dayAfter(dayAt(now), -BILL_LATE_DAYS);
  return models
    .flatMap(({ meteredDays }) => [...meteredDays])
    .filter(([day]) => day >= lateFrom)
    .reduce((sum, [, { nanoUsd }]) => sum + nanoUsd, 0n);
}
