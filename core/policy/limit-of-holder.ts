/** The limit of one user, key or session, where each has its own counter. */
import type { Holder, Limit } from './policy.ts';
import { UNKNOWN } from './user-name.ts';

/** The caller, as far as known: each absent name counts on the counter `unknown`. */
export interface CallIdentity {
  /** In its one form. */
  readonly user?: string;
  /** Absent: not known, which is not the same as none. */
  readonly groups?: readonly string[];
  /** ARN of the role that signed the request, where nothing else says who begins its session. */
  readonly role?: string;
  /** The family of the key. */
  readonly key?: string;
  /** A hash of what the caller named it. */
  readonly session?: string;
}

/** Whose counter of a limit with `per` a call is counted on. */
export const holderOf = (per: Holder['kind'], who: CallIdentity): Holder => ({
  kind: per,
  name: who[per] ?? UNKNOWN,
});

/** The limit as it holds for one of those that it counts apart, with their configured amount. */
export function limitOfHolder(
  limit: Limit,
  holder: Holder,
  groups: readonly string[] | undefined,
): Limit {
  const { users: _, groups: __, ...rest } = limit;
  const amount = amountFor(limit, holder, groups);
  return { ...rest, amount, owner: { ...limit.owner, holder } };
}

/** Whether the amount is known only with the groups of the user. */
export const dependsOnGroups = ({ groups, users }: Limit, { name }: Holder): boolean =>
  groups !== undefined && !users?.has(name);

/**
 * The own amount, else the smallest of the groups', else the limit's. A user whose groups are not
 * known may be in any of them, and gets the smallest amount of all.
 */
function amountFor(
  { amount, groups: byGroup, users }: Limit,
  { name }: Holder,
  groups: readonly string[] | undefined,
): number {
  const own = users?.get(name);
  if (own !== undefined) return own;
  if (!byGroup) return amount;
  if (!groups) return Math.min(amount, ...byGroup.values());
  const matching = groups.flatMap((group) => byGroup.get(group) ?? []);
  return matching.length > 0 ? Math.min(...matching) : amount;
}
