/** Goal: a caller that names another session in each request is limited, strictly, and others are not. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { expireReservations } from '../../../../core/ledger/expire-lease.ts';
import { settle } from '../../../../core/ledger/settle.ts';
import type { CallIdentity } from '../../../../core/policy/limit-of-holder.ts';
import type { Policy } from '../../../../core/policy/policy.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { amounts, CenterCalls } from '../../../support/ledger-calls.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

let calls: CenterCalls;
let policy: Policy;
beforeEach(() => {
  calls = new CenterCalls(table);
  table.clock.set('2026-11-23T14:05:30.000Z');
  policy = calls.withLimits([RUN], { ledger: { new_sessions_per_minute: 5 } });
});

const RUN = { name: 'run', window: 'total', unit: 'requests', amount: 10, per: 'session' };
const session = (i: number): string => String(i).padStart(16, '0').padEnd(32, '0');
const of = (i: number, who: CallIdentity = { key: 'ci' }) => ({
  who: { ...who, session: session(i) },
});

describe('a key that names a new session in each of 60 requests at once', () => {
  test('begins as many as it may, to the last one, and the denial says when it can go on', async () => {
    const decisions = await Promise.all(
      Array.from({ length: 60 }, (_, i) => calls.reserve(policy, of(i))),
    );
    const denied = decisions.filter(({ outcome }) => outcome === 'denied');
    expect(denied).toHaveLength(55);
    expect(denied[0]).toEqual({
      outcome: 'denied',
      limit: {
        owner: { kind: 'costCenter', name: calls.center, holder: { kind: 'key', name: 'ci' } },
        name: 'new_sessions_per_minute',
        window: 'minute',
        unit: 'requests',
        limit: 5,
        used: 5,
        reserved: 0,
        requested: 1,
        reason: 'used',
        resetsAt: '2026-11-23T14:06:00.000Z',
        retryAt: Date.parse('2026-11-23T14:06:00Z'),
      },
    });
    // A denied call leaves nothing, in no account.
    const begun = decisions.flatMap(({ outcome }, i) => (outcome === 'reserved' ? [i] : []));
    expect(begun).toHaveLength(5);
    const at = (i: number) => table.attributes(`account#session#${calls.center}#${session(i)}`);
    const left = decisions.flatMap((_, i) => (begun.includes(i) ? [] : [at(i)]));
    expect((await Promise.all(left)).filter((item) => Object.keys(item).length > 0)).toEqual([]);
    // The sessions that have begun go on, in this minute and without a further start.
    for (const i of begun) expect((await calls.reserve(policy, of(i))).outcome).toBe('reserved');
    table.clock.set('2026-11-23T14:06:00.000Z');
    expect((await calls.reserve(policy, of(100))).outcome).toBe('reserved');
  });

  test('and one that repeats a denied session begins no more of them', async () => {
    for (let i = 0; i < 5; i++) await calls.reserved(policy, of(i));
    for (const i of [7, 7, 7, 8]) {
      expect((await calls.reserve(policy, of(i))).outcome).toBe('denied');
    }
  });
});

test('calls of one new session at once count as one start', async () => {
  const decisions = await Promise.all(
    Array.from({ length: 10 }, () => calls.reserve(policy, of(1))),
  );
  expect(decisions.map(({ outcome }) => outcome)).toEqual(decisions.map(() => 'reserved'));
  for (const i of [2, 3, 4, 5]) await calls.reserved(policy, of(i));
  expect((await calls.reserve(policy, of(6))).outcome).toBe('denied');
});

test('each key, user and role begins its own; calls without a session begin none', async () => {
  const callers: CallIdentity[] = [
    { key: 'ci' },
    { key: 'other' },
    { user: 'alice@example.com' },
    { role: 'arn:aws:iam::111122223333:role/ci' },
    {},
  ];
  let named = 0;
  for (const who of callers) {
    for (let i = 0; i < 5; i++) await calls.reserved(policy, of(++named, who));
    const sixth = await calls.reserve(policy, of(++named, who));
    expect([who, sixth.outcome]).toEqual([who, 'denied']);
    expect((await calls.reserve(policy, { who })).outcome).toBe('reserved');
  }
});

test('a session that has begun costs no write more, and a new one three in all', async () => {
  const count = async (i: number) => {
    table.requests.clear();
    const reservation = await calls.reserved(policy, of(i));
    const reserving = table.requests.get('UpdateItem');
    await settle(table.ledger, reservation, amounts(1));
    return reserving;
  };
  // The item of the cost center is one of them.
  expect([await count(1), await count(1), await count(2)]).toEqual([4, 2, 4]);
});

test('a session whose first call did not complete has begun, and is ended by the sweep', async () => {
  await calls.reserved(policy, of(1));
  table.clock.set('2026-11-23T15:00:00.000Z');
  const { expired } = await expireReservations(
    table.ledger,
    table.clock,
    policy,
    Number.POSITIVE_INFINITY,
  );
  expect(expired).toHaveLength(2);
  table.requests.clear();
  await calls.reserved(policy, of(1));
  expect(table.requests.get('UpdateItem')).toBe(2);
});
