/** Monthly limits of a policy beside what was billed. */
import type { Limit, Policy } from '../../policy/policy.ts';
import type { ReportRequest } from './report-request.ts';
import type { ReportSummary } from './summary.ts';

/** A month's limit in nano-USD. */
export interface MonthlyLimit {
  readonly label: string;
  readonly nanoUsd: number;
}

export interface MonthlyLimits {
  /** By cost center. */
  readonly costCenters: ReadonlyMap<string, MonthlyLimit>;
  readonly organization?: MonthlyLimit;
}

/** The lowest monthly limit in USD that holds for all of an owner's requests. */
function lowest(limits: readonly Limit[]): MonthlyLimit | undefined {
  const whole = limits.filter(
    ({ window, unit, scope }) =>
      window === 'month' &&
      unit === 'usd' &&
      Object.values(scope).every((part) => part === undefined),
  );
  const [first] = whole.sort((a, b) => a.amount - b.amount);
  return first && { label: first.name, nanoUsd: first.amount };
}

export function monthlyLimits({ costCenters, organization }: Policy): MonthlyLimits {
  const found = [...costCenters].flatMap(([name, { limits }]) => {
    const limit = lowest([...limits]);
    return limit === undefined ? [] : [[name, limit] as const];
  });
  const whole = lowest([...organization.limits]);
  return { costCenters: new Map(found), ...(whole && { organization: whole }) };
}

/**
 * The limit that the report's total stands against: the organization's, or what the reported cost
 * centers may spend together when each of them has a limit.
 */
export function totalLimit(
  { filters }: ReportRequest,
  { costCenters, organization }: MonthlyLimits,
): MonthlyLimit | undefined {
  // A part of a cost center's costs stands against no limit of the whole.
  if (filters.some(({ tag }) => tag !== 'costCenter')) return undefined;
  const only = filters.find(({ tag }) => tag === 'costCenter')?.values;
  if (only === undefined && organization !== undefined) {
    return { ...organization, label: `organization: ${organization.label}` };
  }
  const names = only ?? [...costCenters.keys()];
  const limits = names.map((name) => costCenters.get(name)?.nanoUsd);
  const sum = limits.reduce<number>((total, limit) => total + (limit ?? Number.NaN), 0);
  if (names.length === 0 || Number.isNaN(sum)) return undefined;
  const label = names.length === 1 ? `limit of ${names[0]}` : 'limits of the cost centers together';
  return { label, nanoUsd: sum };
}

/** What has been spent in the month by the end of each period; begins anew with every month. */
export function runningTotals(
  periods: ReportSummary['periods'],
  course: ArrayLike<number>,
): number[] {
  let [month, sum] = ['', 0];
  return periods.map(({ from }, i) => {
    if (from.slice(0, 7) !== month) [month, sum] = [from.slice(0, 7), 0];
    sum += course[i] ?? 0;
    return sum;
  });
}
