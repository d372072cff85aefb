/** Drops markers that nothing waits for and counters older than the history. */
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { isOlderThanHistory } from '../windows.ts';
import { isSharedAccount, splitCounterKey } from './account-keys.ts';
import type { AccountSnapshot, CounterKey, CounterState, LedgerStore } from './ports.ts';

/** Fewer names take less of an item than dropping them every minute would cost. */
const IDLE_MIN = 10;

/** Only alerts are recorded for the counter: a call was denied before any other was counted. */
const NO_USAGE: CounterState = { committed: 0, settled: 0 };

interface Pruned {
  readonly markers: number;
  readonly counters: number;
}

/**
 * @param needed counters to keep although they are old.
 * @throws LedgerUnavailableError; the next run continues.
 */
export async function prune(
  store: LedgerStore,
  policy: Policy,
  accounts: readonly AccountSnapshot[],
  now: EpochMs,
  needed: ReadonlySet<CounterKey>,
): Promise<Pruned> {
  const pruned = { markers: 0, counters: 0 };
  for (const snapshot of accounts) {
    const { account, staleMarkers, idleCounters, counters, alertStates } = snapshot;
    const idleCostCenters = idleIn(snapshot, now);
    const old = new Map<CounterKey, CounterState>();
    for (const key of idleCounters) {
      if (needed.has(key) || !isOld(policy, key, now)) continue;
      old.set(key, counters.get(key) ?? NO_USAGE);
    }
    if (old.size + staleMarkers.length + idleCostCenters.length === 0) continue;
    const markers = staleMarkers;
    await store.prune({ account, markers, counters: old, alertStates, idleCostCenters });
    pruned.markers += staleMarkers.length;
    pruned.counters += old.size;
  }
  return pruned;
}

/** Whether the window of a counter is older than the history that is kept. */
export function isOld({ ledger, timeZone }: Policy, key: CounterKey, now: EpochMs): boolean {
  const { periodName } = splitCounterKey(key);
  return isOlderThanHistory(periodName, now, { windows: ledger.historyWindows, timeZone });
}

/** Of a shared account, which every cost center would leave its name in. */
function idleIn({ account, inFlight }: AccountSnapshot, now: EpochMs): readonly string[] {
  if (!isSharedAccount(account)) return [];
  const idle = [...inFlight]
    .filter(([, { live, restrictedUntil = 0 }]) => live === 0 && restrictedUntil * 1_000 <= now)
    .map(([costCenter]) => costCenter);
  return idle.length < IDLE_MIN ? [] : idle;
}
