/** The API's routes, and what each does once its body is parsed. */

import { boundCostCenters, isBindingChecked } from '../../core/call/context/caller-cost-centers.ts';
import type { Caller } from '../../core/caller.ts';
import { joinPath } from '../../core/input-path.ts';
import type { UsageHistory } from '../../core/insight/forecast/ports.ts';
import { modelsReport } from '../../core/insight/usage/models-report.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import type { CostCenter, Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { formatChoices, quoted } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { type Clock, isoTimestamp } from '../../core/time.ts';
import type { HttpEvent } from '../edge/http.ts';
import { HttpProblemError } from '../edge/http-error.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  /** Query parameters it knows; absent: any, as probes add their own. */
  readonly parameters?: readonly string[];
}

const ROUTES: Readonly<Record<string, Route>> = {
  '/v1/invoke': { method: 'POST', parameters: [] },
  '/v1/usage': { method: 'GET', parameters: ['costCenter'] },
  '/v1/models': { method: 'GET', parameters: [] },
  '/healthz': { method: 'GET' },
};

/** HEAD is answered as GET; the body is left out by `headMiddleware`. */
const allowedMethods = ({ method }: Route): readonly string[] =>
  method === 'GET' ? ['GET', 'HEAD'] : [method];

/** @throws HttpProblem 404, 405 or 400, before anything else is checked. */
export function routeOf({ rawPath, queryStringParameters, requestContext }: HttpEvent): string {
  const path = rawPath.length > 1 ? rawPath.replace(/\/$/, '') : rawPath;
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (route === undefined) {
    const available = Object.entries(ROUTES).map(([name, { method }]) => `${method} ${name}`);
    const detail = `Path not found. Available: ${available.join(', ')}.`;
    throw new HttpProblemError('not_found', detail);
  }
  const allow = allowedMethods(route);
  if (!allow.includes(requestContext.http.method)) {
    const detail = `${path} takes ${allow.join(' and ')} only.`;
    throw new HttpProblemError('method_not_allowed', detail, {}, { allow: allow.join(', ') });
  }
  checkParameters(path, route, Object.keys(queryStringParameters ?? {}));
  return path;
}

/** A misspelled parameter would otherwise be ignored, and the answer be another one. */
function checkParameters(path: string, { parameters }: Route, given: readonly string[]): void {
  if (!parameters) return;
  const errors = given
    .filter((name) => name !== '' && !parameters.includes(name))
    .map((name) => ({
      path: joinPath('query', name),
      message:
        parameters.length === 0
          ? `unknown query parameter ${quoted(name)}: ${path} takes none`
          : unknownValueMessage('query parameter', name, parameters),
    }));
  const [first] = errors;
  if (first === undefined) return;
  const detail = `${first.path}: ${first.message}`;
  throw new HttpProblemError('invalid_request', detail, { errors });
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

/** @throws HttpProblem for an unknown cost center, or one that the caller cannot use. */
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
  caller && isBindingChecked(policy, caller)
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
