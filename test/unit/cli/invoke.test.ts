/** Method: the command line in this process, against a local server in place of the proxy. */
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';

let server: Server | undefined;
afterEach(() => new Promise((resolve) => server?.close(resolve)));

/** Sends a prompt with a key to a proxy that refuses it with a 400. */
async function refused(message: string, headers: OutgoingHttpHeaders = {}) {
  server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ __type: 'ValidationException', message }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const args = ['invoke', '--url', `http://127.0.0.1:${port}`, '--model', 'micro', '--prompt', 'a'];
  return costSentry(args, { env: { COST_SENTRY_TOKEN: 'bcs_0000000000_a' } });
}

test('a denial by a limit of one request is a denial, with the proxy as with the API', async () => {
  const detail = 'One request may take 20000 tokens at most, by the limit a of cost center b';
  const denied = await refused(detail, { ratelimit: '"a";r=20000' });
  expect([denied.exitCode, denied.err]).toEqual([1, `denied: ${detail}\n`]);
});

test('a request that is not valid names the flag that set the field', async () => {
  const named = await refused('$.inferenceConfig.maxTokens: is too large');
  expect([named.exitCode, named.err]).toEqual([2, '--max-tokens: is too large\n']);
  server?.close();
  const other = await refused('$.messages[0]: is too long');
  expect([other.exitCode, other.err]).toEqual([2, 'the request: $.messages[0]: is too long\n']);
});
