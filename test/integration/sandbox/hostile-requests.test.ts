/** Requests that no client should send, sent to the whole sandbox: a response, no 500, nothing counted. */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';

const MEGABYTE = 1024 * 1024;
let sandbox: RunningSandbox;
let before: unknown;
const state = async () => {
  const paths = ['/v1/usage', '/_sandbox/bedrock/requests', '/_sandbox/alerts'];
  const [usage, ...others] = await Promise.all(paths.map((path) => sandbox.get(path)));
  return [usage?.body.costCenters.map(Object), ...others.map(({ body }) => body)].map((each) =>
    JSON.stringify(each).replace(/"resetsAt":"[^"]*"/g, ''),
  );
};
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', SMALL);
  before = await state();
}, 180_000);
afterAll(async () => {
  expect(await state()).toEqual(before);
  expect((await sandbox.get('/_sandbox/dynamodb/requests')).body.UpdateItem).toBeUndefined();
  const { code, stderr } = await sandbox.stop();
  expect([code, stderr.match(/\n\s+at .*:\d+/)]).toEqual([0, null]);
});

const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.url}/v1/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

async function raw(bytes: string): Promise<string> {
  const { host, port } = new URL(sandbox.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes.replace('Host: h\r\n', `Host: ${host}\r\n`));
  return text(socket);
}

describe('a body', () => {
  const valid = JSON.stringify(smallRequest());
  test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number]>([
    ['that is empty', '', {}, 400],
    ['that is null', 'null', {}, 400],
    ['that is a list', '[]', {}, 400],
    ['that is cut off', valid.slice(0, -5), {}, 400],
    ['with invalid UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), {}, 400],
    ['in UTF-16', new Uint8Array(Buffer.from(valid, 'utf16le')), {}, 400],
    ['nested 100,000 deep', '['.repeat(100_000), {}, 400],
    ['of another type', valid, { 'content-type': 'text/plain' }, 415],
    ['that is a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['that is gzipped', new Uint8Array(gzipSync(valid)), { 'content-encoding': 'gzip' }, 415],
    // In direct execution the maximum is the function's 6 MB: here only the model's name is wrong.
    ['of 1 MB', JSON.stringify({ model: 'x'.repeat(MEGABYTE) }), {}, 400],
    ['of 7 MB', JSON.stringify({ model: 'x'.repeat(7 * MEGABYTE) }), {}, 413],
    ['of 11 MB', 'x'.repeat(11 * MEGABYTE), {}, 413],
  ])('%s', async (_what, body, headers, status) => {
    const response = await send(body, headers);
    const problem = await response.json();
    expect([response.status, problem.status]).toEqual([status, status]);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('of 7 MB and of 11 MB gets its 413 from curl too', async () => {
    for (const bytes of [7 * MEGABYTE, 11 * MEGABYTE]) {
      const args = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--data-binary', '@-'];
      const curl = promisify(execFile)('curl', [...args, `${sandbox.url}/v1/invoke`]);
      curl.child.stdin?.end('x'.repeat(bytes));
      expect((await curl).stdout).toBe('413');
    }
  });
});

describe('a request line or header', () => {
  const line = (first: string, headers = '') =>
    `${first}\r\nHost: h\r\n${headers}Connection: close\r\n\r\n`;
  test.each([
    ['an unknown path', line('GET /v2/invoke HTTP/1.1'), 404],
    ['a broken escape', line('GET /%ZZ HTTP/1.1'), 404],
    ['a path upwards', line('GET /v1/../../etc/passwd HTTP/1.1'), 404],
    ['a star', line('OPTIONS * HTTP/1.1'), 404],
    ['another method', line('DELETE /v1/invoke HTTP/1.1'), 405],
    ['HEAD', line('HEAD /healthz HTTP/1.1'), 200],
    ['an unknown parameter', line('GET /v1/usage?cost_center=retail HTTP/1.1'), 400],
    ['TRACE', line('TRACE /v1/invoke HTTP/1.1'), 405],
    ['a query without a name', line('GET /v1/usage?=&&=&costCenter HTTP/1.1'), 200],
    ['a cost center of bytes', line('GET /v1/usage?costCenter=%00%ff HTTP/1.1'), 400],
    ['__proto__ as cost center', line('GET /v1/usage?costCenter=__proto__ HTTP/1.1'), 400],
    ['a long path', line(`GET /${'x'.repeat(9_000)} HTTP/1.1`), 404],
    ['too long a path', line(`GET /${'x'.repeat(20_000)} HTTP/1.1`), 431],
    ['too many headers', line('GET /healthz HTTP/1.1', 'A: b\r\n'.repeat(3_000)), 431],
    ['bytes in a header', line('GET /healthz HTTP/1.1', 'A: \xff\xfe\r\n'), 200],
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['HTTP/9.9', line('GET / HTTP/9.9'), 400],
  ])('with %s', async (_what, bytes, status) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toMatch(/\n\s+at /);
  });
});

test('clients that go away leave a sandbox that answers', async () => {
  const valid = JSON.stringify(smallRequest());
  for (const sent of [0, 10, valid.length - 1]) {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    socket.write(`POST /v1/invoke HTTP/1.1\r\nHost: h\r\nContent-Length: ${valid.length}\r\n\r\n`);
    socket.write(valid.slice(0, sent));
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.resetAndDestroy();
  }
  expect((await sandbox.get('/healthz')).status).toBe(200);
});
