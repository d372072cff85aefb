/** Alerts as EventBridge events; rules route them to topics and people. */
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Alert } from '../core/telemetry/alerts/alert-types.ts';
import type { AlertPublisher } from '../core/telemetry/ports.ts';

const SOURCE = 'bedrock-cost-sentry';
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html, 2026-11. */
const ENTRIES_MAX = 10;

/** @param deployment distinguishes the events of several deployments on one bus. */
export const createEventBridgeAlerts = (
  client: EventBridgeClient,
  busName: string,
  deployment: string,
): AlertPublisher => ({
  async publish(alerts: readonly Alert[]): Promise<void> {
    for (let i = 0; i < alerts.length; i += ENTRIES_MAX) {
      const entries = alerts.slice(i, i + ENTRIES_MAX).map(({ id, type, detail }) => ({
        EventBusName: busName,
        Source: SOURCE,
        DetailType: type,
        Detail: JSON.stringify({
          id,
          deployment,
          ...detail,
          summary: unquoted(detail.summary),
        }),
      }));
      const output = await client.send(new PutEventsCommand({ Entries: entries }));
      if (output.FailedEntryCount) {
        const codes = (output.Entries ?? []).flatMap(({ ErrorCode }) => ErrorCode ?? []);
        throw new Error(
          `EventBridge refused ${output.FailedEntryCount} events: ${codes.join(', ')}`,
        );
      }
    }
  },
});

/** Rules insert it into a quoted template, on one line. */
const unquoted = (summary: string): string =>
  summary.replace(/\s+/g, ' ').replaceAll('"', "'").replaceAll('\\', '/');
