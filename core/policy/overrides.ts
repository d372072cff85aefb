/** Overrides in force: an operator raises or lowers one limit temporarily, without a deployment. */
import type { EpochMs } from '../time.ts';
import { limitOfHolder } from './limit-of-holder.ts';
import { overrideKey } from './override-items.ts';
import type { Holder, Limit, Override, Policy } from './policy.ts';

/** The override of a limit at a given time, until it ends. */
export function overrideInForce(limit: Limit, policy: Policy, at: EpochMs): Override | undefined {
  if (policy.overrides.size === 0) return undefined;
  const override = policy.overrides.get(overrideKey(limit));
  return override && at < override.until ? override : undefined;
}

/**
 * The limit of one user, key or session at a given time. An override of that one counts before the
 * configured amounts; an override of the whole limit replaces `amount` alone.
 */
export function limitOfHolderInForce(
  configured: Limit,
  policy: Policy,
  at: EpochMs,
  { holder, groups }: { readonly holder: Holder; readonly groups?: readonly string[] | undefined },
): Limit {
  const ofHolder = limitOfHolder(limitInForce(configured, policy, at), holder, groups);
  return limitInForce(ofHolder, policy, at);
}

/** The limit at a given time: with the amount of its override until that one ends. */
export function limitInForce(limit: Limit, policy: Policy, at: EpochMs): Limit {
  const override = overrideInForce(limit, policy, at);
  return override ? { ...limit, amount: override.amount } : limit;
}
