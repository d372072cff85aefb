/** Method: the command line in this process, with a clock of the test, against a local server. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { close, listen } from '../../../sandbox/base/loopback-server.ts';
import { verifySigV4 } from '../../../sandbox/http/sigv4.ts';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';
import { ManualClock } from '../../support/ledger.ts';

const ROLE = { roleArn: 'arn:x', accessKeyId: 'AKIATOKEN', secretAccessKey: 'secret' };
withEnvironment({
  AWS_ACCESS_KEY_ID: ROLE.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROLE.secretAccessKey,
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: 'eu-west-1',
});

let server: Server;
let url: string;
let cache: string;
let clock: ManualClock;
let asked: unknown[];
let answer:
  | { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> }
  | undefined;

beforeEach(async () => {
  asked = [];
  answer = undefined;
  clock = new ManualClock();
  cache = await mkdtemp(join(tmpdir(), 'token-'));
  server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const { method = '', url: path = '' } = request;
    const signed = { method, url: path, headers, body: Buffer.from(body) };
    asked.push({ method, path, ...JSON.parse(body), ...(await verifySigV4(signed, [ROLE])) });
    const expiresAt = new Date(clock.now() + JSON.parse(body).expiresInSeconds * 1_000);
    const made = { token: `token ${asked.length}`, expiresAt: expiresAt.toISOString() };
    const sent = { 'content-type': 'application/json', ...answer?.headers };
    response.writeHead(answer?.status ?? 200, sent);
    response.end(JSON.stringify(answer?.body ?? made));
  });
  url = await listen(server);
});
afterEach(async () => {
  await close(server);
  await rm(cache, { recursive: true });
});

const token = (...args: string[]) =>
  costSentry(['token', '--url', url, ...args], {
    clock,
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
const later = (minutes: number) =>
  clock.set(new Date(clock.now() + minutes * 60_000).toISOString());

describe('cost-sentry token', () => {
  test('signs one request, and asks again when less than ten minutes are left', async () => {
    expect(await token()).toMatchObject({ exitCode: 0, out: 'token 1\n', err: '' });
    expect(asked).toEqual([
      { method: 'POST', path: '/v1/tokens', expiresInSeconds: 3_600, role: ROLE },
    ]);
    later(50);
    expect((await token()).out).toBe('token 1\n');
    later(1);
    expect((await token()).out).toBe('token 2\n');
  });

  test('prints the current one where it cannot be renewed, until it has expired', async () => {
    await token();
    answer = { status: 503, body: { detail: 'The table is locked.' } };
    later(55);
    const renewed = await token();
    expect(renewed).toMatchObject({ exitCode: 0, out: 'token 1\n' });
    expect(renewed.err).toContain('The table is locked.');
    later(6);
    expect(await token()).toMatchObject({ exitCode: 2, out: '' });
  });

  test('is not printed for a duration that no new token could have', async () => {
    await token();
    await token('--operator');
    for (const [flags, range] of [
      [['--expires', '13h'], '1m to 12h'],
      [['--expires', '30s'], '1m to 12h'],
      [['--operator', '--expires', '3h'], '1m to 1h for an operator'],
    ] as const) {
      const { exitCode, out, err } = await token(...flags);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toContain(`--expires: must be a duration such as 30m, from ${range}, not `);
    }
  });

  test('of another identity is another token', async () => {
    await token();
    process.env.AWS_ACCESS_KEY_ID = 'AKIAANOTHER';
    expect((await token()).out).toBe('token 2\n');
    process.env.AWS_ACCESS_KEY_ID = ROLE.accessKeyId;
    expect((await token()).out).toBe('token 1\n');
  });

  test('of another file of credentials is another token', async () => {
    const withFile = (AWS_SHARED_CREDENTIALS_FILE: string) => {
      const { AWS_ACCESS_KEY_ID: _, ...others } = process.env;
      const env = { ...others, XDG_CACHE_HOME: cache, AWS_SHARED_CREDENTIALS_FILE };
      return costSentry(['token', '--url', url], { clock, env });
    };
    expect((await withFile('/keys/alice')).out).toBe('token 1\n');
    expect((await withFile('/keys/bob')).out).toBe('token 2\n');
    expect((await withFile('/keys/alice')).out).toBe('token 1\n');
  });

  test('does not follow a redirect, which would hand its headers on', async () => {
    const other: unknown[] = [];
    const elsewhere = createServer((request, response) => {
      other.push(request.headers);
      response.end('{}');
    });
    const location = `${await listen(elsewhere)}/v1/tokens`;
    answer = { status: 307, headers: { location } };
    expect((await token()).exitCode).toBe(2);
    expect(other).toEqual([]);
    await close(elsewhere);
  });

  test('does not use a file that others can read', async () => {
    await token();
    const folder = join(cache, 'cost-sentry');
    const [name = ''] = await readdir(folder);
    await chmod(join(folder, name), 0o644);
    expect((await token()).out).toBe('token 2\n');
  });

  test('that is refused is exit 1, with the reason', async () => {
    answer = { status: 429, body: { detail: 'It has 20 live tokens.' } };
    const { exitCode, out, err } = await token();
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toContain('It has 20 live tokens.');
  });

  test('needs a URL', async () => {
    const { exitCode, err } = await costSentry(['token'], { env: {} });
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--url: is required')]);
  });
});
