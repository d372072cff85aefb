/** The limits of one user, key or session in all cost centers, before what overrides its own. */
import type { EpochMs } from '../time.ts';
import { type CallIdentity, holderOf, limitOfHolder } from './limit-of-holder.ts';
import { costCenterLimits, type OwnerLimits, organizationLimits } from './limit-owners.ts';
import { limitInForce } from './overrides.ts';
import type { CostCenter, Per, Policy } from './policy.ts';

/** @param centers absent: all of them. */
export function limitsOfHolder(
  policy: Policy,
  who: CallIdentity,
  pers: readonly Per[],
  now: EpochMs,
  centers: Iterable<CostCenter> = policy.costCenters.values(),
): readonly OwnerLimits[] {
  return [...[...centers].map(costCenterLimits), organizationLimits(policy)].flatMap(
    ({ owner, limits }) =>
      pers.flatMap((per) => {
        const apart = limits.filter((limit) => limit.per === per);
        if (apart.length === 0) return [];
        const holder = holderOf(per, who);
        const own = apart.map((limit) =>
          limitOfHolder(limitInForce(limit, policy, now), holder, who.groups),
        );
        return [{ owner: { ...owner, holder }, limits: own }];
      }),
  );
}
