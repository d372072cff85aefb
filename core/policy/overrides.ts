/** Overrides in force: an operator raises or lowers one limit temporarily, without a deployment. */
import type { EpochMs } from '../time.ts';
import { overrideKey } from './override-items.ts';
import type { Limit, Policy } from './policy.ts';

/** The limit at a given time: with the amount of its override until that one ends. */
export function limitInForce(limit: Limit, policy: Policy, at: EpochMs): Limit {
  if (policy.overrides.size === 0) return limit;
  const override = policy.overrides.get(overrideKey(limit));
  return override && at < override.until ? { ...limit, amount: override.amount } : limit;
}
