/**
 * Publishes alerts about limits, each once per limit and window, and records in the ledger that it
 * did. Publishing again does no harm: a repeated alert has the same id.
 */
import { accountKey } from '../ledger/account-keys.ts';
import { type FirstLimitEvent, firstEventKey } from '../ledger/first-events.ts';
import type { LedgerStore } from '../ledger/ports.ts';
import type { ThresholdCrossing } from '../ledger/thresholds.ts';
import { ownerKey } from '../policy/limit-owners.ts';
import {
  type AlertCause,
  denialAlert,
  fallbackAlert,
  thresholdAlert,
} from './alerts/limit-alerts.ts';
import type { AlertPublisher } from './ports.ts';

interface PublishPorts {
  readonly ledger: LedgerStore;
  readonly alerts: AlertPublisher;
}

/** @throws what the publisher or the ledger throws; the sweep then publishes the crossings. */
export async function publishThresholdCrossings(
  { ledger, alerts }: PublishPorts,
  crossings: readonly ThresholdCrossing[],
  requestId?: string,
): Promise<void> {
  if (crossings.length === 0) return;
  await alerts.publish(crossings.map((each) => thresholdAlert(each, requestId)));
  const byCounter = new Map<string, ThresholdCrossing[]>();
  for (const crossing of crossings) {
    const counter = `${ownerKey(crossing.limit.owner)}/${crossing.key}`;
    byCounter.set(counter, [...(byCounter.get(counter) ?? []), crossing]);
  }
  for (const published of byCounter.values()) {
    const [first] = published;
    if (!first) continue;
    const alertKeys = published.map(({ percent }) => String(percent));
    await ledger.markPublished(accountKey(first.limit.owner, 0), first.key, alertKeys);
  }
}

/**
 * Publishes a first denial or fallback, unless another call has claimed it. The claim comes first,
 * so that the sweep finds the alert if it could not be published.
 * @throws what the publisher or the ledger throws; the sweep then publishes it.
 */
export async function publishFirstEvent(
  ports: PublishPorts,
  first: FirstLimitEvent,
  cause: AlertCause,
): Promise<void> {
  const account = accountKey(first.limit.owner, 0);
  if (!(await ports.ledger.claimAlert(account, first.key, firstEventKey(first)))) return;
  await publishPendingEvent(ports, first, cause);
}

/** Publishes a first denial or fallback that is claimed and not published yet. */
export async function publishPendingEvent(
  { ledger, alerts }: PublishPorts,
  first: FirstLimitEvent,
  cause: AlertCause = {},
): Promise<void> {
  const alert = first.kind === 'denied' ? denialAlert(first, cause) : fallbackAlert(first, cause);
  await alerts.publish([alert]);
  await ledger.markPublished(accountKey(first.limit.owner, 0), first.key, [firstEventKey(first)]);
}
