/**
 * Up to a thousand calls at once against limits with room for 137 of them. Every two of execution,
 * shards and unit meet once.
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { Folder, question, WORST_NANO_USD } from './support/ledger-policy.ts';
import { charged, limitOf, moveClock, statuses } from './support/ledger-steps.ts';
import { type Answer, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const CALLS = 1_000;
/** Once a limit is full, more calls only show again that it is. */
const CALLS_OF_USD = 400;
const FIT = 137;
/** Costs exactly what was reserved for it: nothing is released for another call to take. */
const USAGE = { inputTokens: 202, outputTokens: 50 };
/** Short of one more call. */
const NANO_USD = (FIT + 1) * WORST_NANO_USD - 1;

let folder: Folder;
let sandbox: RunningSandbox;
afterEach(async () => {
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
  await folder.remove();
});

async function start(execution: string, shards: number, limit: object): Promise<void> {
  folder = await Folder.create();
  const limits = { retail: [{ name: 'tight', window: 'month', ...limit }] };
  const policy = await folder.writePolicy({ limits, ledger: { shards } });
  sandbox = await runSandbox('--var-file', policy, '--execution', execution);
  // The sweep announces the shards for the windows that begin later.
  await sandbox.post('/_sandbox/sweep', {});
  await moveClock(sandbox, '2031-03-01T00:00:00Z');
}

const burst = (calls: number) =>
  Promise.all(Array.from({ length: calls }, () => sandbox.post('/v1/invoke', question())));

async function expectExactlyThoseThatFit(answers: readonly Answer[], shards: number) {
  expect(statuses(answers)).toEqual({ 200: FIT, 429: answers.length - FIT });
  const denied = answers.find(({ status }) => status === 429);
  expect(denied?.body).toMatchObject({ code: 'limit_exceeded', limit: { name: 'tight' } });
  expect((await sandbox.get('/_sandbox/bedrock/requests')).body).toHaveLength(FIT);
  const { body: swept } = await sandbox.post('/_sandbox/sweep', {});
  expect(swept).toMatchObject({ accounts: shards, expired: 0 });
}

test.each([
  ['direct', 1],
  ['workflow', 4],
] as const)('a limit of requests, executed in %s, %i shards', async (execution, shards) => {
  await start(execution, shards, { unit: 'requests', amount: FIT });
  const answers = await burst(CALLS);
  await expectExactlyThoseThatFit(answers, shards);
  expect(await limitOf(sandbox, 'tight')).toMatchObject({ used: FIT, reserved: 0, remaining: 0 });
});

test.each([
  ['direct', 4],
  ['workflow', 1],
] as const)('a limit of USD, executed in %s, %i shards', async (execution, shards) => {
  await start(execution, shards, { unit: 'usd', amount: NANO_USD / 1e9 });
  await sandbox.post('/_sandbox/bedrock/behavior', { usage: USAGE, latencyMs: 50 });
  const answers = await burst(CALLS_OF_USD);
  await expectExactlyThoseThatFit(answers, shards);
  const { used, reserved } = await limitOf(sandbox, 'tight');
  expect([used, reserved]).toEqual([charged(answers), 0]);
  expect(used).toBe(FIT * WORST_NANO_USD);
});
