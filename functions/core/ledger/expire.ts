/**
 * The sweep: reservations of calls that never came back are settled by policy, and what the
 * history no longer needs is dropped. May run at any moment and several times at once.
 */
import type { LedgerSettings } from '../policy/policy.ts';
import type { Clock } from '../time.ts';
import { isBeyondHistory } from './counters.ts';
import type { ExpiredEntry, LedgerStore } from './ports.ts';

/** Longest a Lambda function, and so a late answer, can take (AWS Lambda quotas, 2026-11). */
const LATEST_ANSWER_SECONDS = 900;

export interface SweepResult {
  /** Reservations this sweep ended. */
  readonly expired: readonly ExpiredEntry[];
  readonly accounts: number;
  readonly prunedMarkers: number;
  readonly prunedCounters: number;
}

/**
 * Goes through all accounts once.
 * @throws LedgerUnavailableError; what was done so far stands, the next sweep goes on.
 */
export async function sweep(
  store: LedgerStore,
  clock: Clock,
  settings: Pick<LedgerSettings, 'expiredReservation' | 'historyWindows'>,
  timeZone: string,
): Promise<SweepResult> {
  const now = clock.now();
  const nowSeconds = Math.floor(now / 1000);
  const history = { windows: settings.historyWindows, timeZone };
  const expired: ExpiredEntry[] = [];
  let accounts = 0;
  let prunedMarkers = 0;
  let prunedCounters = 0;
  for await (const found of store.scan(nowSeconds)) {
    accounts += 1;
    for (const entry of found.expired) {
      const ended = await store.expire({
        ...entry,
        charge: settings.expiredReservation === 'charge',
        markerExpiresAt: nowSeconds + LATEST_ANSWER_SECONDS,
      });
      if (ended) expired.push(entry);
    }
    const old = found.idleCounters.filter((key) => isBeyondHistory(key, now, history));
    if (old.length === 0 && found.staleMarkers.length === 0) continue;
    await store.prune(found.account, found.staleMarkers, old);
    prunedMarkers += found.staleMarkers.length;
    prunedCounters += old.length;
  }
  return { expired, accounts, prunedMarkers, prunedCounters };
}
