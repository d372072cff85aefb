/** The counter that all calls without a user, key or session share, as an operator sees it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { runCli, tokenOf } from './support/tokens.ts';

let sandbox: RunningSandbox;
let operator: { readonly COST_SENTRY_TOKEN: string };
beforeAll(async () => {
  const policy = pathOf('test/integration/sandbox/support/users.tfvars');
  sandbox = await runSandbox('--var-file', policy, '--identity', 'on');
  const usage = { inputTokens: 10, outputTokens: 100, totalTokens: 110 };
  await sandbox.post('/_sandbox/bedrock/behavior', { usage });
  const { body } = await sandbox.get('/_sandbox/identities');
  const role = body.roles.find((each: Json) => each.operator);
  operator = { COST_SENTRY_TOKEN: await tokenOf(sandbox.url, role, '--operator') };
}, 180_000);
afterAll(() => sandbox.stop());

const cli = (...args: readonly string[]) => runCli([...args, '--url', sandbox.url], operator);

async function callOf(binding: object): Promise<() => Promise<number>> {
  const { body } = await sandbox.post('/_sandbox/keys', { costCenter: 'agents', ...binding });
  const request = {
    messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
    inferenceConfig: { maxTokens: 100 },
  };
  const headers = { authorization: `Bearer ${body.key}` };
  return async () => (await sandbox.post('/model/micro/converse', request, headers)).status;
}

const inMinutes = (minutes: number) =>
  sandbox.post('/_sandbox/clock', { now: new Date(Date.now() + minutes * 60_000).toISOString() });

test.each([
  ['session', 'agents/run', { user: 'agent@example.com' }, 10],
  ['user', 'sales/own', { costCenter: 'sales', shared: true }, 20],
])('of each %s, has a limit that is shown and raised', async (per, limit, binding, minutes) => {
  const call = await callOf(binding);
  while ((await call()) === 200);
  expect(await call()).toBe(402);
  const shown = await cli('limits', 'show', limit, `--${per}`, 'unknown');
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('unknown')]);
  const change = ['--to', '5', '--reason', 'r', '--yes'];
  const raised = await cli('limits', 'raise', limit, `--${per}`, 'unknown', ...change);
  const done = expect.stringContaining(`raise ${limit} of calls without a ${per}`);
  expect([raised.code, raised.out]).toEqual([0, done]);
  await inMinutes(minutes);
  expect(await call()).toBe(200);
  const ofAll = await cli('limits', 'show', limit);
  expect(ofAll.out).not.toMatch(/by .*: r$/m);
});

test('is one of the users, and of the keys', async () => {
  const used = await cli('usage', '--per', 'user', '--user', 'Unknown');
  expect(used.out).toContain('unknown');
  const keys = await cli('limits', 'show', 'agents/prepaid', '--key', 'unknown');
  expect([keys.code, keys.out]).toEqual([0, expect.stringContaining('unknown')]);
});
