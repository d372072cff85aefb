/**
 * Method: the door in front of a scripted gateway; what fetch would not send goes over a raw
 * socket.
 */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { close, listen } from '../../../../sandbox/base/loopback-server.ts';
import type { LambdaResult } from '../../../../sandbox/engines/lambda/host.ts';
import { createApiGateway } from '../../../../sandbox/http/api-gateway.ts';
import { readConsole } from '../../../../sandbox/http/console-page.ts';

let server: Server;
let url: string;
let events: Record<string, unknown>[];
let result: LambdaResult;
let reports: string[];

const answerOf = (answer: unknown): LambdaResult => ({ payload: JSON.stringify(answer) });

type FrontParts = Parameters<typeof createApiGateway>[0];

async function start(over: Partial<FrontParts> = {}): Promise<void> {
  server = createApiGateway({
    gateway: {
      invoke: async (event) => {
        events.push(Object(event));
        return result;
      },
    },
    operate: { invoke: async () => ({ error: { errorType: 'None', errorMessage: '' } }) },
    proxy: { invokeStreamed: async () => ({ error: { errorType: 'None', errorMessage: '' } }) },
    clock: { now: () => Date.parse('2026-11-03T04:05:06Z') },
    authorizeSigned: async () => ({ refused: 'Sign it.' }),
    sandboxRoutes: async ({ url: path }) => ({ status: 200, body: { sandbox: path } }),
    report: (line) => reports.push(line),
    ...over,
  });
  url = await listen(server);
}

beforeEach(async () => {
  events = [];
  reports = [];
  result = answerOf({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'fine' });
  await start();
});
afterEach(() => close(server));

/** Sends bytes as they are and reads until the connection closes. */
async function raw(...parts: (string | Buffer)[]): Promise<string> {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  for (const part of parts) {
    socket.write(
      typeof part === 'string' ? part.replace('Host: h\r\n', `Host: ${host}\r\n`) : part,
    );
  }
  return text(socket);
}

const bodyOf = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
const BIG = 7 * 1024 * 1024;

describe('an event of payload 2.0', () => {
  test('has what API Gateway puts into it', async () => {
    await fetch(`${url}/v1/usage?costCenter=a&costCenter=b&x=%20`, {
      headers: { 'X-Test': 'yes', cookie: 'a=1; b=2', 'user-agent': 'test' },
    });
    expect(events[0]).toMatchObject({
      version: '2.0',
      routeKey: 'GET /v1/usage',
      rawPath: '/v1/usage',
      rawQueryString: 'costCenter=a&costCenter=b&x=%20',
      queryStringParameters: { costCenter: 'a,b', x: ' ' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-test': 'yes' },
      isBase64Encoded: false,
      requestContext: {
        domainName: 'sandbox.execute-api.us-east-1.amazonaws.com',
        http: { method: 'GET', path: '/v1/usage', sourceIp: '127.0.0.1', userAgent: 'test' },
        time: '03/Nov/2026:04:05:06 +0000',
        timeEpoch: Date.parse('2026-11-03T04:05:06Z'),
      },
    });
    expect(events[0]).not.toHaveProperty('body');
  });

  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, string, boolean]>([
    ['JSON', '{"ä":1}', { 'content-type': 'application/json' }, '{"ä":1}', false],
    ['a BOM', '\uFEFF{}', { 'content-type': 'application/json' }, '\uFEFF{}', false],
    ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 'YT0x', true],
    [
      'broken UTF-8',
      Uint8Array.of(0x22, 0xff),
      { 'content-type': 'application/json' },
      'Iv8=',
      true,
    ],
  ])('holds %s', async (_what, body, headers, expected, isBase64Encoded) => {
    await fetch(`${url}/v1/invoke`, { method: 'POST', body, headers });
    expect(events[0]).toMatchObject({ body: expected, isBase64Encoded });
  });

  test('is made for unknown paths and methods too', async () => {
    await fetch(`${url}/nothing/here`, { method: 'DELETE' });
    expect(events[0]).toMatchObject({ routeKey: '$default', rawPath: '/nothing/here' });
  });

  test('joins headers that were sent twice', async () => {
    await raw('GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nA: 2\r\nConnection: close\r\n\r\n');
    expect(events[0]).toMatchObject({ headers: { a: '1,2' } });
  });
});

