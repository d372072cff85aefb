/** Drops markers that nothing waits for and counters older than the history. */
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { isOlderThanHistory } from '../windows.ts';
import { splitCounterKey } from './account-keys.ts';
import type { AccountSnapshot, CounterKey, CounterState, LedgerStore } from './ports.ts';

/** Only alerts are recorded for the counter: a call was denied before any other was counted. */
const NEVER_WRITTEN: CounterState = { committed: 0, settled: 0 };

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
  for (const { account, staleMarkers, idleCounters, counters, alertStates } of accounts) {
    const old = new Map<CounterKey, CounterState>();
    for (const key of idleCounters) {
      if (needed.has(key) || !isOld(policy, key, now)) continue;
      old.set(key, counters.get(key) ?? NEVER_WRITTEN);
    }
    if (old.size === 0 && staleMarkers.length === 0) continue;
    await store.prune({ account, markers: staleMarkers, counters: old, alertStates });
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
