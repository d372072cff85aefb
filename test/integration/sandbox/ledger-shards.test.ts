/** More and fewer shards while calls are counted: nothing is lost, nothing is let through twice. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Folder, question } from './support/ledger-policy.ts';
import { limitOf, moveClock, statuses, sweepAfterLeases } from './support/ledger-steps.ts';
import { kill, pause, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { readStoredLedger } from './support/stored-ledger.ts';

jest.setTimeout(600_000);

const FIT = 40;
const MARCH = '2031-03-10T00:00:00Z';
const APRIL = '2031-04-10T00:00:00Z';
const AFTER_LEASES = '2031-04-10T01:00:00Z';
const MAY = '2031-05-10T00:00:00Z';

let folder: Folder;
let sandbox: RunningSandbox;
beforeAll(async () => {
  folder = await Folder.create();
});
afterEach(() => sandbox.stop());
afterAll(() => folder.remove());

async function start(shards: number, at: string, kept = 'data'): Promise<void> {
  const calls = { name: 'calls', window: 'month', unit: 'requests', amount: FIT };
  const policy = await folder.writePolicy({
    limits: { retail: [calls] },
    ledger: { shards, lease_seconds: 60 },
  });
  const data = join(folder.path, kept);
  sandbox = await runSandbox('--var-file', policy, '--data', data, '--execution', 'direct');
  await moveClock(sandbox, at);
}

const call = async (times: number) =>
  statuses(
    await Promise.all(Array.from({ length: times }, () => sandbox.post('/v1/invoke', question()))),
  );

/** As many calls as given wait for the model when the sandbox ends. */
async function stopWithCallsInFlight(count: number): Promise<void> {
  const before = (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
  await sandbox.post('/_sandbox/bedrock/behavior', { hang: true });
  const cut = Promise.allSettled(
    Array.from({ length: count }, () => sandbox.post('/v1/invoke', question())),
  );
  const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
  while ((await called()) < before + count) await pause(20);
  await kill(sandbox);
  await cut;
}

test('a new table has its shards at once, in the window that is open, and keeps them', async () => {
  await start(4, MARCH, 'fresh');
  expect(await call(60)).toEqual({ 200: FIT, 429: 20 });
  expect(await sweepAfterLeases(sandbox, MARCH)).toMatchObject({ accounts: 4 });
  expect((await sandbox.stop()).code).toBe(0);

  await start(1, MARCH, 'fresh');
  expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: FIT, reserved: 0, remaining: 0 });
  expect(await call(5)).toEqual({ 429: 5 });
});

test('one to four to two, in the middle of a month and with calls in flight', async () => {
  await start(1, MARCH);
  expect(await call(15)).toEqual({ 200: 15 });
  expect((await sandbox.stop()).code).toBe(0);

  await start(4, MARCH);
  await sweepAfterLeases(sandbox, MARCH);
  expect(await call(60)).toEqual({ 200: FIT - 15, 429: 35 });
  expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: FIT, reserved: 0, remaining: 0 });
  await moveClock(sandbox, APRIL);
  expect(await call(20)).toEqual({ 200: 20 });
  expect(await sweepAfterLeases(sandbox, APRIL)).toMatchObject({ accounts: 4 });
  await stopWithCallsInFlight(5);

  await start(2, APRIL);
  expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: 20, reserved: 5 });
  await sweepAfterLeases(sandbox, APRIL);
  expect(await call(60)).toEqual({ 200: FIT - 25, 429: 45 });
  expect(await sweepAfterLeases(sandbox, AFTER_LEASES)).toMatchObject({ expired: 5 });
  expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: FIT, reserved: 0, remaining: 0 });
  expect(await call(5)).toEqual({ 429: 5 });

  await moveClock(sandbox, MAY);
  expect(await call(60)).toEqual({ 200: FIT, 429: 20 });
  for (const at of [MARCH, APRIL, MAY]) {
    await moveClock(sandbox, at);
    expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: FIT, reserved: 0 });
    expect(await call(3)).toEqual({ 429: 3 });
  }
  expect((await sandbox.stop()).code).toBe(0);

  const { live, committed, settled } = await readStoredLedger(join(folder.path, 'data'));
  expect(live).toEqual([]);
  expect(committed).toEqual(settled);
  expect(Object.values(settled)).toEqual([FIT, FIT, FIT]);
});
