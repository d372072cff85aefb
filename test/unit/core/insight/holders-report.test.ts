/** Goal: an operator sees who is near to a limit first, page by page, and no one else is listed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoDbNearestHolders } from '../../../../adapters/dynamodb-nearest-holders.ts';
import { holdersReport } from '../../../../core/insight/usage/holders-report.ts';
import { settle } from '../../../../core/ledger/settle.ts';
import type { Policy } from '../../../../core/policy/policy.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { amounts, CenterCalls } from '../../../support/ledger-calls.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

const perUser = { name: 'own', window: 'day', unit: 'usd', amount: 0.0001, per: 'user' };

/** Used by each of them, in percent of the limit. */
async function withUse(calls: CenterCalls, policy: Policy, use: Readonly<Record<string, number>>) {
  for (const [user, percent] of Object.entries(use)) {
    const usd = percent * 1_000;
    const reservation = await calls.reserved(policy, { who: { user }, worstCase: amounts(usd) });
    await settle(table.ledger, reservation, amounts(usd));
  }
}

function reportOf(policy: Policy, query: { count: number; after?: string; name?: string }) {
  const nearest = createDynamoDbNearestHolders(table.client, table.table);
  const centers = [...policy.costCenters.values()];
  const asked = { per: 'user' as const, centers, isWhole: true, ...query };
  return holdersReport({ ledger: table.ledger, nearest }, policy, asked, table.clock.now());
}

describe('users near to their limits', () => {
  test('come first, page by page, and those below the half are not listed', async () => {
    const calls = new CenterCalls(table);
    const policy = calls.withLimits([perUser, { ...perUser, name: 'month', window: 'month' }]);
    await withUse(calls, policy, { ann: 51, bob: 100, cid: 49, dan: 77, eve: 100, fay: 90 });
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await reportOf(policy, { count: 2, ...(after !== undefined && { after }) });
      expect(page?.holders.length).toBeLessThanOrEqual(2);
      names.push(...(page?.holders ?? []).map(({ name }) => name));
      after = page?.next;
    } while (after !== undefined);
    expect(new Set(names.slice(0, 2))).toEqual(new Set(['bob', 'eve']));
    expect(names.slice(2)).toEqual(['fay', 'dan', 'ann']);
  });

  test('are shown with what they have used, also one that is far from the limit', async () => {
    const calls = new CenterCalls(table);
    const policy = calls.withLimits([{ ...perUser, users: { cid: 0.0002 } }]);
    await withUse(calls, policy, { cid: 40 });
    const report = await reportOf(policy, { count: 9, name: 'cid' });
    expect(report?.holders).toMatchObject([
      {
        costCenter: calls.center,
        per: 'user',
        name: 'cid',
        limits: [{ name: 'own', used: 40_000 }],
      },
    ]);
    expect(report?.holders[0]?.limits[0]).toMatchObject({ limit: 200_000, remaining: 160_000 });
  });

  test('of a window that is over are not listed in the next', async () => {
    const calls = new CenterCalls(table);
    const policy = calls.withLimits([perUser]);
    await withUse(calls, policy, { ann: 80 });
    expect((await reportOf(policy, { count: 9 }))?.holders).toHaveLength(1);
    table.clock.set('2026-11-24T00:00:00.000Z');
    expect((await reportOf(policy, { count: 9 }))?.holders).toEqual([]);
    // The first call of the new window takes the old place away.
    await withUse(calls, policy, { ann: 1 });
    const item = await table.attributes(`account#user#${calls.center}#ann`);
    expect(Object.keys(item).filter((name) => name.startsWith('near'))).toEqual([]);
    table.clock.set('2026-11-23T14:05:30.000Z');
  });

  test('cost one write more where a call moves them, and none where it does not', async () => {
    const calls = new CenterCalls(table);
    const policy = calls.withLimits([perUser]);
    await withUse(calls, policy, { ann: 60 });
    table.requests.clear();
    await withUse(calls, policy, { ann: 1 });
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 4 });
    await withUse(calls, policy, { ann: 10 });
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 9 });
  });

  test('are not found by a page of another report', async () => {
    const policy = new CenterCalls(table).withLimits([perUser]);
    for (const after of ['x', '[]x', '%5B%5B%22a%22%5D%5D', '{}']) {
      expect(await reportOf(policy, { count: 2, after })).toBeUndefined();
    }
  });
});

describe('an alert at a percentage', () => {
  test('that was not published is found by the next call of the user', async () => {
    const calls = new CenterCalls(table);
    const policy = calls.withLimits([{ ...perUser, notify_at: [50] }]);
    const crossingsOf = async (percent: number) => {
      const worstCase = amounts(percent * 1_000);
      const reservation = await calls.reserved(policy, { who: { user: 'ann' }, worstCase });
      return (await settle(table.ledger, reservation, worstCase)).crossings;
    };
    expect(await crossingsOf(60)).toMatchObject([{ percent: 50, used: 60_000 }]);
    const [again] = await crossingsOf(1);
    expect(again).toMatchObject({ percent: 50, used: 61_000 });
    await table.ledger.markPublished(`account#user#${calls.center}#ann`, again?.key ?? '', ['50']);
    expect(await crossingsOf(1)).toEqual([]);
  });
});

test('a user whose groups are not known is shown with all amounts that can apply', async () => {
  const calls = new CenterCalls(table);
  const groups = { contractors: 0.00005 };
  const policy = calls.withLimits([{ ...perUser, groups, users: { cid: 0.0002 } }]);
  const limitsOf = async (name: string) =>
    (await reportOf(policy, { count: 9, name }))?.holders[0]?.limits[0];
  expect(await limitsOf('ann')).toMatchObject({
    limit: 50_000,
    dependsOn: { amount: 100_000, groups: { contractors: 50_000 } },
  });
  const own = await limitsOf('cid');
  expect([own?.limit, own?.dependsOn]).toEqual([200_000, undefined]);
});
