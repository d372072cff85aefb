/** The API's routes, and what each does once its body is parsed. */
import { bindsCallers, boundCostCenters, type Caller } from '../core/identity.ts';
import type { LedgerStore } from '../core/ledger/ports.ts';
import { usageOf } from '../core/ledger/usage.ts';
import { modelsReport } from '../core/models-report.ts';
import type { CostCenter, Policy } from '../core/policy/policy.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import { unknownValue } from '../core/schema-words.ts';
import { type Clock, isoTimestamp } from '../core/time.ts';
import type { HttpEvent } from '../edge/http.ts';
import { HttpProblem } from '../edge/http-problem.ts';

const ROUTES: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/v1/invoke': 'POST',
  '/v1/usage': 'GET',
  '/v1/models': 'GET',
  '/healthz': 'GET',
};

/** @throws HttpProblem 404 or 405, before anything else is looked at. */
export function routeOf({ rawPath, requestContext }: HttpEvent): string {
  const path = rawPath.length > 1 ? rawPath.replace(/\/$/, '') : rawPath;
  const method = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (method === undefined) {
    throw new HttpProblem('not_found', `There is no such path: ${Object.keys(ROUTES).join(', ')}.`);
  }
  if (requestContext.http.method !== method) {
    const detail = `${path} takes ${method} only.`;
    throw new HttpProblem('method_not_allowed', detail, {}, { allow: method });
  }
  return path;
}

interface ReportPorts {
  readonly policies: PolicySource;
  readonly ledger: LedgerStore;
  readonly clock: Clock;
}

export async function modelsAnswer({ policies, clock }: ReportPorts, caller: Caller | undefined) {
  const policy = await policies.load();
  const now = clock.now();
  const models = modelsReport(policy, visibleTo(policy, caller), now);
  return { asOf: isoTimestamp(now), models };
}

/** @throws HttpProblem for a cost center that is not known, or not the caller's. */
export async function usageAnswer(
  { policies, ledger, clock }: ReportPorts,
  caller: Caller | undefined,
  event: HttpEvent,
) {
  const policy = await policies.load();
  const visible = visibleTo(policy, caller);
  const asked = event.queryStringParameters?.costCenter?.split(',').filter(Boolean);
  const centers = asked ? asked.map((name) => pick(name, visible, caller)) : visible;
  const now = clock.now();
  const owners = centers.map(({ name, limits }) => ({
    owner: { kind: 'costCenter', name } as const,
    limits,
  }));
  const costCenters = await usageOf(ledger, policy, owners, now);
  const shared = asked || caller ? {} : await sharedUsage(policy, ledger, now);
  return { asOf: isoTimestamp(now), costCenters, ...shared };
}

/** Limits over all cost centers, for those who may see them all. */
async function sharedUsage(policy: Policy, ledger: LedgerStore, now: number) {
  const models = [...policy.models.values()]
    .filter(({ limits }) => limits.length > 0)
    .map(({ alias, limits }) => ({ owner: { kind: 'model', name: alias } as const, limits }));
  const organization = {
    owner: { kind: 'organization', name: 'organization' } as const,
    limits: policy.organization.limits,
  };
  const usage = await usageOf(ledger, policy, [...models, organization], now);
  return { models: usage.slice(0, -1), organization: usage.at(-1) };
}

const visibleTo = (policy: Policy, caller: Caller | undefined): readonly CostCenter[] =>
  caller && bindsCallers(policy)
    ? boundCostCenters(policy, caller)
    : [...policy.costCenters.values()];

function pick(
  name: string,
  visible: readonly CostCenter[],
  caller: Caller | undefined,
): CostCenter {
  const found = visible.find((each) => each.name === name);
  if (found) return found;
  const message = unknownValue(
    'cost center',
    name,
    visible.map((each) => each.name),
  );
  throw new HttpProblem(caller ? 'forbidden_cost_center' : 'unknown_cost_center', `${message}.`);
}
