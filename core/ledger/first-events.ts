/**
 * What a limit does for the first time in a window: it denies a call, or sends one to a cheaper
 * model. Told once. The refusal itself shows whether that is noted, so later ones cost nothing; the
 * first is noted as one to be told before it is, so that the sweep finds it if nobody could.
 */
import { allLimits, limitInForce } from '../policy/overrides.ts';
import type { Policy } from '../policy/policy.ts';
import { denialAlert, fallbackAlert } from '../telemetry/alerts/limit-alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { accountKey, counterKey, ownerKey } from './account-keys.ts';
import type { LimitDenial } from './denial.ts';
import type { AccountSnapshot, AlertKey, LedgerStore } from './ports.ts';
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

const markOf = ({ what, percent }: Pick<FirstLimitEvent, 'what' | 'percent'>): AlertKey =>
  `${what}-${percent}`;

/** @returns undefined when it is noted already. */
export function toFirstLimitEvent(
  what: FirstLimitEvent['what'],
  { effective, state, noted }: LimitDenial,
): FirstLimitEvent | undefined {
  const { key, limit, resetsAt } = toReservedCounter(effective);
  const percent = effective.ceilingPercent ?? 100;
  if (noted.has(markOf({ what, percent }))) return undefined;
  const { settled, committed } = state;
  return { what, percent, key, limit, resetsAt, used: settled, reserved: committed - settled };
}

interface Ports {
  readonly ledger: LedgerStore;
  readonly alerts: AlertPublisher;
}

/** Of the call that came first. */
interface Cause {
  readonly requestId?: string;
  /** Aliases. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * Tells it, if no other call was faster.
 * @throws what the publisher or the ledger throws; the sweep then tells it.
 */
export async function publishFirstEvent(
  ports: Ports,
  first: FirstLimitEvent,
  cause: Cause,
): Promise<void> {
  const account = accountKey(first.limit.owner, 0);
  if (!(await ports.ledger.claimAlert(account, first.key, markOf(first)))) return;
  await publishPendingEvent(ports, first, cause);
}

/** The same for what is noted and was not told; safe to repeat, under the same id. */
export async function publishPendingEvent(
  ports: Ports,
  first: FirstLimitEvent,
  cause: Cause = {},
): Promise<void> {
  await ports.alerts.publish([
    first.what === 'denied'
      ? denialAlert(first, markOf(first), cause)
      : fallbackAlert(first, markOf(first), cause),
  ]);
  await ports.ledger.markPublished(accountKey(first.limit.owner, 0), first.key, [markOf(first)]);
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
