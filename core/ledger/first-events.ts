/**
 * What a limit does for the first time in a window: it denies a call, or sends one to a cheaper
 * model. Told once. The refusal itself shows whether that is noted, so later ones cost nothing; the
 * first is noted as one to be told before it is, so that the sweep finds it if nobody could.
 */

import { ownerKey } from '../policy/limit-owners.ts';
import { allLimits, limitInForce } from '../policy/overrides.ts';
import type { Policy } from '../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { counterKey } from './account-keys.ts';
import type { LimitDenial } from './denial.ts';
import type { AccountSnapshot, AlertKey } from './ports.ts';
import { accountsByOwner, recentPeriods } from './recent-periods.ts';
import { type ReservedCounter, toReservedCounter } from './reservation.ts';

/** Plain JSON: it travels through the workflow's state. */
export interface FirstLimitEvent extends Pick<ReservedCounter, 'key' | 'limit' | 'resetsAt'> {
  readonly what: (typeof KINDS)[number];
  /** 100, or where the ceiling stands that refused. */
  readonly percent: number;
  readonly used: number;
  readonly reserved: number;
}

const KINDS = ['denied', 'fallback'] as const;
const MARK = /^(denied|fallback)-(\d{1,3})$/;

/** The key under which its alert is recorded beside the counter. */
export const firstEventKey = ({
  what,
  percent,
}: Pick<FirstLimitEvent, 'what' | 'percent'>): AlertKey => `${what}-${percent}`;

/** @returns undefined when it is noted already. */
export function toFirstLimitEvent(
  what: FirstLimitEvent['what'],
  { effective, state, noted }: LimitDenial,
): FirstLimitEvent | undefined {
  const { key, limit, resetsAt } = toReservedCounter(effective);
  const percent = effective.ceilingPercent ?? 100;
  if (noted.has(firstEventKey({ what, percent }))) return undefined;
  const { settled, committed } = state;
  return { what, percent, key, limit, resetsAt, used: settled, reserved: committed - settled };
}

/** What the items note as to be told. */
export function pendingFirstEvents(
  policy: Policy,
  found: readonly AccountSnapshot[],
  now: EpochMs,
): readonly FirstLimitEvent[] {
  const byOwner = accountsByOwner(found);
  return allLimits(policy).flatMap((configured) => {
    const shards = byOwner.get(ownerKey(configured.owner)) ?? [];
    const limit = limitInForce(configured, policy, now);
    return recentPeriods(limit, policy, now).flatMap((period) => {
      const key = counterKey(limit.name, period.name);
      const counters = shards.flatMap((shard) => shard.counters.get(key) ?? []);
      const used = counters.reduce((sum, { settled }) => sum + settled, 0);
      const committed = counters.reduce((sum, each) => sum + each.committed, 0);
      const at = { key, limit, resetsAt: isoTimestamp(period.endsAt) };
      return shards
        .flatMap(({ notes }) => [...(notes.get(key) ?? [])])
        .flatMap(([mark, isTold]) => {
          const [, kind, percent] = MARK.exec(mark) ?? [];
          const what = KINDS.find((each) => each === kind);
          if (isTold || !what) return [];
          return [{ ...at, what, percent: Number(percent), used, reserved: committed - used }];
        });
    });
  });
}
