/** Monthly limits of a policy, to compare with the bill. */
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

/** The lowest monthly limit in USD that applies to all of an owner's requests. */
function lowest(limits: readonly Limit[]): MonthlyLimit | undefined {
  const whole = limits.filter(
    ({ window, unit, scope, per }) =>
      window === 'month' &&
      per === undefined &&
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
 * The limit to compare the report's total with: the organization's, or the sum of the reported cost
 * centers' limits if each of them has one.
 */
export function totalLimit(
  { filters }: ReportRequest,
  { costCenters, organization }: MonthlyLimits,
): MonthlyLimit | undefined {
  // Part of a cost center's costs cannot be compared with its whole limit.
  if (filters.some(({ tag }) => tag !== 'costCenter')) return undefined;
  const only = filters.find(({ tag }) => tag === 'costCenter')?.values;
  if (only === undefined && organization !== undefined) {
    return { ...organization, label: `organization: ${organization.label}` };
  }
  const names = only ?? [...costCenters.keys()];
  const limits = names.map((name) => costCenters.get(name)?.nanoUsd);
  const sum = limits.reduce<number>((total, limit) => total + (limit ?? Number.NaN), 0);
  if (names.length === 0 || Number.isNaN(sum)) return undefined;
  const label = names.length === 1 ? `limit of ${names[0]}` : 'sum of cost center limits';
  return { label, nanoUsd: sum };
}

/** Running total of each month at the end of each period; it restarts every month. */
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
