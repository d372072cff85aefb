/** Usage of a key: the limits of its cost center, and its own. */
import { callIdentity } from '../../core/call/identity/call-identity.ts';
import { usageOfCaller } from '../../core/insight/usage/holders-report.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import type { Sender } from './credentials.ts';
import type { ProxyPorts } from './ports.ts';
import { type Arrived, json, refuse } from './responses.ts';

/** As `GET /v1/usage` of the API answers a caller of one cost center. */
export async function usageAnswer(
  ports: ProxyPorts,
  arrived: Arrived,
  { caller }: Sender,
): Promise<Response> {
  const policy = await ports.policies.load();
  const center = caller && policy.costCenters.get(caller.costCenter);
  if (!center) {
    const detail = 'A key of a cost center is needed to see what it has used.';
    return refuse(arrived, 'forbidden_cost_center', detail);
  }
  const now = ports.clock.now();
  const who = callIdentity(ports.digest, policy, center, { caller });
  const { ledger } = ports;
  const [report, own] = await Promise.all([
    usageReport({ ledger }, policy, { centers: [center], shared: false }, now),
    usageOfCaller({ ledger }, policy, who, ['user', 'key'], [center], now),
  ]);
  return json(arrived, 200, { ...report, own });
}
