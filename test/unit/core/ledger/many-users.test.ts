/**
 * Goal: the number of users changes no call, no sweep and no report. Method: what is sent to the
 * table is counted with few users and with many of them.
 */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDynamoDbNearestHolders } from '../../../../adapters/dynamodb-nearest-holders.ts';
import { holdersReport } from '../../../../core/insight/usage/holders-report.ts';
import { expireReservations } from '../../../../core/ledger/expire-lease.ts';
import { settle } from '../../../../core/ledger/settle.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { amounts, CenterCalls } from '../../../support/ledger-calls.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

const OWN = { name: 'own', window: 'day', unit: 'usd', amount: 0.0001, per: 'user' };
const PAGE = 3;
const PERCENT = 90;

/** Users that are near to their limit: those that could be in the way. */
async function addUsers(center: string, count: number): Promise<void> {
  const item = (i: number) => ({
    pk: { S: `account#user#${center}#user-${i}@example.com` },
    sk: { S: 'counters' },
    'c_own_2026-11-23': { N: '90000' },
    's_own_2026-11-23': { N: '90000' },
    nearList: { S: `user#${center}#own_2026-11-23` },
    nearPercent: { N: String(PERCENT) },
  });
  for (let i = 0; i < count; i++) {
    await table.client.send(new PutItemCommand({ TableName: table.table, Item: item(i) }));
  }
}

/** Requests of a call, of a sweep with a call that did not complete, and of a page of the report. */
async function requestsWith(users: number): Promise<readonly object[]> {
  table.clock.set('2026-11-23T14:05:30.000Z');
  const calls = new CenterCalls(table);
  const policy = calls.withLimits([OWN, { ...OWN, name: 'all', amount: 1, per: undefined }]);
  await addUsers(calls.center, users);
  const counted: object[] = [];
  const count = async (act: () => Promise<unknown>) => {
    table.requests.clear();
    await act();
    counted.push(Object.fromEntries(table.requests));
  };
  const who = { user: 'someone@example.com' };
  await count(async () =>
    settle(table.ledger, await calls.reserved(policy, { who }), amounts(1_000)),
  );
  await calls.reserved(policy, { who });
  const nearest = createDynamoDbNearestHolders(table.client, table.table);
  await count(async () => {
    const asked = { per: 'user' as const, centers: [...policy.costCenters.values()] };
    const query = { ...asked, isWhole: true, count: PAGE };
    const now = table.clock.now();
    const report = await holdersReport({ ledger: table.ledger, nearest }, policy, query, now);
    expect(report?.holders.map(({ limits: [limit] }) => limit?.utilization)).toEqual(
      Array.from({ length: PAGE }, () => PERCENT),
    );
  });
  table.clock.set('2026-11-23T16:00:00.000Z');
  await count(async () => {
    const { ledger, clock } = table;
    const { expired } = await expireReservations(ledger, clock, policy, Number.MAX_SAFE_INTEGER);
    expect(expired).toHaveLength(2);
  });
  return counted;
}

test('a call, a sweep and a page of the report send as much with 300 users as with 3', async () => {
  const few = await requestsWith(3);
  expect(await requestsWith(300)).toEqual(few);
  expect(few).toEqual([
    { UpdateItem: 4 },
    { Query: 1, BatchGetItem: 1 },
    { BatchGetItem: 2, UpdateItem: 2 },
  ]);
});
