/**
 * Goal: no page of another site can use the sandbox, and named pages can call the API. Method: the
 * door in front of a scripted gateway; what fetch would not send goes over a raw socket.
 */
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { close, listen } from '../../../../sandbox/base/loopback-server.ts';
import { createApiGateway } from '../../../../sandbox/http/api-gateway.ts';
import { corsOf } from '../../../../sandbox/http/cors.ts';

let server: Server;
let url: string;
let events: unknown[];

async function start(over: Partial<Parameters<typeof createApiGateway>[0]> = {}): Promise<void> {
  server = createApiGateway({
    gateway: {
      invoke: async (event) => {
        events.push(event);
        return { payload: JSON.stringify({ statusCode: 200, headers: {}, body: 'fine' }) };
      },
    },
    operate: { invoke: async () => ({ error: { errorType: 'None', errorMessage: '' } }) },
    proxy: { invokeStreamed: async () => ({ error: { errorType: 'None', errorMessage: '' } }) },
    clock: { now: () => 0 },
    authorizeSigned: async () => ({ refused: 'Sign it.' }),
    sandboxRoutes: async ({ url: path }) => ({ status: 200, body: { sandbox: path } }),
    report: () => undefined,
    ...over,
  });
  url = await listen(server);
}

beforeEach(async () => {
  events = [];
  await start();
});
afterEach(() => close(server));

/** Sends bytes as they are and reads until the connection closes. */
async function raw(request: string): Promise<string> {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(request.replace('Host: h\r\n', `Host: ${host}\r\n`));
  return text(socket);
}

const bodyOf = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1] ?? '');

describe('web pages of other sites', () => {
  const send = (head: string, body = '') =>
    raw(`${head}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1.evil.example:PORT',
    'localhost:1',
    '',
  ])('get nothing under the host %j', async (host) => {
    const named = host.replace('PORT', new URL(url).port);
    for (const path of ['/', '/v1/invoke', '/healthz', '/_sandbox/identities']) {
      const answer = await send(`GET ${path} HTTP/1.1\r\nHost: ${named}`);
      expect(statusOf(answer)).toBe(421);
      expect(bodyOf(answer)).toMatchObject({ code: 'forbidden_host' });
    }
    expect(events).toHaveLength(0);
  });

  test('get nothing where the request target names another host', async () => {
    const { host } = new URL(url);
    const ask = (target: string) => send(`GET ${target}/_sandbox/x HTTP/1.1\r\nHost: ${host}`);
    expect(statusOf(await ask('http://evil.example'))).toBe(421);
    expect(statusOf(await ask(`http://${host}@evil.example`))).toBe(421);
    expect(statusOf(await ask(`http://${host}`))).toBe(200);
  });

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])(
    '%s is this machine',
    async (name) => {
      const host = `${name}:${new URL(url).port}`;
      expect(statusOf(await send(`GET /_sandbox/x HTTP/1.1\r\nHost: ${host}`))).toBe(200);
    },
  );

  test.each([
    ['Origin: http://evil.example', 403],
    ['Origin: null', 403],
    ['Origin: http://localhost:3000', 403],
    ['Sec-Fetch-Site: cross-site', 403],
    ['Sec-Fetch-Site: same-site', 403],
    ['Sec-Fetch-Site: same-origin', 200],
    ['Sec-Fetch-Site: none', 200],
    ['Origin: http://HOST', 200],
  ])('below /_sandbox %s gets %i', async (header, status) => {
    const { host } = new URL(url);
    const head = `POST /_sandbox/clock HTTP/1.1\r\nHost: h\r\n${header.replace('HOST', host)}`;
    expect(statusOf(await send(`${head}\r\nContent-Type: application/json`, '{}'))).toBe(status);
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=utf-8', 200],
  ])('a body of %s below /_sandbox gets %i', async (type, status) => {
    const head = `POST /_sandbox/clock HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}`;
    expect(statusOf(await send(head, '{}'))).toBe(status);
    expect(statusOf(await send('POST /_sandbox/sweep HTTP/1.1\r\nHost: h'))).toBe(200);
  });
});

describe('CORS', () => {
  const page = 'https://app.example.com';
  const preflight = (origin: string) =>
    fetch(`${url}/v1/invoke`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('is off unless it is configured', async () => {
    const answer = await preflight(page);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(events).toHaveLength(1);
  });

  test('answers the preflights of the pages that are named, before anyone has to sign', async () => {
    await close(server);
    await start({
      cors: { allowOrigins: [page] },
      authorize: async () => ({ refused: 'No signature.' }),
    });
    const allowed = await preflight(page);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      204,
      page,
    ]);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    const other = await preflight('https://other.example.com');
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([204, null]);
    const refused = await fetch(`${url}/v1/usage`, { headers: { origin: page } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      page,
    ]);
    expect(events).toHaveLength(0);
  });

  test('is read from the tfvars', () => {
    expect(corsOf({ api: { cors: { allow_origins: [page] } } })).toEqual({ allowOrigins: [page] });
    for (const config of [{}, { api: null }, { api: { cors: {} } }, { api: { cors: 7 } }]) {
      expect(corsOf(config)).toBeUndefined();
    }
  });
});
