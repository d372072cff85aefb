/** `GET /v1/usage`: the limits that a caller or an operator can see, and what is used of them. */
import {
  boundCostCenters,
  isBindingChecked,
  isOperator,
} from '../../core/call/context/caller-cost-centers.ts';
import type { Digest } from '../../core/call/idempotency/ports.ts';
import { callIdentity } from '../../core/call/identity/call-identity.ts';
import type { Caller } from '../../core/caller.ts';
import type { UsageHistory } from '../../core/insight/forecast/ports.ts';
import { holdersReport, usageOfCaller } from '../../core/insight/usage/holders-report.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import type { NearestHolders } from '../../core/ledger/nearest-holders.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import { countedName } from '../../core/policy/named-holder.ts';
import { type CostCenter, PERS, type Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { formatChoices, quoted } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { type Clock, type EpochMs, isoTimestamp } from '../../core/time.ts';
import { HttpProblemError } from './http-error.ts';
import { invalidPage, invalidQuery, PAGE_PARAMETERS, pageSize } from './page.ts';

/** Query parameters of the route. */
export const USAGE_PARAMETERS = ['costCenter', 'per', 'user', ...PAGE_PARAMETERS] as const;

interface ReportPorts {
  readonly policies: PolicySource;
  readonly nearest: NearestHolders;
  readonly digest: Digest;
  readonly ledger: LedgerStore;
  readonly history: UsageHistory;
  readonly clock: Clock;
}

/** @throws HttpProblem for an unknown cost center, or one that the caller cannot use. */
export async function usageAnswer(
  ports: ReportPorts,
  { caller, bound: given }: UsageAsker,
  query: Query,
) {
  const { policies, ledger, history, clock } = ports;
  const policy = await policies.load();
  const bound = given && !isOperator(policy, given) ? given : undefined;
  const visible = visibleTo(policy, bound);
  const asked = query.costCenter?.split(',').filter(Boolean);
  const centers = asked ? asked.map((name) => pick(name, visible, bound)) : visible;
  const shared = !asked && !bound;
  const now = clock.now();
  const own = await ownUsage(ports, policy, caller, centers, now);
  if (query.per !== undefined) {
    return holdersAnswer(ports, policy, { centers, shared, bound, own }, query, now);
  }
  const report = await usageReport({ ledger, history }, policy, { centers, shared }, now);
  return { ...report, ...(own.length > 0 && { own }) };
}

type Query = Readonly<Partial<Record<string, string>>>;

interface UsageAsker {
  /** As far as known, also where cost centers are not bound to callers. */
  readonly caller?: Caller | undefined;
  /** Absent: every cost center is visible. */
  readonly bound?: Caller | undefined;
}

type OwnUsage = Awaited<ReturnType<typeof usageOfCaller>>;

/** The limits of the caller alone, in the cost centers that know who the caller is. */
async function ownUsage(
  { ledger, digest }: ReportPorts,
  policy: Policy,
  caller: Caller | undefined,
  visible: readonly CostCenter[],
  now: EpochMs,
): Promise<OwnUsage> {
  if (!caller) return [];
  const centers = visible.filter(
    (center) => callIdentity(digest, policy, center, { caller }).user !== undefined,
  );
  return usageOfCaller({ ledger, digest }, policy, { caller, centers, pers: ['user'] }, now);
}

interface VisibleHolders {
  readonly centers: readonly CostCenter[];
  readonly shared: boolean;
  readonly bound: Caller | undefined;
  readonly own: OwnUsage;
}

/** @throws HttpProblem for a query that is not valid. */
async function holdersAnswer(
  { ledger, nearest }: ReportPorts,
  policy: Policy,
  { centers, shared, bound, own }: VisibleHolders,
  { per: given, user, limit, after }: Query,
  now: EpochMs,
) {
  const per = PERS.find((each) => each === given);
  if (!per) invalidQuery('per', unknownValueMessage('per', given, PERS));
  const count = pageSize(limit);
  const name = user === undefined ? undefined : countedName('user', user);
  if (user !== undefined && (per !== 'user' || name === undefined)) {
    invalidQuery('user', `must be the name of a user, with per=user, got ${quoted(user)}`);
  }
  // A bound caller sees what is the caller's own.
  if (bound)
    return { asOf: isoTimestamp(now), per, holders: own.filter((each) => each.per === per) };
  const query = { per, centers, isWhole: shared, name, count, after };
  const report = await holdersReport({ ledger, nearest }, policy, query, now);
  return report ?? invalidPage();
}

export const visibleTo = (policy: Policy, caller: Caller | undefined): readonly CostCenter[] =>
  caller && isBindingChecked(policy, caller) && !isOperator(policy, caller)
    ? boundCostCenters(policy, caller).map(({ costCenter }) => costCenter)
    : [...policy.costCenters.values()];

function pick(
  name: string,
  visible: readonly CostCenter[],
  caller: Caller | undefined,
): CostCenter {
  const found = visible.find((each) => each.name === name);
  if (found) return found;
  const names = visible.map((each) => each.name);
  if (!caller) {
    const message = unknownValueMessage('cost center', name, names);
    throw new HttpProblemError('unknown_cost_center', `${message}.`);
  }
  const own = names.length === 0 ? '' : `: use one of ${formatChoices(names)}`;
  const detail = `This caller is not bound to ${quoted(name)}${own}.`;
  throw new HttpProblemError('forbidden_cost_center', detail);
}
