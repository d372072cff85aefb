/**
 * `notify_at`: told at least once per limit and window. The settle that passes a percent tells, and
 * notes beside the counters that it did; the sweep tells what the notes lack, under the same id.
 */
import { formatUsd } from '../money.ts';
import { amountInWords, ownerInWords } from '../policy/limits.ts';
import { limitInForce, limitsOf } from '../policy/overrides.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import type { Alert } from '../telemetry/alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { type Period, periodAt } from '../windows.ts';
import { accountKey, counterKey, ownerName, splitCounterKey } from './counters.ts';
import type { AccountContents, AccountKey, CounterKey, LedgerStore } from './ports.ts';
import type { HeldLimit } from './reservation.ts';

/** A `notify_at` percent that settled use has reached. */
export interface ThresholdCrossing {
  /** The same for every delivery of this event: `<owner>/<limit>/<period>/<percent>`. */
  readonly id: string;
  readonly limit: HeldLimit;
  readonly key: CounterKey;
  readonly percent: number;
  readonly used: number;
  readonly resetsAt: string;
}

/** How long after its end a window is still looked at: a late charge may be its last. */
const LOOK_BACK_MS = 3_600_000;

export const isReached = (used: number, { amount }: { amount: number }, percent: number): boolean =>
  BigInt(used) * 100n >= BigInt(amount) * BigInt(percent);

export function crossingOf(
  limit: HeldLimit,
  at: Pick<ThresholdCrossing, 'key' | 'percent' | 'used' | 'resetsAt'>,
): ThresholdCrossing {
  const { limitName, periodName } = splitCounterKey(at.key);
  const id = `${ownerName(limit.owner)}/${limitName}/${periodName}/${at.percent}`;
  return { id, limit, ...at };
}

/**
 * Publishes crossings and notes them. Safe to repeat: a repeated event has the same id.
 * @throws what the publisher or the ledger throws; the sweep then does it again.
 */
export async function publishCrossings(
  ports: { readonly ledger: LedgerStore; readonly alerts: AlertPublisher },
  crossings: readonly ThresholdCrossing[],
  requestId?: string,
): Promise<void> {
  if (crossings.length === 0) return;
  await ports.alerts.publish(crossings.map((crossing) => toAlert(crossing, requestId)));
  const told = new Map<string, ThresholdCrossing[]>();
  for (const crossing of crossings) {
    const counter = `${ownerName(crossing.limit.owner)}/${crossing.key}`;
    told.set(counter, [...(told.get(counter) ?? []), crossing]);
  }
  for (const same of told.values()) {
    const [first] = same;
    if (!first) continue;
    const percents = same.map(({ percent }) => percent);
    await ports.ledger.markPublished(accountKey(first.limit.owner, 0), first.key, percents);
  }
}

/** What the items show to be reached and not noted, over all shards. */
export function missingCrossings(
  policy: Policy,
  found: readonly AccountContents[],
  now: EpochMs,
): readonly ThresholdCrossing[] {
  const byOwner = new Map<string, AccountContents[]>();
  for (const contents of found) {
    const name = ownerOf(contents.account);
    const shards = byOwner.get(name) ?? [];
    shards.push(contents);
    byOwner.set(name, shards);
  }
  return limitsOf(policy).flatMap((limit) => {
    const shards = byOwner.get(ownerName(limit.owner));
    if (!shards || limit.notifyAt.length === 0) return [];
    const current = limitInForce(limit, policy, now);
    return recentPeriods(limit, policy, now).flatMap((period) => missing(current, period, shards));
  });
}

function missing(
  limit: Limit,
  period: Period,
  shards: readonly AccountContents[],
): readonly ThresholdCrossing[] {
  const key = counterKey(limit.name, period.name);
  const used = shards.reduce((sum, { counters }) => sum + (counters.get(key)?.settled ?? 0), 0);
  const isTold = (percent: number) =>
    shards.some(({ published }) => published.get(key)?.has(percent));
  const resetsAt = isoTimestamp(period.endsAt);
  return limit.notifyAt
    .filter((percent) => !isTold(percent) && isReached(used, limit, percent))
    .map((percent) => crossingOf(limit, { key, percent, used, resetsAt }));
}

/** The open window and those that ended not long ago, as far as they are kept. */
function recentPeriods(limit: Limit, policy: Policy, now: EpochMs): readonly Period[] {
  const periods = [periodAt(limit.window, now, policy.timeZone)];
  for (const { startsAt } of periods) {
    if (startsAt <= now - LOOK_BACK_MS || periods.length > policy.ledger.historyWindows) break;
    periods.push(periodAt(limit.window, startsAt - 1, policy.timeZone));
  }
  return periods;
}

/** `account#costCenter#sales#0` -> `costCenter#sales`. */
export const ownerOf = (account: AccountKey): string =>
  account.slice(account.indexOf('#') + 1, account.lastIndexOf('#'));

function toAlert(
  { id, limit, percent, used, resetsAt }: ThresholdCrossing,
  requestId?: string,
): Alert {
  return {
    id,
    type: 'LimitThresholdCrossed',
    detail: {
      summary: summaryOf(limit, percent, used, resetsAt),
      notify: true,
      owner: limit.owner,
      limit: limit.name,
      window: limit.window,
      unit: limit.unit,
      mode: limit.mode,
      percent,
      amount: limit.amount,
      used,
      ...(limit.unit === 'usd' && {
        usd: { amount: formatUsd(limit.amount), used: formatUsd(used) },
      }),
      resetsAt,
      ...(requestId !== undefined && { requestId }),
    },
  };
}

/** What a person is told. EventBridge puts it into a quoted template, so it holds no quotes. */
const summaryOf = (limit: HeldLimit, percent: number, used: number, resetsAt: string): string =>
  `The limit ${limit.name} of ${ownerInWords(limit.owner)} has reached ${percent} %: ` +
  `${amountInWords(limit.unit, used)} of ${amountInWords(limit.unit, limit.amount)} ` +
  `per ${limit.window}${limit.mode === 'observe' ? ' (observed only)' : ''}, until ${resetsAt}.`;
