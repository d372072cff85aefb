/** The limits of one user, key or session in all cost centers, before what overrides its own. */
import type { EpochMs } from '../time.ts';
import { type CallIdentity, heldLimit, holderOf } from './held-limit.ts';
import { costCenterLimits, type OwnerLimits, organizationLimits } from './limit-owners.ts';
import { limitInForce } from './overrides.ts';
import type { CostCenter, Per, Policy } from './policy.ts';

/** @param centers absent: all of them. */
export function heldOwnerLimits(
  policy: Policy,
  who: CallIdentity,
  pers: readonly Per[],
  now: EpochMs,
  centers: Iterable<CostCenter> = policy.costCenters.values(),
): readonly OwnerLimits[] {
  return [...[...centers].map(costCenterLimits), organizationLimits(policy)].flatMap(
    ({ owner, limits }) =>
      pers.flatMap((per) => {
        const held = limits.filter((limit) => limit.per === per);
        if (held.length === 0) return [];
        const holder = holderOf(per, who);
        const own = held.map((limit) =>
          heldLimit(limitInForce(limit, policy, now), holder, who.groups),
        );
        return [{ owner: { ...owner, holder }, limits: own }];
      }),
  );
}
