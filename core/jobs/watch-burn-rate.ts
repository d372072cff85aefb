/** Evaluates how fast limits are used: publishes burn rates, and stores samples. */
import { detectBurnRates } from '../insight/forecast/burn-rate.ts';
import { isSampled } from '../insight/forecast/forecast.ts';
import type { StoredHistory, UsageHistory } from '../insight/forecast/ports.ts';
import { samplesUpTo } from '../insight/forecast/usage-rate.ts';
import {
  addSample,
  isSampleDue,
  type LimitHistory,
  type OwnerHistory,
  type SettledByPeriod,
  settledByPeriod,
} from '../insight/forecast/usage-samples.ts';
import { LIMITS_MAX } from '../insight/forecast/usage-samples-json.ts';
import { accountKey, counterKey } from '../ledger/account-keys.ts';
import type { AccountSnapshot, AlertKey, CounterKey, LedgerStore } from '../ledger/ports.ts';
import { accountsByOwner } from '../ledger/recent-periods.ts';
import { ownerKey, sharedLimits } from '../policy/limit-owners.ts';
import { limitInForce } from '../policy/overrides.ts';
import type { Limit, Owner, Policy } from '../policy/policy.ts';
import { burnRateAlert, burnRateKey } from '../telemetry/alerts/limit-alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import type { EpochMs } from '../time.ts';
import { type Period, periodAt } from '../windows.ts';
import type { RunSweepPart } from './publish-pending-alerts.ts';

interface WatchPorts {
  readonly ledger: LedgerStore;
  readonly alerts: AlertPublisher;
  readonly history: UsageHistory;
}

/** One limit in its open window, with what was kept of its use before. */
interface Watched {
  readonly limit: Limit;
  readonly period: Period;
  readonly key: CounterKey;
  readonly settled: SettledByPeriod;
  readonly recordedAlerts: ReadonlySet<AlertKey>;
  readonly history: LimitHistory | undefined;
}

/**
 * Looks at the limits of a day or a month.
 * @returns alerts that were handed over.
 * @throws LedgerUnavailableError when the samples cannot be read.
 */
export async function watchBurnRates(
  ports: WatchPorts,
  attempt: RunSweepPart,
  policy: Policy,
  accounts: readonly AccountSnapshot[],
  now: EpochMs,
): Promise<number> {
  const owners = sampledOwners(policy);
  if (owners.size === 0) return 0;
  const stored = await ports.history.read([...owners.values()].map(({ owner }) => owner));
  const byOwner = accountsByOwner(accounts);
  let published = 0;
  for (const [name, { owner, limits }] of owners) {
    const known = stored.get(name);
    const shards = byOwner.get(name) ?? [];
    const watched = limits.map((each) => watchedOf(policy, each, shards, known, now));
    for (const each of watched) {
      await attempt('a burn rate could not be published', async () => {
        published += await publishBurnRate(ports, each, now);
      });
    }
    await attempt('samples of use could not be kept', () =>
      keepSamples(ports.history, owner, watched, known, now),
    );
  }
  return published;
}

function sampledOwners(
  policy: Policy,
): ReadonlyMap<string, { readonly owner: Owner; readonly limits: readonly Limit[] }> {
  const owners = new Map<string, { owner: Owner; limits: Limit[] }>();
  for (const limit of sharedLimits(policy)) {
    if (!isSampled(limit)) continue;
    const name = ownerKey(limit.owner);
    const known = owners.get(name) ?? { owner: limit.owner, limits: [] };
    if (known.limits.length < LIMITS_MAX) known.limits.push(limit);
    owners.set(name, known);
  }
  return owners;
}

function watchedOf(
  policy: Policy,
  configured: Limit,
  shards: readonly AccountSnapshot[],
  stored: StoredHistory | undefined,
  now: EpochMs,
): Watched {
  const limit = limitInForce(configured, policy, now);
  const period = periodAt(limit.window, now, policy.timeZone);
  const key = counterKey(limit.name, period.name);
  return {
    limit,
    period,
    key,
    settled: settledByPeriod(
      limit.name,
      shards.map(({ counters }) => counters),
    ),
    recordedAlerts: new Set(
      shards.flatMap(({ alertStates }) => [...(alertStates.get(key)?.keys() ?? [])]),
    ),
    history: stored?.limits.get(limit.name),
  };
}

/** A fast rate is published once, and a slow one if nothing was published before. */
async function publishBurnRate(
  { ledger, alerts }: WatchPorts,
  { limit, period, key, settled, recordedAlerts, history }: Watched,
  now: EpochMs,
): Promise<number> {
  const used = settled.get(period.name) ?? 0;
  const { amount } = limit;
  const status = { amount, used, endsAt: period.endsAt, now };
  const [burn] = detectBurnRates(samplesUpTo(history, settled, now), status);
  if (!burn || recordedAlerts.has(burnRateKey(burn.pace))) return 0;
  const paces = burn.pace === 'fast' ? (['fast', 'slow'] as const) : (['slow'] as const);
  await alerts.publish([burnRateAlert(limit, { key, used, endsAt: period.endsAt, ...burn })]);
  await ledger.markPublished(accountKey(limit.owner, 0), key, paces.map(burnRateKey));
  return 1;
}

async function keepSamples(
  store: UsageHistory,
  owner: Owner,
  watched: readonly Watched[],
  stored: StoredHistory | undefined,
  now: EpochMs,
): Promise<void> {
  if (!watched.some(({ history, settled }) => isSampleDue(history, settled, now))) return;
  const limits: OwnerHistory = new Map(
    watched.map(({ limit, period, settled, history }) => [
      limit.name,
      addSample(history, settled, period.name, now),
    ]),
  );
  await store.write(owner, limits, stored?.revision ?? 0);
}
