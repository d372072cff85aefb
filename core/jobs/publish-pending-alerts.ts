/** The alerts of a sweep: those that calls could not publish, and those that only a sweep finds. */
import type { ExpiryResult } from '../ledger/expire-lease.ts';
import { pendingFirstEvents } from '../ledger/first-events.ts';
import type { CounterKey, LedgerStore } from '../ledger/ports.ts';
import { pendingCrossings } from '../ledger/thresholds.ts';
import type { Policy } from '../policy/policy.ts';
import { expiredReservationAlerts } from '../telemetry/alerts/expired-reservation-alerts.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import {
  publishPendingEvent,
  publishThresholdCrossings,
} from '../telemetry/publish-limit-alerts.ts';
import type { EpochMs } from '../time.ts';

interface PublishPorts {
  readonly ledger: LedgerStore;
  readonly alerts: AlertPublisher;
}

/** Runs one part of a sweep; false when it failed, which must not keep the others from running. */
export type RunSweepPart = (message: string, run: () => Promise<void>) => Promise<boolean>;

interface PublishedAlerts {
  /** Alerts that were published. */
  readonly published: number;
  /** Counters that are still needed, as an alert about them is not published yet. */
  readonly needed: ReadonlySet<CounterKey>;
}

/** Every alert has the same id from each publisher, so publishing it again does no harm. */
export async function publishPendingAlerts(
  ports: PublishPorts,
  attempt: RunSweepPart,
  policy: Policy,
  swept: ExpiryResult,
  now: EpochMs,
): Promise<PublishedAlerts> {
  let published = 0;
  const needed = new Set<CounterKey>();
  const missing = pendingCrossings(policy, swept.accounts, now);
  const arePublished = await attempt('a threshold could not be published', () =>
    publishThresholdCrossings(ports, missing),
  );
  if (arePublished) published += missing.length;
  else for (const { key } of missing) needed.add(key);
  for (const first of pendingFirstEvents(policy, swept.accounts, now)) {
    const isPublished = await attempt('a first denial or fallback could not be published', () =>
      publishPendingEvent(ports, first),
    );
    if (isPublished) published += 1;
    else needed.add(first.key);
  }
  const expired = expiredReservationAlerts(policy, swept);
  if (expired.length > 0) {
    const isPublished = await attempt('expired reservations could not be published', () =>
      ports.alerts.publish(expired),
    );
    if (isPublished) published += expired.length;
  }
  return { published, needed };
}
