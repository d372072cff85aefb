/** Where limits stand and where they go: `GET /v1/usage`, and `cost-sentry usage`. */
import { type UsagePorts, usageOf } from './ledger/usage.ts';
import type { CostCenter, Policy } from './policy/policy.ts';
import { type EpochMs, isoTimestamp } from './time.ts';

/**
 * @param shared whether the limits over all cost centers belong to it.
 * @throws LedgerUnavailableError when the counters cannot be read.
 */
export async function usageReport(
  ports: UsagePorts,
  policy: Policy,
  { centers, shared }: { readonly centers: readonly CostCenter[]; readonly shared: boolean },
  now: EpochMs,
) {
  const owners = centers.map(({ name, limits }) => ({
    owner: { kind: 'costCenter', name } as const,
    limits,
  }));
  const [costCenters, others] = await Promise.all([
    usageOf(ports, policy, owners, now),
    shared ? sharedUsage(ports, policy, now) : {},
  ]);
  return { asOf: isoTimestamp(now), costCenters, ...others };
}

/** Limits over all cost centers, for those who may see them all. */
async function sharedUsage(ports: UsagePorts, policy: Policy, now: EpochMs) {
  const models = [...policy.models.values()]
    .filter(({ limits }) => limits.length > 0)
    .map(({ alias, limits }) => ({ owner: { kind: 'model', name: alias } as const, limits }));
  const organization = {
    owner: { kind: 'organization', name: 'organization' } as const,
    limits: policy.organization.limits,
  };
  const usage = await usageOf(ports, policy, [...models, organization], now);
  return { models: usage.slice(0, -1), organization: usage.at(-1) };
}
