/**
 * New sessions a minute of one caller. A caller names its sessions, so without this a caller that
 * names another one in every request would never reach the limit of a session. A session is new as
 * long as no call of it has reserved; then the caller's starts in this minute are counted first,
 * each session once.
 */
import type { NamedSession } from '../policy/named-session.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { periodAt } from '../windows.ts';
import { sessionsAccountKey } from './account-keys.ts';
import type { LimitDenial } from './denial.ts';
import { type FirstLimitEvent, firstEventKey } from './first-events.ts';
import type { LedgerStore, ReserveWrite, ReserveWriteResult } from './ports.ts';

/** No limit of a policy has this name: theirs have no underscore. */
export const NEW_SESSIONS = 'new_sessions_per_minute';

/** A minute is over for every host, and all copies of its writes have come, by then. */
const KEPT_MS = 3_600_000;

/**
 * Reserves for a session that has begun, or begins it.
 * @returns `absent` where its caller may begin no other one in this minute.
 */
export async function reserveInSession(
  store: LedgerStore,
  policy: Policy,
  { owner, name }: NamedSession,
  write: ReserveWrite,
  now: EpochMs,
): Promise<ReserveWriteResult> {
  const { unlisted } = write;
  const begun = await store.reserve({
    ...write,
    ...(unlisted && { unlisted: { ...unlisted, isBegun: true } }),
  });
  if (begun.outcome !== 'absent') return begun;
  const minute = periodAt('minute', now, policy.timeZone);
  const isStarted = await store.startSession({
    account: sessionsAccountKey(owner),
    minute: minute.name,
    session: name,
    max: policy.ledger.newSessionsPerMinute,
    keptUntil: Math.ceil((minute.endsAt + KEPT_MS) / 1_000),
  });
  if (!isStarted) return begun;
  const result = await store.reserve(write);
  // A copy of the first write may still arrive, and then the session has begun.
  const isRepeated = begun.isRepeated && 'isRepeated' in result;
  return isRepeated ? { ...result, isRepeated: true } : result;
}

/** As if it were a limit of its caller; no alert is sent for it. */
export function newSessionsDenial(
  policy: Policy,
  { owner }: NamedSession,
  now: EpochMs,
): LimitDenial {
  const amount = policy.ledger.newSessionsPerMinute;
  const limit: Limit = {
    owner,
    name: NEW_SESSIONS,
    window: 'minute',
    unit: 'requests',
    mode: 'enforce',
    amount,
    scope: {},
    notifyAt: [],
    ceilings: [],
  };
  const period = periodAt('minute', now, policy.timeZone);
  const denied: Pick<FirstLimitEvent, 'kind' | 'percent'> = { kind: 'denied', percent: 100 };
  return {
    effective: { limit, period, key: '', shards: 1, requested: 1, ceiling: amount, fallbacks: [] },
    state: { committed: amount, settled: amount },
    recordedAlerts: new Set([firstEventKey(denied)]),
  };
}
