/**
 * Prunes the account of one user, key or session. The sweep does not list them, so that any number
 * of them costs it nothing; each next call sees the whole item in the answer to its write.
 */
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import type { AccountSnapshot, LedgerStore } from './ports.ts';
import { isOld, prune } from './prune.ts';

/** So much old may stay, so that not every call writes twice. */
const LEFT_MAX = 8;

/** Expires the reservations whose leases have ended. @returns how many. */
export async function endExpired(
  store: LedgerStore,
  { ledger }: Policy,
  { expired }: AccountSnapshot,
): Promise<number> {
  const charge = ledger.unknownOutcome === 'charge';
  for (const entry of expired) await store.expire({ ...entry, charge });
  return expired.length;
}

export async function pruneHolderAccount(
  store: LedgerStore,
  policy: Policy,
  snapshot: AccountSnapshot,
  now: EpochMs,
): Promise<void> {
  await endExpired(store, policy, snapshot);
  const { staleMarkers, idleCounters } = snapshot;
  const old = idleCounters.filter((key) => isOld(policy, key, now));
  if (staleMarkers.length + old.length <= LEFT_MAX) return;
  await prune(store, policy, [snapshot], now, new Set());
}