describe("a function's answer", () => {
  test('becomes the response', async () => {
    result = answerOf({
      statusCode: 429,
      headers: { 'retry-after': 5 },
      cookies: ['a=1', 'b=2'],
      body: Buffer.from('bytes').toString('base64'),
      isBase64Encoded: true,
    });
    const response = await fetch(url);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('bytes');
  });

  test.each<[string, LambdaResult]>([
    ['an error', { error: { errorType: 'TypeError', errorMessage: 'secret detail' } }],
    ['no answer of payload 2.0', answerOf({ body: 'x' })],
    ['nothing', { payload: 'null' }],
  ])("that is %s shows as API Gateway's own 500", async (_what, answer) => {
    result = answer;
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    expect(reports).toHaveLength(1);
  });

  test('with headers that HTTP forbids is a 500, and the door stays open', async () => {
    result = answerOf({ statusCode: 200, headers: { 'bad name': 'x' }, body: '' });
    expect((await fetch(url)).status).toBe(500);
    result = answerOf({ statusCode: 9999, headers: {}, body: '' });
    expect((await fetch(url)).status).toBe(500);
    result = answerOf({ statusCode: 204 });
    expect((await fetch(url)).status).toBe(204);
  });
});

describe('what is refused before any function runs', () => {
  afterEach(() => expect(events).toEqual([]));

  test.each([
    ['over 10 MB', 10 * 1024 * 1024 + 1],
    ['over 6 MB as a function would get it', BIG],
  ])('a body %s: 413', async (_what, bytes) => {
    const response = await fetch(`${url}/v1/invoke`, { method: 'POST', body: 'x'.repeat(bytes) });
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  test('a body that is announced as too large: 413 before it is sent', async () => {
    const answer = await raw(
      `POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ${11 * 1024 * 1024}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('headers over 10,240 bytes: 431', async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: h\r\nA: ${'x'.repeat(11_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(bodyOf(answer)).toMatchObject({ code: 'headers_too_large' });
  });

  test.each([
    ['nonsense', 'hello\r\n\r\n'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost h\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['broken chunks', 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['control characters', 'GET / HTTP/1.1\r\nHost: h\r\nA: \u0001\u0000\r\n\r\n'],
    ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
  ])('%s: 400 or nothing', async (_what, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(bodyOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('CONNECT and unknown expectations', async () => {
    expect(await raw('CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n')).toMatch(/^HTTP\/1.1 405 /);
    const answer = await raw('POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 417 /);
  });

  test('a client that goes in the middle of its body', async () => {
    const { host, port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST /v1/invoke HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n\r\nhalf`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reports).toEqual([]);
  });
});

describe('odd but valid requests', () => {
  test.each([
    ['a whole URL', 'GET http://HOST/healthz?a=1 HTTP/1.1', '/healthz'],
    ['only a host', 'GET http://HOST HTTP/1.1', '/'],
    ['a star', 'OPTIONS * HTTP/1.1', '*'],
    ['double slashes', 'GET //healthz HTTP/1.1', '//healthz'],
    ['a broken escape', 'GET /%ZZ HTTP/1.1', '/%ZZ'],
  ])('%s reach the gateway', async (_what, line, rawPath) => {
    const own = line.replace('HOST', new URL(url).host);
    await raw(`${own}\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(events[0]).toMatchObject({ rawPath });
  });

  test('an upgrade is just a request', async () => {
    const head =
      'GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: upgrade, close\r\nUpgrade: websocket';
    expect(await raw(`${head}\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });
});

test("the sandbox's own paths do not reach the gateway", async () => {
  const response = await fetch(`${url}/_sandbox/metrics?x=1`);
  expect(await response.json()).toEqual({ sandbox: '/_sandbox/metrics?x=1' });
  await fetch(`${url}/_sandboxed`);
  expect(events).toHaveLength(1);
});

describe('with a page', () => {
  beforeEach(async () => {
    await close(server);
    const folder = new URL('../../../../sandbox/console/', import.meta.url);
    const text = async (name: string) => {
      const built = name === 'console.js' ? 'main.ts' : name;
      return readFile(new URL(built, folder));
    };
    await start({
      page: await readConsole(text),
      authorize: async () => ({ refused: 'Say yes.' }),
    });
  });

  test.each([
    ['/', 'text/html; charset=utf-8', '<h1>'],
    ['/?from=bookmark', 'text/html; charset=utf-8', '<h1>'],
    ['/_sandbox/console.js', 'text/javascript; charset=utf-8', 'poll'],
    ['/_sandbox/console.css', 'text/css; charset=utf-8', 'body'],
  ])('%s needs no credentials, and runs nothing but its own files', async (path, type, text) => {
    const response = await fetch(url + path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.text()).toContain(text);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(events).toEqual([]);
  });

  test('has no icon, and answers HEAD without a body', async () => {
    expect((await fetch(`${url}/favicon.ico`)).status).toBe(204);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test.each([
    ['GET', '/index.html'],
    ['GET', '//'],
    ['POST', '/'],
    ['POST', '/favicon.ico'],
  ])('%s %s is not the page', async (method, path) => {
    expect(await (await fetch(url + path, { method })).text()).toBe('fine');
    expect(events).toMatchObject([{ routeKey: '$default' }]);
  });

  test('the usage is not the page', async () => {
    expect((await fetch(`${url}/v1/usage`)).status).toBe(401);
  });
});

describe('with an authorizer', () => {
  beforeEach(async () => {
    await close(server);
    await start({
      authorize: async ({ headers }) =>
        headers.authorization === 'yes'
          ? { authorizer: { jwt: { claims: { team: 'a' }, scopes: null } } }
          : { refused: 'Say yes.' },
    });
  });

  test('no unknown caller gets in', async () => {
    const response = await fetch(`${url}/v1/models`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', detail: 'Say yes.' });
    expect(events).toEqual([]);
  });

  test('the event says who calls', async () => {
    await fetch(`${url}/v1/models`, { headers: { authorization: 'yes' } });
    expect(events[0]).toMatchObject({
      requestContext: { authorizer: { jwt: { claims: { team: 'a' } } } },
    });
  });

  test('every caller may read the health', async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/healthz/../v1/models`)).status).toBe(401);
  });

  test.each(['/v2/chat', '/v1/foo', '/v1', '/models?x=1', '/v1/usage/mine', '//v1/usage'])(
    'what has no route, such as %s, has no authorizer: the function has the 404',
    async (path) => {
      await fetch(url + path, { headers: { authorization: 'Bearer x' } });
      expect(events).toMatchObject([{ routeKey: '$default' }]);
      expect(events[0]).not.toHaveProperty('requestContext.authorizer');
    },
  );

  test.each(['/v1/models', '/v1/usage/', '/openapi.json?x=1', '/v1/invoke'])(
    'what has a route, such as %s, has one in every form',
    async (path) => {
      expect((await fetch(url + path)).status).toBe(401);
      expect(events).toEqual([]);
    },
  );

  test('a key goes to the proxy with all that the API does not have', async () => {
    const passed: unknown[] = [];
    await close(server);
    await start({
      authorize: async () => ({ refused: 'no' }),
      proxy: {
        invokeStreamed: async (event) => {
          passed.push(event);
          return { error: { errorType: 'None', errorMessage: '' } };
        },
      },
    });
    const bearer = { authorization: 'Bearer bcs_a' };
    for (const path of ['/v2/chat', '/v1/foo', '/v1/usage']) {
      await fetch(url + path, { headers: bearer });
      await fetch(url + path, { headers: { 'x-api-key': 'bcs_a' } });
    }
    expect([passed.length, events]).toEqual([6, []]);
    expect((await fetch(`${url}/v1/models`, { headers: bearer })).status).toBe(401);
  });
});
