/** Method: the command line in this process, with the responses of an HTTPS API in place of fetch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';

withEnvironment({
  AWS_ACCESS_KEY_ID: 'AKIAOPERATOR',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: 'eu-west-1',
});

const KEY = { id: '0000000001', status: 'active', costCenter: 'sales' };
const TOKEN = { token: 'bcs_oTOKEN', expiresAt: '1970-01-01T01:00:00.000Z' };
const own = globalThis.fetch;
let cache: string;
let asked: (readonly [string, string, string])[];
let answers: (path: string) => { readonly status: number; readonly body: unknown };

beforeEach(async () => {
  asked = [];
  cache = await mkdtemp(join(tmpdir(), 'operator-'));
  answers = (path) => ({ status: 200, body: path.endsWith('/tokens') ? TOKEN : { keys: [KEY] } });
  globalThis.fetch = async (input, init) => {
    const { href, pathname } = new URL(String(input));
    const authorization = new Headers(init?.headers).get('authorization') ?? '';
    asked.push([`${init?.method} ${href}`, authorization.slice(0, 20), String(init?.body ?? '')]);
    const { status, body } = answers(pathname);
    return Response.json(body, { status });
  };
});
afterEach(async () => {
  globalThis.fetch = own;
  await rm(cache, { recursive: true });
});

const run = (args: string[], env: Record<string, string> = {}) =>
  costSentry(args, { env: { ...process.env, XDG_CACHE_HOME: cache, ...env } });

describe('a command of an operator', () => {
  test.each(['https://api.example.com', 'https://api.example.com/v1/operator/keys'])(
    'gets a token at %s once, and sends it',
    async (url) => {
      const list = ['keys', 'list', '--url', url, '--json'];
      expect(await run(list)).toMatchObject({
        exitCode: 0,
        out: `${JSON.stringify([KEY], null, 2)}\n`,
      });
      await run(list);
      const read = [
        'GET https://api.example.com/v1/operator/keys?limit=100',
        'Bearer bcs_oTOKEN',
        '',
      ];
      expect(asked).toEqual([
        [
          'POST https://api.example.com/v1/tokens',
          'AWS4-HMAC-SHA256 Cre',
          '{"expiresInSeconds":3600,"operator":true}',
        ],
        read,
        read,
      ]);
    },
  );

  test('sends COST_SENTRY_TOKEN instead, but not over http to another machine', async () => {
    const env = { COST_SENTRY_TOKEN: 'a.jwt.of' };
    await run(['keys', 'list', '--url', 'https://api.example.com'], env);
    await run(['keys', 'list', '--url', 'http://api.example.com'], env);
    expect(asked.map(([, authorization]) => authorization)).toEqual(['Bearer a.jwt.of', '']);
  });

  test.each([
    [
      403,
      { code: 'forbidden_operator', detail: 'No operator.' },
      'No operator: set COST_SENTRY_TOKEN',
    ],
    [
      403,
      { detail: 'This is the key of a caller: use a token of "cost-sentry token --operator".' },
      'refused: This is the key of a caller: set COST_SENTRY_TOKEN to the output of cost-sentry token',
    ],
    [
      401,
      { detail: 'The token is not accepted: it has expired.' },
      'accepted: it has expired: set',
    ],
    [404, { message: 'Not Found' }, 'use --table'],
    [503, { detail: 'The table is locked.' }, 'The table is locked'],
  ])('says what to do about a %d: exit 2', async (status, body, message) => {
    answers = (path) =>
      path.endsWith('/tokens') ? { status: 200, body: TOKEN } : { status, body };
    const printed = await run(['keys', 'revoke', '0000000001', '--url', 'https://api.example.com']);
    expect([printed.exitCode, printed.out]).toEqual([2, '']);
    expect(printed.err).toContain(message);
  });

  test('says when an answer is no list of keys', async () => {
    answers = (path) => ({ status: 200, body: path.endsWith('/tokens') ? TOKEN : { ok: true } });
    const printed = await run(['keys', 'list', '--url', 'https://api.example.com']);
    expect([printed.exitCode, printed.out]).toEqual([2, '']);
    expect(printed.err).toContain('https://api.example.com did not return a list of keys');
  });

  test('says that the role is no operator, where it gets no token', async () => {
    answers = () => ({ status: 403, body: { detail: 'This caller is not an operator.' } });
    const printed = await run(['limits', 'show', '--url', 'https://api.example.com']);
    expect([printed.exitCode, printed.err]).toEqual([
      2,
      expect.stringContaining('not an operator'),
    ]);
  });
});
