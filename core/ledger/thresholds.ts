/**
 * `notify_at`: told at least once per limit and window. The settle that passes a percent tells, and
 * notes beside the counters that it did; the sweep tells what the notes lack, under the same id.
 */
import { allLimits, limitInForce } from '../policy/overrides.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import { limitAlertId, thresholdAlert } from '../telemetry/alerts/limit-alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import type { Period } from '../windows.ts';
import { accountKey, counterKey, ownerKey } from './account-keys.ts';
import type { AccountSnapshot, CounterKey, LedgerStore } from './ports.ts';
import { accountsByOwner, recentPeriods } from './recent-periods.ts';
import type { LimitSnapshot } from './reservation.ts';

/** A `notify_at` percent that settled use has reached. */
export interface ThresholdCrossing {
  /** The same for every delivery of this event: `<owner>/<limit>/<period>/<percent>`. */
  readonly id: string;
  readonly limit: LimitSnapshot;
  readonly key: CounterKey;
  readonly percent: number;
  readonly used: number;
  readonly resetsAt: string;
}

export const isThresholdReached = (
  used: number,
  { amount }: { amount: number },
  percent: number,
): boolean => BigInt(used) * 100n >= BigInt(amount) * BigInt(percent);

export function toThresholdCrossing(
  limit: LimitSnapshot,
  at: Pick<ThresholdCrossing, 'key' | 'percent' | 'used' | 'resetsAt'>,
): ThresholdCrossing {
  return { id: limitAlertId(limit, at.key, String(at.percent)), limit, ...at };
}

/**
 * Publishes crossings and notes them. Safe to repeat: a repeated event has the same id.
 * @throws what the publisher or the ledger throws; the sweep then does it again.
 */
export async function publishThresholdCrossings(
  ports: { readonly ledger: LedgerStore; readonly alerts: AlertPublisher },
  crossings: readonly ThresholdCrossing[],
  requestId?: string,
): Promise<void> {
  if (crossings.length === 0) return;
  await ports.alerts.publish(crossings.map((each) => thresholdAlert(each, requestId)));
  const told = new Map<string, ThresholdCrossing[]>();
  for (const crossing of crossings) {
    const counter = `${ownerKey(crossing.limit.owner)}/${crossing.key}`;
    told.set(counter, [...(told.get(counter) ?? []), crossing]);
  }
  for (const same of told.values()) {
    const [first] = same;
    if (!first) continue;
    const marks = same.map(({ percent }) => String(percent));
    await ports.ledger.markPublished(accountKey(first.limit.owner, 0), first.key, marks);
  }
}

/** What the items show to be reached and not noted, over all shards. */
export function pendingCrossings(
  policy: Policy,
  found: readonly AccountSnapshot[],
  now: EpochMs,
): readonly ThresholdCrossing[] {
  const byOwner = accountsByOwner(found);
  return allLimits(policy).flatMap((limit) => {
    const shards = byOwner.get(ownerKey(limit.owner));
    if (!shards || limit.notifyAt.length === 0) return [];
    const current = limitInForce(limit, policy, now);
    return recentPeriods(limit, policy, now).flatMap((period) => missing(current, period, shards));
  });
}

function missing(
  limit: Limit,
  period: Period,
  shards: readonly AccountSnapshot[],
): readonly ThresholdCrossing[] {
  const key = counterKey(limit.name, period.name);
  const used = shards.reduce((sum, { counters }) => sum + (counters.get(key)?.settled ?? 0), 0);
  const isTold = (percent: number) =>
    shards.some(({ notes }) => notes.get(key)?.has(String(percent)));
  const resetsAt = isoTimestamp(period.endsAt);
  return limit.notifyAt
    .filter((percent) => !isTold(percent) && isThresholdReached(used, limit, percent))
    .map((percent) => toThresholdCrossing(limit, { key, percent, used, resetsAt }));
}
