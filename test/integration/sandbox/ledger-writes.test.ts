/**
 * DynamoDB cost of a call: one write for each account to reserve, one to settle, and in the
 * workflow one read. The first denial of a limit and window costs two more: its alert is recorded
 * before it is published, and after.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Folder, question } from './support/ledger-policy.ts';
import { moveClock } from './support/ledger-steps.ts';
import { type Answer, type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const month = (name: string, unit: string, amount: number, over: object = {}) => ({
  name,
  window: 'month',
  unit,
  amount,
  ...over,
});

describe.each(['direct', 'workflow'])('executed in %s', (execution) => {
  let folder: Folder;
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    folder = await Folder.create();
    const policy = await folder.writePolicy({
      limits: {
        retail: [
          month('calls', 'requests', 1_000),
          month('spend', 'usd', 10, {
            notify_at: [50],
            ceilings: [{ percent: 1, environment: 'dev', fallback: 'micro' }],
          }),
          month('dev', 'tokens', 1, { environment: 'dev', model: 'haiku' }),
        ],
        wholesale: [month('calls', 'requests', 1)],
      },
      haiku: [month('calls', 'requests', 1_000)],
      organization: [month('calls', 'requests', 2)],
    });
    sandbox = await runSandbox('--var-file', policy, '--execution', execution);
    // A new month: what is counted here is counted from nothing; and the policy gets loaded.
    await moveClock(sandbox, '2031-03-01T00:00:00Z');
  });
  afterAll(async () => {
    expect(await sandbox.stop()).toMatchObject({ code: 0 });
    await folder.remove();
  });

  const requests = async (): Promise<Json> =>
    (await sandbox.get('/_sandbox/dynamodb/requests')).body;

  async function counted(request: Json): Promise<{ answer: Answer; counts: Json }> {
    const before = await requests();
    const answer = await sandbox.post('/v1/invoke', request);
    const after = await requests();
    const entries = Object.entries(after).map(([name, count]) => [
      name,
      Number(count) - (before[name] ?? 0),
    ]);
    return { answer, counts: Object.fromEntries(entries.filter(([, count]) => count !== 0)) };
  }

  test('an approved call in three accounts: three writes to reserve, three to settle', async () => {
    // The first one loads the policy, and meets accounts that do not exist.
    expect((await sandbox.post('/v1/invoke', question())).status).toBe(200);
    const { answer, counts } = await counted(question());
    // The invoking function of the workflow reads whether the reservation exists.
    const reads = execution === 'workflow' ? { BatchGetItem: 1 } : {};
    expect([answer.status, counts]).toEqual([200, { UpdateItem: 6, ...reads }]);
  });

  test('a call that the last account refuses: three writes, and two that release', async () => {
    for (const noting of [2, 0]) {
      const { answer, counts } = await counted(question());
      expect([answer.status, answer.body.limit.owner]).toEqual([429, 'organization']);
      expect(counts).toEqual({ UpdateItem: 5 + noting });
    }
  });

  test('a call that its first account refuses: one write', async () => {
    for (const noting of [2, 0]) {
      const { answer, counts } = await counted(question({ environment: 'dev' }));
      expect([answer.status, answer.body.limit.name]).toEqual([429, 'dev']);
      expect(counts).toEqual({ UpdateItem: 1 + noting });
    }
  });

  test.each([
    ['an unknown model', { model: 'unknown' }],
    ['no such environment', { environment: 'nowhere' }],
    ['no such cost center', { costCenter: 'unknown' }],
    ['a bad parameter', { maxTokens: 0 }],
  ])('an invalid call: none (%s)', async (_what, over) => {
    const { answer, counts } = await counted(question(over));
    expect([answer.status, counts]).toEqual([400, {}]);
  });
});
