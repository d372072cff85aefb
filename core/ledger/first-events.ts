/**
 * First events of a limit in a window: its first denial, and its first fallback to a cheaper model.
 * Each is published once. The denied write returns the recorded alerts, so later events cost
 * nothing; the first is recorded as pending, so that the sweep finds it if it was not published.
 */

import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { resetTimestamp } from '../windows.ts';
import { counterKey } from './account-keys.ts';
import type { LimitDenial } from './denial.ts';
import type { AccountSnapshot, AlertKey } from './ports.ts';
import { recentWindows } from './recent-periods.ts';
import { type ReservedCounter, toReservedCounter } from './reservation.ts';

/** Plain JSON: it travels through the workflow's state. */
export interface FirstLimitEvent extends Pick<ReservedCounter, 'key' | 'limit' | 'resetsAt'> {
  readonly kind: (typeof KINDS)[number];
  /** 100, or the percent of the ceiling that denied the call. */
  readonly percent: number;
  readonly used: number;
  readonly reserved: number;
}

const KINDS = ['denied', 'fallback'] as const;
const ALERT_KEY = /^(denied|fallback)-(\d{1,3})$/;

/** The key under which its alert is recorded next to the counter. */
export const firstEventKey = ({
  kind,
  percent,
}: Pick<FirstLimitEvent, 'kind' | 'percent'>): AlertKey => `${kind}-${percent}`;

/** @returns undefined when it is recorded already. */
export function toFirstLimitEvent(
  kind: FirstLimitEvent['kind'],
  { effective, state, recordedAlerts }: LimitDenial,
): FirstLimitEvent | undefined {
  const { key, limit, resetsAt } = toReservedCounter(effective);
  const percent = effective.ceilingPercent ?? 100;
  if (recordedAlerts.has(firstEventKey({ kind, percent }))) return undefined;
  const { settled, committed } = state;
  return { kind, percent, key, limit, resetsAt, used: settled, reserved: committed - settled };
}

/** First events that are recorded as pending. */
export function pendingFirstEvents(
  policy: Policy,
  found: readonly AccountSnapshot[],
  now: EpochMs,
): readonly FirstLimitEvent[] {
  return recentWindows(policy, found, now).flatMap(({ limit, period, shards }) => {
    const key = counterKey(limit.name, period.name);
    const counters = shards.flatMap((shard) => shard.counters.get(key) ?? []);
    const used = counters.reduce((sum, { settled }) => sum + settled, 0);
    const committed = counters.reduce((sum, each) => sum + each.committed, 0);
    const at = { key, limit, resetsAt: resetTimestamp(period.endsAt) };
    return shards
      .flatMap(({ alertStates }) => [...(alertStates.get(key) ?? [])])
      .flatMap(([alertKey, isPublished]) => {
        const [, name, percent] = ALERT_KEY.exec(alertKey) ?? [];
        const kind = KINDS.find((each) => each === name);
        if (isPublished || !kind) return [];
        return [{ ...at, kind, percent: Number(percent), used, reserved: committed - used }];
      });
  });
}
