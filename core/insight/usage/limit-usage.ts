/** Reads the usage of every limit, for `GET /v1/usage` and `cost-sentry usage`. */

import { accountKeys, counterKey } from '../../ledger/account-keys.ts';
import type { CounterState, Counters, LedgerStore } from '../../ledger/ports.ts';
import { maxShards, shardNumbers } from '../../ledger/shard-layout.ts';
import { utilizationPercent } from '../../ledger/utilization.ts';
import { formatUsd } from '../../money.ts';

import { type OwnerLimits, ownerKey } from '../../policy/limit-owners.ts';
import { limitInForce, overrideInForce } from '../../policy/overrides.ts';

import type { Limit, Owner, Policy, Scope } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import { NEVER, type Period, periodAt, resetTimestamp } from '../../windows.ts';
import { type Forecast, forecastOf, isSampled } from '../forecast/forecast.ts';
import type { UsageHistory } from '../forecast/ports.ts';
import { samplesUpTo } from '../forecast/usage-rate.ts';
import { settledByPeriod } from '../forecast/usage-samples.ts';

/** One limit in its current window. Amounts in its unit; `utilization` in percent, rounded down. */
export interface LimitUsage {
  readonly name: string;
  readonly window: Limit['window'];
  readonly unit: Limit['unit'];
  readonly mode: Limit['mode'];
  readonly scope: Scope;
  readonly limit: number;
  /** Only while an override applies: the configured amount, and the end of the override. */
  readonly override?: { readonly configured: number; readonly until: string | null };
  /** Settled. */
  readonly used: number;
  /** In flight. */
  readonly reserved: number;
  readonly remaining: number;
  readonly utilization: number;
  readonly resetsAt: string | null;
  /** Usage at the window's end, at the rate of the window so far. */
  readonly projected: number;
  /** The same at the recent rate, and the time at which the limit would be reached. */
  readonly forecast?: Forecast;
  /** The amounts again, as decimal USD, when the unit is usd. */
  readonly usd?: Readonly<
    Record<'limit' | 'used' | 'reserved' | 'remaining' | 'projected', string>
  >;
}

interface OwnerUsage {
  readonly name: string;
  readonly limits: readonly LimitUsage[];
}

export interface UsagePorts {
  readonly ledger: Pick<LedgerStore, 'read'>;
  /** Absent: no forecast. */
  readonly history?: Pick<UsageHistory, 'read'>;
}

/**
 * Reads the counters of the owners' limits, all shards added up.
 * @throws LedgerUnavailableError
 */
export async function readLimitUsage(
  { ledger, history }: UsagePorts,
  policy: Policy,
  owners: readonly OwnerLimits[],
  now: EpochMs,
): Promise<readonly OwnerUsage[]> {
  const shards = shardNumbers(maxShards(policy.shardLayout));
  const keysOf = (owner: Owner) => accountKeys(owner, shards);
  const wanted = owners.filter(({ limits }) => limits.length > 0);
  const sampled = wanted.filter(({ owner, limits }) => !owner.holder && limits.some(isSampled));
  const [counters, histories] = await Promise.all([
    ledger.read(wanted.flatMap(({ owner }) => keysOf(owner))),
    history?.read(sampled.map(({ owner }) => owner)),
  ]);
  return owners.map(({ owner, limits }) => ({
    name: owner.name,
    limits: limits.map((configured) => {
      const limit = limitInForce(configured, policy, now);
      const period = periodAt(limit.window, now, policy.timeZone);
      const shardCounters = keysOf(owner).flatMap((key) => counters.get(key) ?? []);
      const usage = {
        ...limitUsage(limit, period, sumOf(limit, period, shardCounters), now),
        ...overrideOf(configured, policy, now),
      };
      if (!histories) return usage;
      const kept = histories.get(ownerKey(owner))?.limits.get(limit.name);
      const samples = samplesUpTo(kept, settledByPeriod(limit.name, shardCounters), now);
      const { used } = usage;
      return { ...usage, forecast: forecastOf(samples, { limit, period, used, now }) };
    }),
  }));
}

function overrideOf(configured: Limit, policy: Policy, now: EpochMs): Pick<LimitUsage, 'override'> {
  const override = overrideInForce(configured, policy, now);
  if (!override) return {};
  return { override: { configured: configured.amount, until: resetTimestamp(override.until) } };
}

function sumOf(limit: Limit, period: Period, shards: readonly Counters[]): CounterState {
  const key = counterKey(limit.name, period.name);
  const states = shards.flatMap((counters) => counters.get(key) ?? []);
  return {
    committed: states.reduce((sum, { committed }) => sum + committed, 0),
    settled: states.reduce((sum, { settled }) => sum + settled, 0),
  };
}

function limitUsage(limit: Limit, period: Period, state: CounterState, now: EpochMs): LimitUsage {
  const used = state.settled;
  const reserved = state.committed - state.settled;
  const remaining = Math.max(0, limit.amount - state.committed);
  const projected = projection(used, period, now);
  return {
    name: limit.name,
    window: limit.window,
    unit: limit.unit,
    mode: limit.mode,
    scope: limit.scope,
    limit: limit.amount,
    used,
    reserved,
    remaining,
    utilization: utilizationPercent(state.committed, limit.amount),
    resetsAt: resetTimestamp(period.endsAt),
    projected,
    ...(limit.unit === 'usd' && {
      usd: {
        limit: formatUsd(limit.amount),
        used: formatUsd(used),
        reserved: formatUsd(reserved),
        remaining: formatUsd(remaining),
        projected: formatUsd(projected),
      },
    }),
  };
}

function projection(used: number, { startsAt, endsAt }: Period, now: EpochMs): number {
  // A window without an end has nothing to project to.
  if (endsAt >= NEVER) return used;
  const elapsed = Math.min(Math.max(1, now - startsAt), endsAt - startsAt);
  const projected = (BigInt(used) * BigInt(endsAt - startsAt)) / BigInt(elapsed);
  return Number(projected > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : projected);
}
