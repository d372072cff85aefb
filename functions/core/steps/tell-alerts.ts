/** What a sweep tells people: what calls could not tell, and what only a sweep sees. */
import type { Expired } from '../ledger/expire.ts';
import { tell, untoldFirstTimes } from '../ledger/first-times.ts';
import type { CounterKey, LedgerStore } from '../ledger/ports.ts';
import { missingCrossings, publishCrossings } from '../ledger/thresholds.ts';
import type { Policy } from '../policy/policy.ts';
import { expiredAlerts } from '../telemetry/expired-calls.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import type { EpochMs } from '../time.ts';

interface TellPorts {
  readonly ledger: LedgerStore;
  readonly alerts: AlertPublisher;
}

/** Runs one part of a sweep; false when it failed, which must not keep the others from running. */
export type Attempt = (message: string, run: () => Promise<void>) => Promise<boolean>;

interface Told {
  /** Alerts that were handed over. */
  readonly published: number;
  /** Counters that are still needed, as an alert about them is not told yet. */
  readonly needed: ReadonlySet<CounterKey>;
}

/** Every alert has the same id whoever tells it, so telling one again does no harm. */
export async function tellAlerts(
  ports: TellPorts,
  attempt: Attempt,
  policy: Policy,
  swept: Expired,
  now: EpochMs,
): Promise<Told> {
  let published = 0;
  const needed = new Set<CounterKey>();
  const missing = missingCrossings(policy, swept.accounts, now);
  const areTold = await attempt('a threshold could not be published', () =>
    publishCrossings(ports, missing),
  );
  if (areTold) published += missing.length;
  else for (const { key } of missing) needed.add(key);
  for (const first of untoldFirstTimes(policy, swept.accounts, now)) {
    const isTold = await attempt('a first denial or fallback could not be published', () =>
      tell(ports, first),
    );
    if (isTold) published += 1;
    else needed.add(first.key);
  }
  const expired = expiredAlerts(policy, swept);
  if (expired.length > 0) {
    const isTold = await attempt('expired reservations could not be published', () =>
      ports.alerts.publish(expired),
    );
    if (isTold) published += expired.length;
  }
  return { published, needed };
}
