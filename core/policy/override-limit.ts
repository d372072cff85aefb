/** Makes an operator's change of a limit: an override, in force as soon as the policy is reloaded. */
import { invariant } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { type Clock, type EpochMs, isoTimestamp } from '../time.ts';
import { limitOfHolder } from './limit-of-holder.ts';
import { limitOverview, limitReference } from './limit-overview.ts';
import { allLimits } from './limit-owners.ts';
import { holderIn } from './named-holder.ts';
import { overrideKey, overrideSortKey } from './override-items.ts';
import {
  type OverridePlan,
  type OverrideRequest,
  overrideBody,
  type PlannedOverride,
  planOverride,
} from './plan-override.ts';
import type { Policy } from './policy.ts';
import type { OverrideStore, PolicySource } from './ports.ts';

interface ChangePorts {
  /** Sees every write before it. */
  readonly policies: PolicySource;
  readonly overrides: OverrideStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Checks a change against what is in force now, and stores it.
 * @throws PolicyUnavailableError or LedgerUnavailableError.
 */
export async function overrideLimit(
  ports: ChangePorts,
  change: OverrideRequest,
): Promise<OverridePlan> {
  const policy = await ports.policies.load();
  const now = ports.clock.now();
  const holder = holderIn(change);
  const limits = allLimits(policy).map((limit) => limitOverview(limit, policy, now, holder));
  const plan = planOverride(change, { limits, timeZone: policy.timeZone, now });
  if ('planned' in plan) await store(ports, policy, plan.planned, now);
  return plan;
}

async function store(ports: ChangePorts, policy: Policy, planned: PlannedOverride, now: EpochMs) {
  const found = allLimits(policy).find((each) => limitReference(each) === planned.limit.limit);
  invariant(found, 'a planned change is about a limit of the policy');
  const holder = holderIn(planned.limit);
  const key = overrideKey(holder ? limitOfHolder(found, holder, undefined) : found);
  const newest = policy.overrideRecords.findLast((record) => record.key === key);
  // Later than what it replaces, even where another operator's clock is ahead.
  const at = newest ? Math.max(now, Date.parse(newest.createdAt) + 1) : now;
  const createdAt = isoTimestamp(at);
  await ports.overrides.write({
    sk: overrideSortKey(key, createdAt, ports.ids.uuid()),
    body: JSON.stringify(overrideBody(planned, createdAt)),
  });
}
