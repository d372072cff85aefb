/** Writes that took effect while their answer got lost: no call is charged twice, none for free. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Folder, question } from './support/ledger-policy.ts';
import { limitOf, moveClock, sweepAfterLeases } from './support/ledger-steps.ts';
import { type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const START = Date.parse('2031-03-01T00:00:00Z');
/** Past every lease of the minute before. */
const STEP_MS = 10 * 60_000;
/** Tries of the SDK for one write. */
const TRIES = 3;

describe.each(['direct', 'workflow'])('executed in %s', (execution) => {
  let folder: Folder;
  let sandbox: RunningSandbox;
  let at = START;
  beforeAll(async () => {
    folder = await Folder.create();
    const limits = [
      { name: 'calls', window: 'month', unit: 'requests', amount: 1_000 },
      { name: 'spend', window: 'month', unit: 'usd', amount: 10 },
    ];
    // Two accounts: four writes for a call, two to reserve and two to settle.
    const policy = await folder.writePolicy({ limits: { retail: limits }, organization: limits });
    sandbox = await runSandbox('--var-file', policy, '--execution', execution);
    await sandbox.post('/_sandbox/bedrock/behavior', {
      usage: { inputTokens: 2, outputTokens: 7 },
    });
    await moveClock(sandbox, new Date(at).toISOString());
  });
  afterAll(async () => {
    expect(await sandbox.stop()).toMatchObject({ code: 0 });
    await folder.remove();
  });

  /** Use of all four limits, after every lease has ended and been swept. */
  async function settled(): Promise<number[]> {
    at += STEP_MS;
    await sweepAfterLeases(sandbox, new Date(at).toISOString());
    const { body } = await sandbox.get('/v1/usage');
    const limits = [...body.costCenters[0].limits, ...body.organization.limits];
    expect(limits.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0]);
    return limits.map(({ used }) => used);
  }

  const modelCalls = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
  const behave = (behavior: object) => sandbox.post('/_sandbox/ledger/behavior', behavior);

  async function callWith(fault: { skip: number; times: number }) {
    const [before, calledBefore] = [await settled(), await modelCalls()];
    await behave({ fail: { operation: 'UpdateItem', when: 'after', ...fault } });
    const answer = await sandbox.post('/v1/invoke', question());
    await behave({});
    const after = await settled();
    return {
      answer,
      charged: after.map((used, i) => used - (before[i] ?? 0)),
      called: (await modelCalls()) - calledBefore,
    };
  }

  test.each([0, 1, 2, 3, 4, 5])('one lost after %i writes costs nothing more', async (skip) => {
    const { answer, charged, called } = await callWith({ skip, times: 1 });
    expect(answer.status).toBe(200);
    const { nanoUsd } = answer.body.cost;
    expect([charged, called]).toEqual([[1, nanoUsd, 1, nanoUsd], 1]);
  });

  test.each([0, 1])(
    'all tries of a reserving write lost after %i: no call, no charge',
    async (skip) => {
      const { answer, charged, called } = await callWith({ skip, times: TRIES });
      expect([answer.status, answer.body.code]).toEqual([503, 'ledger_unavailable']);
      expect([charged, called]).toEqual([[0, 0, 0, 0], 0]);
    },
  );

  // The two settling writes run in parallel. Each write takes effect, though its answer is lost.
  test.each([
    ['both settling writes', 2, 2 * TRIES, 'pending'],
    ['the second settling write', 3, TRIES, 'pending'],
    ['three tries of the settling writes', 2, TRIES, undefined],
  ])('all answers to %s lost: charged once', async (_, skip, times, settlement) => {
    const { answer, charged, called } = await callWith({ skip, times });
    expect([answer.status, answer.body.settlement]).toEqual([200, settlement]);
    const { nanoUsd } = answer.body.cost;
    expect([charged, called]).toEqual([[1, nanoUsd, 1, nanoUsd], 1]);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    '%i in a row from the first one on: once, or not at all',
    async (times) => {
      const { answer, charged, called } = await callWith({ skip: 0, times });
      const isCharged = answer.status === 200;
      expect(isCharged || answer.body.code === 'ledger_unavailable').toBe(true);
      const nanoUsd = isCharged ? answer.body.cost.nanoUsd : 0;
      const calls = isCharged ? 1 : 0;
      expect([charged, called]).toEqual([[calls, nanoUsd, calls, nanoUsd], calls]);
    },
  );

  test('the limit shows what all of them cost, and no more', async () => {
    const [calls] = await settled();
    expect(await modelCalls()).toBe(calls);
    expect(await limitOf(sandbox, 'calls')).toMatchObject({ used: calls, reserved: 0 });
  });
});
