/** Method: the functions' own clients against a local EventBridge that is not well. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Alert } from '../../../../../core/telemetry/alerts/alert-types.ts';
import { alertPublisherFrom } from '../../../../../functions/edge/ports/alerts.ts';

const ENV = { DEPLOYMENT: 'genai' };
const VARIABLES = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};
const ALERT: Alert = {
  type: 'ReservationsExpired',
  id: 'one',
  detail: {
    ...{ owner: { kind: 'costCenter', name: 'retail' }, summary: 'gone', notify: true },
    ...{ count: 1, charged: true, reservations: ['one'] },
  },
};

let server: Server;
let requests: number;
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    requests += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_EVENTBRIDGE: url });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = 0;
});

test('whose caller waits is tried once, and not waited for', async () => {
  answer = () => undefined;
  await expect(alertPublisherFrom(ENV, true).publish([ALERT])).rejects.toThrow(/timed? ?out/i);
  expect(requests).toBe(1);
});

test('that no caller waits for is tried again', async () => {
  answer = (response) => response.writeHead(500).end('{}');
  await expect(alertPublisherFrom(ENV).publish([ALERT])).rejects.toThrow();
  expect(requests).toBe(3);
});
