/** Report of `GET /v1/usage` and `cost-sentry usage`: limits, usage and forecasts. */

import {
  costCenterLimits,
  modelLimits,
  type OwnerLimits,
  organizationLimits,
} from '../../policy/limit-owners.ts';
import { type CostCenter, PERS, type Policy } from '../../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import { readLimitUsage, type UsagePorts } from './limit-usage.ts';

/**
 * @param shared whether to include limits across all cost centers, which not every caller can see.
 * @throws LedgerUnavailableError when the counters cannot be read.
 */
export async function usageReport(
  ports: UsagePorts,
  policy: Policy,
  { centers, shared }: { readonly centers: readonly CostCenter[]; readonly shared: boolean },
  now: EpochMs,
) {
  const models = [...policy.models.values()].filter(({ limits }) => limits.length > 0);
  const others = shared ? [...models.map(modelLimits), organizationLimits(policy)] : [];
  const owners = [...centers.map(costCenterLimits), ...others];
  const usage = await readLimitUsage(ports, policy, owners.map(withoutHeld), now);
  const hasPer = PERS.filter((per) =>
    owners.some(({ limits }) => limits.some((limit) => limit.per === per)),
  );
  const costCenters = usage.slice(0, centers.length);
  const ofOthers = usage.slice(centers.length);
  return {
    asOf: isoTimestamp(now),
    costCenters,
    ...(hasPer.length > 0 && { hasPer }),
    ...(shared && { models: ofOthers.slice(0, -1), organization: ofOthers.at(-1) }),
  };
}

/** Limits that each user, key or session has for itself have no one counter to show. */
const withoutHeld = ({ owner, limits }: OwnerLimits): OwnerLimits => ({
  owner,
  limits: limits.filter(({ per }) => per === undefined),
});
