/**
 * Thresholds (`notify_at`): which ones settled usage has reached, and which of them have no
 * published alert on record. The caller publishes them.
 */

import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { resetTimestamp } from '../windows.ts';
import { counterKey } from './account-keys.ts';
import type { AccountSnapshot, CounterKey } from './ports.ts';
import { recentWindows } from './recent-periods.ts';
import type { LimitSnapshot } from './reservation.ts';

/** A `notify_at` percent that settled use has reached. */
export interface ThresholdCrossing {
  readonly limit: LimitSnapshot;
  readonly key: CounterKey;
  readonly percent: number;
  readonly used: number;
  readonly resetsAt: string | null;
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
  return { limit, ...at };
}

/** Thresholds that are reached over all shards and have no alert on record. */
export function pendingCrossings(
  policy: Policy,
  found: readonly AccountSnapshot[],
  now: EpochMs,
): readonly ThresholdCrossing[] {
  return recentWindows(policy, found, now).flatMap(({ limit, period, shards }) => {
    const key = counterKey(limit.name, period.name);
    const used = shards.reduce((sum, { counters }) => sum + (counters.get(key)?.settled ?? 0), 0);
    const isPublished = (percent: number) =>
      shards.some(({ alertStates }) => alertStates.get(key)?.has(String(percent)));
    const resetsAt = resetTimestamp(period.endsAt);
    return limit.notifyAt
      .filter((percent) => !isPublished(percent) && isThresholdReached(used, limit, percent))
      .map((percent) => toThresholdCrossing(limit, { key, percent, used, resetsAt }));
  });
}
