/** PutEvents of EventBridge: keeps events for `GET /_sandbox/alerts`. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type Clock, isoTimestamp } from '../../../core/time.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { close, listen, readBody, sendJson, stampDateHeaders } from '../../base/loopback-server.ts';
import { RecentEntries } from '../../base/recent-entries.ts';
import type { AlertsBehavior } from './behavior.ts';

interface Alert {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

export interface EventBridge {
  readonly url: string;
  readonly alerts: RecentEntries<Alert>;
  behave(behavior: AlertsBehavior): void;
  close(): Promise<void>;
}

const ENTRIES_MAX = 10;
const BODY_BYTES_MAX = 1024 * 1024;

export async function startEventBridge(clock: Clock): Promise<EventBridge> {
  const alerts = new RecentEntries<Alert>();
  let failuresLeft = 0;
  const server = createServer(async (request, response) => {
    const received = await readBody(request, BODY_BYTES_MAX);
    const body = 'bytes' in received ? parseJson(received.bytes) : undefined;
    const entries = isRecord(body) && Array.isArray(body.Entries) ? body.Entries : [];
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      return sendJson(
        response,
        refusal('UnknownOperationException', 'Only PutEvents is supported.'),
      );
    }
    if (failuresLeft > 0) {
      failuresLeft -= 1;
      const failure = refusal('InternalFailure', 'As set by the test.');
      return sendJson(response, { ...failure, status: 500 });
    }
    if (entries.length === 0 || entries.length > ENTRIES_MAX) {
      const message = `Entries must hold 1 to ${ENTRIES_MAX} entries.`;
      return sendJson(response, refusal('ValidationException', message));
    }
    const results = entries.map((entry) => {
      const alert = toAlert(entry, clock);
      if ('ErrorCode' in alert) return alert;
      alerts.add(alert);
      return { EventId: alert.id };
    });
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    sendJson(response, {
      status: 200,
      headers: AWS_JSON,
      body: { FailedEntryCount, Entries: results },
    });
  });
  server.keepAliveTimeout = 60_000;
  stampDateHeaders(server, clock);
  return {
    url: await listen(server),
    alerts,
    behave: ({ fail }) => {
      failuresLeft = fail?.times ?? 0;
    },
    close: () => close(server),
  };
}

const AWS_JSON = { 'content-type': 'application/x-amz-json-1.1' };

const refusal = (type: string, message: string) => ({
  status: 400,
  headers: AWS_JSON,
  body: { __type: type, message },
});

function toAlert(
  entry: unknown,
  clock: Clock,
): Alert | { readonly ErrorCode: string; readonly ErrorMessage: string } {
  const fields = isRecord(entry) ? entry : {};
  const { Source: source, DetailType: detailType, Detail } = fields;
  if (typeof source !== 'string' || typeof detailType !== 'string') {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source and DetailType are required.' };
  }
  const detail = typeof Detail === 'string' ? parseJson(Buffer.from(Detail)) : undefined;
  if (!isRecord(detail)) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  return { id: randomUUID(), time: isoTimestamp(clock.now()), source, detailType, detail };
}
