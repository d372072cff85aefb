/** Usage of a key or token: the limits of its cost centers, and its own; for an operator, all. */
import { boundCostCenters, isOperator } from '../../core/call/context/caller-cost-centers.ts';
import { usageOfCaller } from '../../core/insight/usage/holders-report.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import { PERS } from '../../core/policy/policy.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { HttpProblemError } from '../edge/http-error.ts';
import { usageAnswer as wholeUsage } from '../edge/usage-answer.ts';
import type { Sender } from './credentials.ts';
import type { ProxyPorts } from './ports.ts';
import { sessionOf } from './request-names.ts';
import { type Arrived, json, refuse } from './responses.ts';

/** As `GET /v1/usage` of the API answers a bound caller; with the header of a session, its limits too. */
export async function usageAnswer(
  ports: ProxyPorts,
  arrived: Arrived,
  { caller }: Sender,
): Promise<Response> {
  const policy = await ports.policies.load();
  const bound = caller ? boundCostCenters(policy, caller) : [];
  const centers = bound.map(({ costCenter }) => costCenter);
  if (!caller || centers.length === 0) {
    const detail = 'A key or token of a cost center is needed to see what it has used.';
    return refuse(arrived, 'forbidden_cost_center', detail);
  }
  const per = new URL(arrived.request.url).searchParams.get('per');
  if (per !== null && !PERS.some((each) => each === per)) {
    return refuse(
      arrived,
      'invalid_request',
      `query.per: ${unknownValueMessage('value', per, PERS)}`,
    );
  }
  const now = ports.clock.now();
  const { ledger, digest } = ports;
  const { sessionId: session } = sessionOf(arrived.request.headers);
  const pers = PERS.filter((each) => each !== 'session' || session !== undefined);
  const [report, own] = await Promise.all([
    usageReport({ ledger }, policy, { centers, shared: false }, now),
    usageOfCaller({ ledger, digest }, policy, { caller, session, centers, pers }, now),
  ]);
  if (per === null) return json(arrived, 200, { ...report, own });
  const holders = own.filter((each) => each.per === per);
  return json(arrived, 200, { asOf: report.asOf, per, holders });
}

/** As `GET /v1/operator/usage`: of all cost centers and users. */
export async function operatorUsage(
  ports: ProxyPorts,
  arrived: Arrived,
  { caller }: Sender,
): Promise<Response> {
  const policy = await ports.policies.load();
  if (!caller || !isOperator(policy, caller)) {
    return refuse(arrived, 'forbidden_operator', 'This caller is not an operator.');
  }
  const query = Object.fromEntries(new URL(arrived.request.url).searchParams);
  try {
    return json(arrived, 200, { ...(await wholeUsage(ports, { caller }, query)) });
  } catch (error) {
    if (error instanceof HttpProblemError) return refuse(arrived, error.code, error.message);
    throw error;
  }
}
