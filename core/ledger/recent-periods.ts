/** The windows whose alerts a sweep evaluates, and the account items of each owner. */
import { ownerKey, sharedLimits } from '../policy/limit-owners.ts';
import { limitInForce } from '../policy/overrides.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import { type EpochMs, HOUR_MS } from '../time.ts';
import { type Period, periodAt } from '../windows.ts';
import { ownerKeyOfAccount } from './account-keys.ts';
import type { AccountSnapshot } from './ports.ts';

/** How long after its end a window is still evaluated: a late charge may be its last. */
const LOOK_BACK_MS = HOUR_MS;

/** A window of a limit, with the account items of its owner. */
interface RecentWindow {
  /** As it is in force. */
  readonly limit: Limit;
  readonly period: Period;
  readonly shards: readonly AccountSnapshot[];
}

/** The recent windows of every limit that one counter has for all, where its owner has accounts. */
export function recentWindows(
  policy: Policy,
  found: readonly AccountSnapshot[],
  now: EpochMs,
): readonly RecentWindow[] {
  const byOwner = accountsByOwner(found);
  return sharedLimits(policy).flatMap((configured) => {
    const shards = byOwner.get(ownerKey(configured.owner));
    if (!shards) return [];
    const limit = limitInForce(configured, policy, now);
    return recentPeriods(limit, policy, now).map((period) => ({ limit, period, shards }));
  });
}

/** The account items of each owner, by `ownerKey`. */
export function accountsByOwner(
  found: readonly AccountSnapshot[],
): ReadonlyMap<string, readonly AccountSnapshot[]> {
  const byOwner = new Map<string, AccountSnapshot[]>();
  for (const contents of found) {
    const name = ownerKeyOfAccount(contents.account);
    const shards = byOwner.get(name) ?? [];
    shards.push(contents);
    byOwner.set(name, shards);
  }
  return byOwner;
}

/** The open window and those that ended recently, as far as they are kept. */
function recentPeriods(
  limit: Pick<Limit, 'window'>,
  policy: Policy,
  now: EpochMs,
): readonly Period[] {
  const periods = [periodAt(limit.window, now, policy.timeZone)];
  for (const { startsAt } of periods) {
    if (startsAt <= now - LOOK_BACK_MS || periods.length > policy.ledger.historyWindows) break;
    periods.push(periodAt(limit.window, startsAt - 1, policy.timeZone));
  }
  return periods;
}
