/**
 * What a limit does for the first time in a window: it denies a call, or sends one to a cheaper
 * model. Told once. The refusal itself shows whether that is noted, so later ones cost nothing; the
 * first is noted as one to be told before it is, so that the sweep finds it if nobody could.
 */
import { limitInForce, limitsOf } from '../policy/overrides.ts';
import type { Policy } from '../policy/policy.ts';
import { denialAlert, fallbackAlert } from '../telemetry/limit-alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { accountKey, counterKey, ownerName } from './counters.ts';
import { groupByOwner, recentPeriods } from './noted.ts';
import type { AccountContents, AlertMark, LedgerStore } from './ports.ts';
import type { Refusal } from './refusal.ts';
import { type HeldCounter, heldCounter } from './reservation.ts';

/** Plain JSON: it travels through the workflow's state. */
export interface FirstTime extends Pick<HeldCounter, 'key' | 'limit' | 'resetsAt'> {
  readonly what: (typeof KINDS)[number];
  /** 100, or where the ceiling stands that refused. */
  readonly percent: number;
  readonly used: number;
  readonly reserved: number;
}

const KINDS = ['denied', 'fallback'] as const;
const MARK = /^(denied|fallback)-(\d{1,3})$/;

const markOf = ({ what, percent }: Pick<FirstTime, 'what' | 'percent'>): AlertMark =>
  `${what}-${percent}`;

/** @returns undefined when it is noted already. */
export function firstTimeOf(
  what: FirstTime['what'],
  { effective, state, noted }: Refusal,
): FirstTime | undefined {
  const { key, limit, resetsAt } = heldCounter(effective);
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
export async function tellFirstTime(ports: Ports, first: FirstTime, cause: Cause): Promise<void> {
  const account = accountKey(first.limit.owner, 0);
  if (!(await ports.ledger.claimAlert(account, first.key, markOf(first)))) return;
  await tell(ports, first, cause);
}

/** The same for what is noted and was not told; safe to repeat, under the same id. */
export async function tell(ports: Ports, first: FirstTime, cause: Cause = {}): Promise<void> {
  await ports.alerts.publish([
    first.what === 'denied'
      ? denialAlert(first, markOf(first), cause)
      : fallbackAlert(first, markOf(first), cause),
  ]);
  await ports.ledger.markPublished(accountKey(first.limit.owner, 0), first.key, [markOf(first)]);
}

/** What the items note as to be told. */
export function untoldFirstTimes(
  policy: Policy,
  found: readonly AccountContents[],
  now: EpochMs,
): readonly FirstTime[] {
  const byOwner = groupByOwner(found);
  return limitsOf(policy).flatMap((configured) => {
    const shards = byOwner.get(ownerName(configured.owner)) ?? [];
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
