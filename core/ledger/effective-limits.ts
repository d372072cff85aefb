/** Which limits a call meets, and how much of each it may still take. */

import { type OwnerLimits, organizationLimits } from '../policy/limit-owners.ts';
import { limitInForce } from '../policy/overrides.ts';
import type { Limit, Owner, Policy, Scope, Unit } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { type Period, periodAt } from '../windows.ts';
import { counterKey } from './account-keys.ts';
import type { CounterKey } from './ports.ts';
import { shardCountAt } from './shard-layout.ts';

/** Cost center, application, environment and model of a call. */
export interface CallScope {
  readonly costCenter: string;
  readonly application: string;
  readonly environment: string;
  /** Alias. */
  readonly model: string;
}

/** Amounts by unit; `usd` in nano-USD. All safe integers. */
export type AmountsByUnit = Readonly<Record<Unit, number>>;

export const NO_AMOUNTS: AmountsByUnit = {
  requests: 0,
  tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  usd: 0,
};

/** A limit as one call meets it. */
export interface EffectiveLimit {
  readonly limit: Limit;
  readonly period: Period;
  readonly key: CounterKey;
  /** Items the counter is split over in this window. */
  readonly shards: number;
  /** Amount that this call requests. */
  readonly requested: number;
  /** The most that may be committed after this call; absent when the limit only observes. */
  readonly ceiling?: number;
  /** The ceiling in percent of the limit, when it is not the full limit. */
  readonly ceilingPercent?: number;
  /** Models the matching ceilings name, from the strictest ceiling up. */
  readonly fallbacks: readonly string[];
}

/** The limits of one owner that a call meets. */
export interface AccountLimits {
  readonly owner: Owner;
  readonly limits: readonly EffectiveLimit[];
}

/**
 * The accounts a call must reserve in, always in the same order (cost center, model,
 * organization), so that two calls never hold parts of each other's way for long.
 * Owners without a matching limit have no account.
 */
export function effectiveLimits(
  policy: Policy,
  scope: CallScope,
  requested: AmountsByUnit,
  at: EpochMs,
): readonly AccountLimits[] {
  const owners: readonly OwnerLimits[] = [
    {
      owner: { kind: 'costCenter', name: scope.costCenter },
      limits: policy.costCenters.get(scope.costCenter)?.limits ?? [],
    },
    {
      owner: { kind: 'model', name: scope.model },
      limits: policy.models.get(scope.model)?.limits ?? [],
    },
    organizationLimits(policy),
  ];
  return owners
    .map(({ owner, limits }) => ({
      owner,
      limits: limits
        .filter((limit) => matches(limit.scope, scope))
        .map((limit) =>
          effectiveLimit(policy, limitInForce(limit, policy, at), scope, requested, at),
        ),
    }))
    .filter(({ limits }) => limits.length > 0);
}

function effectiveLimit(
  policy: Policy,
  limit: Limit,
  scope: CallScope,
  requested: AmountsByUnit,
  at: EpochMs,
): EffectiveLimit {
  const period = periodAt(limit.window, at, policy.timeZone);
  const common = {
    limit,
    period,
    key: counterKey(limit.name, period.name),
    shards: shardCountAt(policy.shardLayout, period.startsAt),
    requested: requested[limit.unit],
  };
  if (limit.mode === 'observe') return { ...common, fallbacks: [] };
  const ceilings = limit.ceilings
    .filter((ceiling) => matches(ceiling.scope, scope))
    .sort((a, b) => a.percent - b.percent);
  const strictest = ceilings[0];
  if (!strictest) return { ...common, ceiling: limit.amount, fallbacks: [] };
  return {
    ...common,
    ceiling: percentOf(limit.amount, strictest.percent),
    ceilingPercent: strictest.percent,
    fallbacks: ceilings.flatMap(({ fallback }) => (fallback === undefined ? [] : [fallback])),
  };
}

/** Whether every part the scope names is the call's. */
function matches(scope: Scope, call: CallScope): boolean {
  return (
    (scope.application === undefined || scope.application === call.application) &&
    (scope.environment === undefined || scope.environment === call.environment) &&
    (scope.model === undefined || scope.model === call.model)
  );
}

/** Rounded down: a ceiling never lets through more than its percentage. */
export function percentOf(amount: number, percent: number): number {
  return Number((BigInt(amount) * BigInt(percent)) / 100n);
}
