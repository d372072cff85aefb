/** The API's routes, and what each does once its body is parsed. */

import {
  boundCostCenters,
  hasCallerBindings,
} from '../../core/call/context/caller-cost-centers.ts';
import type { Caller } from '../../core/caller.ts';
import type { UsageHistory } from '../../core/insight/forecast/ports.ts';
import { modelsReport } from '../../core/insight/usage/models-report.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import type { CostCenter, Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { type Clock, isoTimestamp } from '../../core/time.ts';
import type { HttpEvent } from '../edge/http.ts';
import { HttpProblemError } from '../edge/http-error.ts';

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
    throw new HttpProblemError(
      'not_found',
      `There is no such path: ${Object.keys(ROUTES).join(', ')}.`,
    );
  }
  if (requestContext.http.method !== method) {
    const detail = `${path} takes ${method} only.`;
    throw new HttpProblemError('method_not_allowed', detail, {}, { allow: method });
  }
  return path;
}

interface ReportPorts {
  readonly policies: PolicySource;
  readonly ledger: LedgerStore;
  readonly history: UsageHistory;
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
  { policies, ledger, history, clock }: ReportPorts,
  caller: Caller | undefined,
  event: HttpEvent,
) {
  const policy = await policies.load();
  const visible = visibleTo(policy, caller);
  const asked = event.queryStringParameters?.costCenter?.split(',').filter(Boolean);
  const centers = asked ? asked.map((name) => pick(name, visible, caller)) : visible;
  const shared = !asked && !caller;
  return usageReport({ ledger, history }, policy, { centers, shared }, clock.now());
}

const visibleTo = (policy: Policy, caller: Caller | undefined): readonly CostCenter[] =>
  caller && hasCallerBindings(policy)
    ? boundCostCenters(policy, caller).map(({ costCenter }) => costCenter)
    : [...policy.costCenters.values()];

function pick(
  name: string,
  visible: readonly CostCenter[],
  caller: Caller | undefined,
): CostCenter {
  const found = visible.find((each) => each.name === name);
  if (found) return found;
  const message = unknownValueMessage(
    'cost center',
    name,
    visible.map((each) => each.name),
  );
  throw new HttpProblemError(
    caller ? 'forbidden_cost_center' : 'unknown_cost_center',
    `${message}.`,
  );
}
