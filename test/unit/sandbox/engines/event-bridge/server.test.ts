/** Method: the real SDK client against the endpoint. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type EventBridge,
  startEventBridge,
} from '../../../../../sandbox/engines/event-bridge/server.ts';

let bridge: EventBridge;
let client: EventBridgeClient;
beforeAll(async () => {
  bridge = await startEventBridge({ now: () => Date.parse('2026-11-23T14:05:09Z') });
  client = new EventBridgeClient({
    endpoint: bridge.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await bridge.close();
});

describe('PutEvents', () => {
  const entry = { Source: 's', DetailType: 'LimitReached', Detail: '{"percent":80}' };

  test('keeps events, and refuses single ones as AWS does', async () => {
    const Entries = [entry, { ...entry, Detail: 'x' }, { Detail: '{}' }];
    const answer = await client.send(new PutEventsCommand({ Entries }));
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'InvalidArgument',
    ]);
    expect(bridge.alerts.list()).toEqual([
      {
        id: answer.Entries?.[0]?.EventId,
        time: '2026-11-23T14:05:09.000Z',
        source: 's',
        detailType: 'LimitReached',
        detail: { percent: 80 },
      },
    ]);
  });

  test('fails as often as configured, and keeps nothing of it', async () => {
    const before = bridge.alerts.list().length;
    bridge.behave({ fail: { times: 1 } });
    const send = () => client.send(new PutEventsCommand({ Entries: [entry] }));
    await expect(send()).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(bridge.alerts.list()).toHaveLength(before);
    expect((await send()).FailedEntryCount).toBe(0);
    bridge.behave({ fail: { times: 9 } });
    bridge.behave({});
    expect((await send()).FailedEntryCount).toBe(0);
    expect(bridge.alerts.list()).toHaveLength(before + 2);
  });

  test.each([0, 11])('refuses %i entries', async (count) => {
    const sent = client.send(new PutEventsCommand({ Entries: Array(count).fill(entry) }));
    await expect(sent).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('is the only operation', async () => {
    const response = await fetch(bridge.url, { method: 'POST', body: '{}' });
    expect(response.status).toBe(400);
  });
});
