/** Reports every limit with its configured and current amount, for `cost-sentry limits show`. */
import type { LedgerStore } from '../../ledger/ports.ts';
import { formatUsd } from '../../money.ts';
import { type LimitOverview, limitOverview, limitReference } from '../../policy/limit-overview.ts';
import { allOwnerLimits } from '../../policy/limit-owners.ts';
import { limitsOfHolder } from '../../policy/limits-in-all-cost-centers.ts';
import type { Holder, Policy } from '../../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import { type LimitUsage, readLimitUsage } from './limit-usage.ts';
import type { LimitsReport, ReportedLimit } from './limits-report.schema.ts';

/**
 * @param holder whose counters are shown of limits that each of its kind has for itself.
 * @throws LedgerUnavailableError when the counters cannot be read.
 */
export async function limitsReport(
  store: LedgerStore,
  policy: Policy,
  now: EpochMs,
  holder?: Holder,
): Promise<LimitsReport> {
  const owners = allOwnerLimits(policy);
  const usage = await readLimitUsage({ ledger: store }, policy, owners, now);
  const ofHolder = await usageOfHolder(store, policy, holder, now);
  const limits = owners.flatMap((each, i) =>
    each.limits.flatMap((limit, j) => {
      const overview = limitOverview(limit, policy, now, holder);
      const used = ofHolder.get(overview.limit) ?? usage[i]?.limits[j];
      return used ? [reported(overview, used)] : [];
    }),
  );
  return { asOf: isoTimestamp(now), timeZone: policy.timeZone, limits };
}

/** By reference, the limits that it has for itself. */
async function usageOfHolder(
  ledger: LedgerStore,
  policy: Policy,
  holder: Holder | undefined,
  now: EpochMs,
): Promise<ReadonlyMap<string, LimitUsage>> {
  if (!holder) return new Map();
  const { kind, name } = holder;
  const owners = limitsOfHolder(policy, { [kind]: name }, [kind], now);
  const usage = await readLimitUsage({ ledger }, policy, owners, now);
  return new Map(
    owners.flatMap(({ limits }, i) =>
      limits.flatMap((limit, j) => {
        const used = usage[i]?.limits[j];
        return used ? [[limitReference(limit), used] as const] : [];
      }),
    ),
  );
}

function reported(limit: LimitOverview, { used, reserved, resetsAt }: LimitUsage): ReportedLimit {
  const { configured, inForce } = limit;
  return {
    ...limit,
    used,
    reserved,
    resetsAt,
    ...(limit.unit === 'usd' && {
      usd: {
        configured: formatUsd(configured),
        inForce: formatUsd(inForce),
        used: formatUsd(used),
        reserved: formatUsd(reserved),
      },
    }),
  };
}
