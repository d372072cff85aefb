/** Reports every limit with its configured and current amount, for `cost-sentry limits show`. */
import type { LedgerStore } from '../../ledger/ports.ts';
import { formatUsd } from '../../money.ts';
import { type LimitOverview, limitOverview } from '../../policy/limit-overview.ts';
import { allOwnerLimits } from '../../policy/limit-owners.ts';
import type { Policy } from '../../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import { type LimitUsage, readLimitUsage } from './limit-usage.ts';
import type { LimitsReport, ReportedLimit } from './limits-report.schema.ts';

/** @throws LedgerUnavailableError when the counters cannot be read. */
export async function limitsReport(
  store: LedgerStore,
  policy: Policy,
  now: EpochMs,
): Promise<LimitsReport> {
  const owners = allOwnerLimits(policy);
  const usage = await readLimitUsage({ ledger: store }, policy, owners, now);
  const limits = owners.flatMap((each, i) =>
    each.limits.flatMap((limit, j) => {
      const used = usage[i]?.limits[j];
      return used ? [reported(limitOverview(limit, policy, now), used)] : [];
    }),
  );
  return { asOf: isoTimestamp(now), timeZone: policy.timeZone, limits };
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
