/** kill -9 in the middle of the load, again and again: the ledger that is left is sound. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { type Random, randomOf } from '../../ledger-simulation/random.ts';
import { Folder, question, WORST_NANO_USD } from './support/ledger-policy.ts';
import { charged, limitOf, moveClock, statuses, sweepAfterLeases } from './support/ledger-steps.ts';
import { type Answer, type RunningSandbox, runSandbox, sandboxPid } from './support/run-sandbox.ts';
import { readStoredLedger } from './support/stored-ledger.ts';

jest.setTimeout(600_000);

const SEED = 20_311_123;
const CALLS = 60;
const START = Date.parse('2031-03-01T00:00:00Z');
/** Half of it passes every lease: a workflow's lease ends 330 s + 60 s after the reservation. */
const ROUND_MS = 20 * 60_000;
const LIMIT_CALLS = 250;
const LIMIT_NANO_USD = 8_000_000;

let folder: Folder;
let policy: string;
let data: string;
let sandbox: RunningSandbox;
beforeAll(async () => {
  folder = await Folder.create();
  data = join(folder.path, 'data');
  const limits = [
    { name: 'calls', window: 'month', unit: 'requests', amount: LIMIT_CALLS },
    { name: 'spend', window: 'month', unit: 'usd', amount: LIMIT_NANO_USD / 1e9 },
  ];
  const organization = [{ ...limits[1], amount: 1 }];
  policy = await folder.writePolicy({
    limits: { retail: limits },
    organization,
    ledger: { lease_seconds: 60 },
  });
});
afterEach(() => sandbox.stop());
afterAll(() => folder.remove());

/** Starts calls at once, and kills the sandbox when a random one of them is answered. */
async function killUnderLoad(random: Random): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const killAt = random.integer(1, CALLS / 2);
  const pid = await sandboxPid(sandbox);
  await sandbox.post('/_sandbox/bedrock/behavior', { latencyMs: random.integer(1, 40) });
  const calls = Array.from({ length: CALLS }, async () => {
    answers.push(await sandbox.post('/v1/invoke', question()));
    if (answers.length === killAt) process.kill(pid, 'SIGKILL');
  });
  await Promise.allSettled(calls);
  await sandbox.process.ended;
  return answers;
}

test.each(['direct', 'workflow'])('executed in %s', async (execution) => {
  const directory = join(data, execution);
  const random = randomOf(SEED, execution);
  const start = () =>
    runSandbox('--var-file', policy, '--data', directory, '--execution', execution);
  let [sent, answered, succeeded, published] = [0, 0, 0, 0];
  sandbox = await start();
  for (let round = 1; round <= 3; round += 1) {
    const at = START + round * ROUND_MS;
    await moveClock(sandbox, new Date(at).toISOString());
    const answers = await killUnderLoad(random);
    sent += CALLS;
    answered += answers.length;
    succeeded += statuses(answers)[200] ?? 0;
    published += charged(answers);

    sandbox = await start();
    await sweepAfterLeases(sandbox, new Date(at + ROUND_MS / 2).toISOString());
    const calls = await limitOf(sandbox, 'calls');
    const spend = await limitOf(sandbox, 'spend');
    expect([calls.reserved, spend.reserved]).toEqual([0, 0]);
    expect(calls.used).toBeGreaterThanOrEqual(succeeded);
    expect(calls.used).toBeLessThanOrEqual(Math.min(sent, LIMIT_CALLS));
    expect(spend.used).toBeGreaterThanOrEqual(published);
    const unknown = calls.used - succeeded;
    expect(spend.used).toBeLessThanOrEqual(published + unknown * WORST_NANO_USD);
    expect(spend.used).toBeLessThanOrEqual(LIMIT_NANO_USD);

    const fits = LIMIT_NANO_USD - spend.used >= WORST_NANO_USD;
    const next = await sandbox.post('/v1/invoke', question());
    expect(next.status).toBe(fits ? 200 : 429);
    sent += 1;
    answered += 1;
    succeeded += fits ? 1 : 0;
    published += charged([next]);
  }
  expect(answered).toBeLessThan(sent);
  await sandbox.stop();
  const kept = await readStoredLedger(directory);
  expect(kept.live).toEqual([]);
  expect(kept.committed).toEqual(kept.settled);
  expect(kept.figures.length).toBeGreaterThan(0);
  expect(Math.min(...kept.figures)).toBeGreaterThanOrEqual(0);
  const spent = (owner: string) => kept.settled[`account#${owner}/spend_2031-03`];
  expect(spent('costCenter#retail')).toBeGreaterThanOrEqual(published);
  // A call that died between its two accounts is charged in the first one only.
  expect(spent('organization')).toBeGreaterThanOrEqual(published);
});
