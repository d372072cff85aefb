/** Goal: a bound caller learns nothing of what other cost centers have used. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isProblem } from '../../../../../core/call/answers/answers.ts';
import { withoutSharedTotals } from '../../../../../core/call/answers/shared-totals.ts';
import { callHarnessOn, request } from '../../../../support/call-harness.ts';
import { startLedger, type TestLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

const limit = (name: string, amount: number, unit = 'requests') => ({
  name,
  window: 'month',
  unit,
  amount,
});
const policy = policyOf(
  configWith({
    cost_centers: {
      retail: { models: ['haiku'], applications: ['faq'], limits: [limit('own', 3)] },
    },
    organization: { limits: [limit('all', 2), limit('spend', 100, 'usd')] },
  }),
);

test('an answer has the limits of its cost center, and a denial no use of the organization', async () => {
  const harness = callHarnessOn(table, policy);
  const { answer } = await harness.run(request());
  if (isProblem(answer)) throw new Error(answer.detail);
  expect(answer.limits.map(({ owner }) => owner)).toEqual(
    expect.arrayContaining(['costCenter#retail', 'organization']),
  );
  const shown = withoutSharedTotals(answer);
  expect(!isProblem(shown) && shown.limits.map(({ owner }) => owner)).toEqual([
    'costCenter#retail',
  ]);
  await harness.run(request());

  const denied = (await harness.run(request())).answer;
  expect(denied).toMatchObject({ limit: { owner: 'organization', used: 2 } });
  const answered = withoutSharedTotals(denied);
  if (!isProblem(answered)) throw new Error('it was approved');
  expect(answered).toMatchObject({
    status: 429,
    code: 'limit_exceeded',
    detail: 'The limit all of the organization (per month) would be exceeded.',
    limit: { owner: 'organization', name: 'all', limit: 2, requested: 1 },
  });
  expect(answered.limit).toHaveProperty('resetsAt');
  for (const name of ['used', 'reserved']) expect(answered.limit).not.toHaveProperty(name);
});

test("a denial by the cost center's own limit stays as it is", async () => {
  const limits = [limit('none', 1, 'tokens')];
  const retail = { models: ['haiku'], applications: ['faq'], limits };
  const own = policyOf(configWith({ cost_centers: { retail } }));
  const { answer } = await callHarnessOn(table, own).run(request());
  expect(answer).toMatchObject({ limit: { owner: 'costCenter#retail' } });
  expect(withoutSharedTotals(answer)).toBe(answer);
});
