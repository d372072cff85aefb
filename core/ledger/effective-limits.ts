/** Which limits a call meets, and how much of each it may still take. */

import { type CallIdentity, holderOf } from '../policy/limit-of-holder.ts';
import { isShared, type OwnerLimits, organizationLimits } from '../policy/limit-owners.ts';
import { type NamedSession, namedSession } from '../policy/named-session.ts';
import { limitInForce, limitOfHolderInForce } from '../policy/overrides.ts';
import {
  type Holder,
  type Limit,
  type Owner,
  PERS,
  type Policy,
  type Scope,
  type Unit,
} from '../policy/policy.ts';
import { DAY_MS, type EpochMs, HOUR_MS } from '../time.ts';
import { type Period, periodAt } from '../windows.ts';
import { accountKey, counterKey } from './account-keys.ts';
import type { AccountKey, CounterKey } from './ports.ts';
import { shardCountAt } from './shard-layout.ts';

/** Cost center, application, environment and model of a call. */
export interface CallScope {
  readonly costCenter: string;
  readonly application: string;
  readonly environment: string;
  /** Alias. */
  readonly model: string;
  /** Absent: no one is known. */
  readonly who?: CallIdentity;
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

/** At most what a counter holds. */
export function sumOfAmounts(all: readonly AmountsByUnit[]): AmountsByUnit {
  const sum = (unit: Unit) =>
    Math.min(
      Number.MAX_SAFE_INTEGER,
      all.reduce((total, each) => total + each[unit], 0),
    );
  return {
    requests: sum('requests'),
    tokens: sum('tokens'),
    input_tokens: sum('input_tokens'),
    output_tokens: sum('output_tokens'),
    usd: sum('usd'),
  };
}

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
  /** Items of the account that a call can reserve in. */
  readonly shards: number;
  /** Of the account of a session that the call names. */
  readonly session?: NamedSession;
  /** Accounts of users, keys and sessions: this account's reservation names them for the sweep. */
  readonly linked?: readonly AccountKey[];
  /**
   * When the item can go, after its last write; null: never. Absent: the sweep lists the account;
   * otherwise its own calls tidy it.
   */
  readonly keptUntil?: EpochMs | null;
}

/**
 * The accounts a call must reserve in, always in the same order (users, keys and sessions, cost
 * center, model, organization), so that two calls never hold parts of each other's way for long,
 * and who is denied writes to nothing that others share. Owners without a matching limit have no
 * account; only that of the cost center is there as soon as one of a user, key or session is.
 */
export function effectiveLimits(
  policy: Policy,
  scope: CallScope,
  requested: AmountsByUnit,
  at: EpochMs,
): readonly AccountLimits[] {
  const call: MetCall = { policy, scope, requested, at };
  const center = { owner: costCenterOwner(scope), limits: centerLimits(call) };
  const organization = organizationLimits(policy);
  const linked = [center, organization].flatMap((each) => holderAccounts(call, each));
  const model: OwnerLimits = {
    owner: { kind: 'model', name: scope.model },
    limits: policy.models.get(scope.model)?.limits ?? [],
  };
  return [
    ...linked,
    ...ownAccount(
      call,
      center,
      linked.map(({ owner }) => accountKey(owner, 0)),
    ),
    ...ownAccount(call, model),
    ...ownAccount(call, organization),
  ];
}

interface MetCall {
  readonly policy: Policy;
  readonly scope: CallScope;
  readonly requested: AmountsByUnit;
  readonly at: EpochMs;
}

const costCenterOwner = ({ costCenter }: CallScope): Owner => ({
  kind: 'costCenter',
  name: costCenter,
});

const centerLimits = ({ policy, scope }: MetCall): readonly Limit[] =>
  policy.costCenters.get(scope.costCenter)?.limits ?? [];

function ownAccount(
  call: MetCall,
  { owner, limits }: OwnerLimits,
  linked: readonly AccountKey[] = [],
): readonly AccountLimits[] {
  const { policy, scope, at } = call;
  const met = limits
    .filter((limit) => isShared(limit) && matches(limit.scope, scope))
    .map((limit) => effectiveLimit(call, limitInForce(limit, policy, at)));
  if (met.length === 0 && linked.length === 0) return [];
  const shards =
    met.length > 0
      ? Math.max(...met.map((each) => each.shards))
      : shardCountAt(policy.shardLayout, at);
  return [{ owner, limits: met, shards, ...(linked.length > 0 && { linked }) }];
}

/** One account for each user, key and session that a limit of the owner counts apart. */
function holderAccounts(call: MetCall, { owner, limits }: OwnerLimits): readonly AccountLimits[] {
  const { policy, scope, at } = call;
  const { who = {} } = scope;
  return PERS.flatMap((per) => {
    const apart = limits.filter((limit) => limit.per === per);
    const met = apart.filter((limit) => matches(limit.scope, scope));
    if (met.length === 0) return [];
    const holder = holderOf(per, who);
    const groups = who.groups;
    const session = per === 'session' ? namedSession(owner, who) : undefined;
    return [
      {
        ...(session && { session }),
        owner: { ...owner, holder },
        limits: met.map((limit) =>
          effectiveLimit(call, limitOfHolderInForce(limit, policy, at, { holder, groups })),
        ),
        shards: 1,
        keptUntil: keptUntil(policy, apart, per, at),
      },
    ];
  });
}

const KEPT_AFTER_MS = 2 * DAY_MS;
/**
 * The last write decides when the item goes. One by a clock that is behind, or a late copy of one,
 * must not be in an earlier window than those before it.
 */
const LATE_MS = HOUR_MS;
const SESSION_KEPT_MS = 7 * DAY_MS;

/**
 * All limits of its kind count, also those that this call does not meet: the item has their
 * counters as well. A `total` of a user or a key never ends; sessions are chosen by their callers,
 * and one that is no longer used goes.
 */
function keptUntil(
  policy: Policy,
  apart: readonly Limit[],
  per: Holder['kind'],
  at: EpochMs,
): EpochMs | null {
  const ends = apart
    .filter(({ window }) => window !== 'total')
    .map(({ window }) => periodAt(window, at + LATE_MS, policy.timeZone).endsAt + KEPT_AFTER_MS);
  if (per === 'session') return Math.max(at + SESSION_KEPT_MS, ...ends);
  return ends.length < apart.length ? null : Math.max(...ends);
}

function effectiveLimit({ policy, scope, requested, at }: MetCall, limit: Limit): EffectiveLimit {
  const period = periodAt(limit.window, at, policy.timeZone);
  const common = {
    limit,
    period,
    key: counterKey(limit.name, period.name),
    // The counters of one user are few calls': they are never split.
    shards: limit.owner.holder ? 1 : shardCountAt(policy.shardLayout, period.startsAt),
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

/** The limits of one request that the call is above; they have no counter, so nothing is written. */
export function requestLimitsExceeded(
  policy: Policy,
  scope: CallScope,
  requested: AmountsByUnit,
  at: EpochMs,
): readonly EffectiveLimit[] {
  const call: MetCall = { policy, scope, requested, at };
  return [
    ...centerLimits(call),
    ...(policy.models.get(scope.model)?.limits ?? []),
    ...policy.organization.limits,
  ]
    .filter((limit) => limit.window === 'request' && matches(limit.scope, scope))
    .map((limit) => effectiveLimit(call, limitInForce(limit, policy, at)))
    .filter((each) => each.requested > each.limit.amount);
}
