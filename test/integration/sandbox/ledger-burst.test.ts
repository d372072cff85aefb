/** A thousand calls at once against a limit with room for 137 of them. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { Folder, limitOf, moveClock, question, statuses } from './support/ledger-policy.ts';
import { type Answer, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const CALLS = 1_000;
const FIT = 137;
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

const burst = () =>
  Promise.all(Array.from({ length: CALLS }, () => sandbox.post('/v1/invoke', question())));

async function expectExactlyThoseThatFit(answers: readonly Answer[], shards: number) {
  expect(statuses(answers)).toEqual({ 200: FIT, 429: CALLS - FIT });
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
  const answers = await burst();
  await expectExactlyThoseThatFit(answers, shards);
  expect(await limitOf(sandbox, 'tight')).toMatchObject({ used: FIT, reserved: 0, remaining: 0 });
});
