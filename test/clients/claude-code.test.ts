/** Claude Code in Anthropic format: its requests next to its calls, and the warning near a limit. */

import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Json,
  pathOf,
  type RunningSandbox,
  runSandbox,
} from '../integration/sandbox/support/run-sandbox.ts';
import { ClientProgram } from './support/client-program.ts';

const MODEL = 'us.anthropic.claude-sonnet-4-6';

let sandbox: RunningSandbox;
let recorder: Server;
/** Method and path of each request, and the status of its answer. */
const seen: string[] = [];

beforeAll(async () => {
  sandbox = await runSandbox('--var-file', pathOf('test/clients/support/clients.tfvars'));
  recorder = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers: given } = incoming;
    const { host: _, ...headers } = given;
    const forwarded = request(new URL(url, sandbox.url), { method, headers }, (answer) => {
      seen.push(`${method} ${url} ${answer.statusCode}`);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(recorder, 'listening');
});
afterAll(async () => {
  recorder.closeAllConnections();
  recorder.close();
  await sandbox.stop();
});

async function ask(costCenter: string, env: (key: string) => Readonly<Record<string, string>>) {
  const { key } = (await sandbox.post('/_sandbox/keys', { costCenter })).body;
  const address = recorder.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const url = { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}/anthropic` };
  const program = new ClientProgram({
    program: ['claude-code.mjs'],
    env: { ...url, ...env(key) },
  });
  try {
    return await program.run({ scenario: 'plain', model: MODEL, key });
  } finally {
    program.stop();
  }
}

test('it finds its models at the sentry, and all its other requests cost nothing', async () => {
  const { error } = await ask('rich', () => ({ CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1' }));
  expect(error).toBeUndefined();
  expect(seen).toContain('GET /anthropic/v1/models?limit=1000 200');
  const calls = seen.filter((each) => each.startsWith('POST /anthropic/v1/messages'));
  expect(calls).toContain('POST /anthropic/v1/messages?beta=true 200');
  expect(seen.filter((each) => /\b5\d\d$/.test(each))).toEqual([]);
  const lines: readonly Json[] = (await sandbox.get('/_sandbox/audit')).body;
  const paid = lines.filter(({ actualNanoUsd = 0 }) => actualNanoUsd > 0);
  expect(paid).toMatchObject([{ outcome: 'succeeded', sessionId: expect.stringMatching(/\w/) }]);
});

test('it warns near a limit, once it knows that it speaks to a gateway', async () => {
  const { key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'near' })).body;
  // 33 of USD 40, at USD 3.30 for a million tokens.
  await sandbox.post('/_sandbox/bedrock/behavior', {
    usage: { inputTokens: 10_000_000, outputTokens: 1 },
  });
  const body = { model: MODEL, max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] };
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const used = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox.url}/anthropic/v1/messages`, used);
  expect(answer.headers.get('anthropic-ratelimit-unified-status')).toBe('allowed_warning');
  await sandbox.post('/_sandbox/bedrock/behavior', {});
  const asGateway = (token: string) => ({
    CLAUDE_CODE_USE_GATEWAY: '1',
    ANTHROPIC_AUTH_TOKEN: token,
  });
  expect((await ask('near', asGateway)).warning?.rate_limit_info).toMatchObject({
    status: 'allowed_warning',
    surpassedThreshold: 0.75,
    utilization: expect.closeTo(0.83, 1),
    resetsAt: expect.any(Number),
  });
});
