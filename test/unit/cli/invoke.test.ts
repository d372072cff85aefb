/** Method: the command line in this process, against a local server in place of the API or the proxy. */
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { parseRequest } from '../../../core/call/request/parse-request.ts';
import { costSentry } from '../../support/command-line.ts';

let server: Server | undefined;
afterEach(() => new Promise((resolve) => server?.close(resolve)));

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: OutgoingHttpHeaders;
}

/** Sends a prompt to a server with one answer. */
async function invoke(
  { status, body, headers }: Answer,
  flags: readonly string[],
  env: Record<string, string>,
) {
  server?.close();
  server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = ['invoke', '--url', `http://127.0.0.1:${port}`, '--model', 'micro', '--prompt', 'a'];
  return costSentry([...args, ...flags], { env });
}

const answered = (status: number, body: object, flags: readonly string[] = []) =>
  invoke({ status, body }, flags, {});

/** With a key, by a proxy that answers with a 400. */
const refused = (message: string, headers: OutgoingHttpHeaders = {}) =>
  invoke({ status: 400, body: { __type: 'ValidationException', message }, headers }, [], {
    COST_SENTRY_TOKEN: 'bcs_0000000000_a',
  });

test('a denial by a limit of one request is a denial, with the proxy as with the API', async () => {
  const detail = 'One request may take 20000 tokens at most, by the limit a of cost center b';
  const denied = await refused(detail, { ratelimit: '"a";r=20000' });
  expect([denied.exitCode, denied.err]).toEqual([1, `denied: ${detail}\n`]);
});

test('a request that is not valid names the flag that set the field', async () => {
  const named = await refused('$.inferenceConfig.maxTokens: is too large');
  expect([named.exitCode, named.err]).toEqual([2, '--max-tokens: is too large\n']);
  const other = await refused('$.messages[0]: is too long');
  expect([other.exitCode, other.err]).toEqual([2, '$.messages[0]: is too long\n']);
});

test('a problem of the API names the flag, once, and in JSON the field', async () => {
  const parsed = parseRequest({
    model: 'micro',
    prompt: { messages: [{ role: 'user', content: 'a' }] },
    tags: {},
  });
  const errors = 'problems' in parsed ? parsed.problems : [];
  const sent = await answered(400, { code: 'invalid_request', detail: 'not valid', errors });
  expect([sent.exitCode, sent.err]).toEqual([2, '--application: is required\n']);
  const json = await answered(400, { errors }, ['--json']);
  expect(JSON.parse(json.out)).toEqual({
    problems: [{ path: '$.tags.applicationId', message: 'is required' }],
  });
});

test('a denial names the flag to lower', async () => {
  const detail = 'The call needs more than the whole limit: lower `max_tokens`.';
  const denied = await answered(429, { code: 'limit_exceeded', detail });
  expect([denied.exitCode, denied.err]).toEqual([1, `denied: ${withMaxTokens(detail)}\n`]);
});

const withMaxTokens = (text: string): string => text.replace('`max_tokens`', '--max-tokens');
