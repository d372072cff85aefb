/** `notify_at`: every threshold is published once, also when it could not be published at first. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Folder, question } from './support/ledger-policy.ts';
import { moveClock, statuses } from './support/ledger-steps.ts';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const CALLS = 100;
const idsOf = (month: string): string[] => [
  `costCenter#retail/calls/${month}/100`,
  `costCenter#retail/calls/${month}/50`,
  `costCenter#retail/calls/${month}/80`,
  `organization/calls/${month}/30`,
  `organization/calls/${month}/31`,
];
const MARCH = idsOf('2031-03');
const APRIL = idsOf('2031-04');

let folder: Folder;
let sandbox: RunningSandbox;
afterEach(async () => {
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
  await folder.remove();
});

async function start(execution: string, ledger: object = {}): Promise<void> {
  folder = await Folder.create();
  const calls = { name: 'calls', window: 'month', unit: 'requests' };
  const policy = await folder.writePolicy({
    limits: { retail: [{ ...calls, amount: CALLS, notify_at: [50, 80, 100] }] },
    organization: [{ ...calls, amount: 300, notify_at: [30, 31, 34] }],
    ledger,
  });
  sandbox = await runSandbox('--var-file', policy, '--execution', execution);
  // Announces the shards for the windows that begin later.
  await sweep();
  await moveClock(sandbox, '2031-03-01T00:00:00Z');
}

const sweep = async (): Promise<Json> => (await sandbox.post('/_sandbox/sweep', {})).body;
const failAlerts = (times: number) =>
  sandbox.post('/_sandbox/alerts/behavior', times > 0 ? { fail: { times } } : {});
const published = async (): Promise<string[]> => {
  const { body } = await sandbox.get('/_sandbox/alerts');
  return body.map(({ detail }: Json) => detail.id).sort();
};
const callInParallel = async () => {
  const calls = Array.from({ length: CALLS }, () => sandbox.post('/v1/invoke', question()));
  expect(statuses(await Promise.all(calls))).toEqual({ 200: CALLS });
};

describe.each(['direct', 'workflow'])('executed in %s', (execution) => {
  test('a hundred calls at once tell each threshold once; if they cannot, the sweep does', async () => {
    await start(execution);
    await callInParallel();
    expect(await published()).toEqual(MARCH);
    expect(await sweep()).toMatchObject({ published: 0 });

    await moveClock(sandbox, '2031-04-01T01:00:00Z');
    await failAlerts(1_000_000);
    await callInParallel();
    expect(await sweep()).toMatchObject({ published: 0 });
    expect(await published()).toEqual(MARCH);
    await failAlerts(0);
    expect(await sweep()).toMatchObject({ published: APRIL.length });
    expect(await published()).toEqual([...MARCH, ...APRIL].sort());
    expect(await sweep()).toMatchObject({ published: 0 });
    expect(await published()).toHaveLength(MARCH.length + APRIL.length);
  });
});

test('of a limit split over four items the sweep tells the sum', async () => {
  await start('direct', { shards: 4 });
  await callInParallel();
  expect(await published()).toEqual([]);
  expect(await sweep()).toMatchObject({ accounts: 8, published: MARCH.length });
  expect(await published()).toEqual(MARCH);
  expect(await sweep()).toMatchObject({ published: 0 });
});
