/**
 * Goal: limits of users, keys and sessions are as strict as those of a cost center, with many
 * calls at once and after crashes, and nothing lists the users.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import { accountKey, holderOwnerOf } from '../../../../core/ledger/account-keys.ts';
import { expireReservations } from '../../../../core/ledger/expire-lease.ts';
import type { LedgerStore } from '../../../../core/ledger/ports.ts';
import { release, settle } from '../../../../core/ledger/settle.ts';
import { changed } from '../../../ledger-simulation/changed-store.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { amounts, CenterCalls } from '../../../support/ledger-calls.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

let calls: CenterCalls;
beforeEach(() => {
  calls = new CenterCalls(table);
  table.clock.set('2026-11-23T14:05:30.000Z');
});

const COST = 7_000_000;
const DAY = '2026-11-23';
const userAccount = (name: string) => `account#user#${calls.center}#${name}`;
const perUser = { name: 'own', window: 'day', unit: 'usd', amount: 0.05, per: 'user' };
const whole = { name: 'all', window: 'day', unit: 'usd', amount: 1 };

/** A ledger whose settles on some accounts fail, as if the table did not answer. */
const failing = (fails: (account: string) => boolean): LedgerStore =>
  changed(table.ledger, {
    settle: async (write) => {
      if (fails(write.account)) throw new LedgerUnavailableError('away');
      return table.ledger.settle(write);
    },
  });

const isUser = (account: string) => holderOwnerOf(account) !== undefined;

describe('300 callers at once, 30 users', () => {
  test.each([
    ['each user stops at the own limit', 10, 30 * 7],
    ['the cost center stops at its own', 1.05, 150],
    ['in shards it is the same', 1.05, 150, 4],
  ])('%s', async (_, amount, fits, shards = 1) => {
    const limits = [{ ...whole, amount }, perUser];
    const policy = {
      ...calls.withLimits(limits),
      shardLayout: [{ shards, from: 0 }] as const,
    };
    const decisions = await Promise.all(
      Array.from({ length: 300 }, async (_each, i) => {
        const user = `user-${i % 30}@example.com`;
        const call = { who: { user }, worstCase: amounts(COST) };
        return { user, decision: await calls.reserve(policy, call) };
      }),
    );
    // Over shards, two calls can stand in each other's way for the last rest; at rest it fits.
    for (const each of shards > 1 ? decisions : []) {
      if (each.decision.outcome === 'reserved') continue;
      each.decision = await calls.reserve(policy, {
        who: { user: each.user },
        worstCase: amounts(COST),
      });
    }
    const reserved = decisions.filter(({ decision }) => decision.outcome === 'reserved');
    // Of ten calls of each user seven fit: 0.049 of 0.05.
    expect(reserved).toHaveLength(fits);
    const sums = new Map<string, number>();
    for (const { user } of reserved) sums.set(user, (sums.get(user) ?? 0) + 1);
    expect(Math.max(...sums.values())).toBeLessThanOrEqual(7);
    for (const { decision } of reserved) {
      if (decision.outcome !== 'reserved') continue;
      await settle(table.ledger, decision.reservation, amounts(COST - 1));
    }
    let total = 0;
    for (const [user, count] of sums) {
      const state = await calls.counter(`own_${DAY}`, userAccount(user));
      expect(state).toEqual({ committed: count * (COST - 1), settled: count * (COST - 1) });
      total += state?.settled ?? 0;
    }
    const ofShards = await Promise.all(
      Array.from({ length: shards }, (_each, i) => calls.counter(`all_${DAY}`, calls.account(i))),
    );
    expect(ofShards.reduce((sum, state) => sum + (state?.settled ?? 0), 0)).toBe(total);
    const after = await calls.reserve(policy, {
      who: { user: 'user-0@example.com' },
      worstCase: amounts(50_000_000),
    });
    const denied = { outcome: 'denied', limit: { reason: 'used' } };
    expect(after).toMatchObject(denied);
  });
});

describe('a call of a user', () => {
  test('takes one write more to reserve, and one more to settle', async () => {
    const policy = calls.withLimits([whole, perUser]);
    const who = { user: 'alice@example.com' };
    table.requests.clear();
    const reservation = await calls.reserved(policy, { who });
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 2 });
    await settle(table.ledger, reservation, amounts(1));
    expect(Object.fromEntries(table.requests)).toEqual({ UpdateItem: 4 });
  });

  test('that names no one counts with all others that name no one', async () => {
    const policy = calls.withLimits([{ ...perUser, unit: 'requests', amount: 2 }]);
    await calls.reserved(policy);
    await calls.reserved(policy, { who: {} });
    const denied = await calls.reserve(policy);
    expect(denied).toMatchObject({
      limit: { owner: { holder: { name: 'unknown' } }, used: 0, reserved: 2 },
    });
    expect(await calls.counter(`own_${DAY}`, userAccount('unknown'))).toMatchObject({
      committed: 2,
    });
    await calls.reserved(policy, { who: { user: 'alice@example.com' } });
  });

  test('counts on its user, key and session in the cost center and in the organization', async () => {
    const pers = ['user', 'key', 'session'] as const;
    const limits = pers.map((per) => ({ ...perUser, name: per, per }));
    const policy = calls.withLimits(limits, { organization: { limits } });
    const who = { user: 'alice@example.com', key: 'k1', session: '0f' };
    const { accounts } = await calls.reserved(policy, { who });
    const { center } = calls;
    expect(accounts.map(({ account }) => account)).toEqual([
      `account#user#${center}#alice@example.com`,
      `account#key#${center}#k1`,
      `account#session#${center}#0f`,
      'account#user##alice@example.com',
      'account#key##k1',
      'account#session##0f',
      `account#costCenter#${center}#0`,
    ]);
  });

  test('is denied by its user without a trace in the cost center', async () => {
    const policy = calls.withLimits([whole, { ...perUser, unit: 'requests', amount: 1 }]);
    const who = { user: 'alice@example.com' };
    await release(table.ledger, await calls.reserved(policy, { who }));
    await calls.reserved(policy, { who, worstCase: amounts(5) });
    expect((await calls.reserve(policy, { who })).outcome).toBe('denied');
    expect(await calls.counter(`all_${DAY}`)).toEqual({ committed: 5, settled: 0 });
  });

  test.each([
    ['no number sign, bar or comma in a name is mistaken', 'a#b|c,d%e#@x.de'],
    ['an opaque name is counted as it is', 'https://idp.example.com#00uAbC|,'],
  ])('%s', async (_, user) => {
    const policy = calls.withLimits([whole, perUser]);
    const account = userAccount(user);
    expect(holderOwnerOf(account)).toEqual({
      kind: 'costCenter',
      name: calls.center,
      holder: { kind: 'user', name: user },
    });
    await calls.reserved(policy, { who: { user }, worstCase: amounts(COST) });
    table.clock.at += 1_000_000;
    await expireReservations(table.ledger, table.clock, policy, Number.MAX_SAFE_INTEGER);
    expect(await calls.counter(`own_${DAY}`, account)).toEqual({ committed: COST, settled: COST });
  });
});

describe('the sweep', () => {
  const who = { user: 'alice@example.com' };

  test('ends the part of the user by that of the cost center, and lists no users', async () => {
    const policy = calls.withLimits([perUser]);
    await calls.reserved(policy, { who, worstCase: amounts(COST) });
    table.clock.at += 1_000_000;
    const seen: string[] = [];
    const store = changed(table.ledger, {
      contents: (accounts, now) => {
        seen.push(...accounts);
        return table.ledger.contents(accounts, now);
      },
    });
    const swept = await expireReservations(store, table.clock, policy, Number.MAX_SAFE_INTEGER);
    expect(seen.filter(isUser)).toEqual([]);
    expect(swept.expired.map(({ account }) => account)).toEqual([
      userAccount('alice@example.com'),
      calls.account(),
    ]);
    expect(await calls.counter(`own_${DAY}`, userAccount('alice@example.com'))).toEqual({
      committed: COST,
      settled: COST,
    });
    expect(await table.attributes(calls.account())).toMatchObject({
      [`n_${calls.center}`]: { N: '0' },
    });
  });

  test('is not needed for what a process left that ended between the two reserves', async () => {
    const policy = calls.withLimits([whole, { ...perUser, unit: 'requests', amount: 1 }]);
    const store = changed(table.ledger, {
      reserve: async (write) => {
        if (!isUser(write.account)) throw new Error('the process ends here');
        return table.ledger.reserve(write);
      },
      settle: async () => {
        throw new Error('no one is left to release');
      },
    });
    await expect(calls.reserve(policy, { who, store })).rejects.toThrow();
    const account = userAccount('alice@example.com');
    expect(await calls.counter(`own_${DAY}`, account)).toEqual({ committed: 1, settled: 0 });
    expect((await calls.reserve(policy, { who })).outcome).toBe('denied');
    table.clock.at += 1_000_000;
    const releasing = {
      ...policy,
      ledger: { ...policy.ledger, unknownOutcome: 'release' },
    } as const;
    // The next call of the user ends it, and fits.
    expect((await calls.reserve(releasing, { who })).outcome).toBe('reserved');
    expect(await calls.counter(`own_${DAY}`, account)).toEqual({ committed: 1, settled: 0 });
  });

  test('finds the part that could not be settled, as the cost center waits for it', async () => {
    const policy = calls.withLimits([whole, perUser]);
    const reservation = await calls.reserved(policy, { who, worstCase: amounts(COST) });
    const store = failing(isUser);
    await expect(settle(store, reservation, amounts(5))).rejects.toThrow('away');
    expect(await calls.counter(`all_${DAY}`)).toEqual({ committed: COST, settled: 0 });
    table.clock.at += 1_000_000;
    await expireReservations(table.ledger, table.clock, policy, Number.MAX_SAFE_INTEGER);
    for (const [key, account] of [
      ['own', userAccount('alice@example.com')],
      ['all', calls.account()],
    ] as const) {
      expect(await calls.counter(`${key}_${DAY}`, account)).toEqual({
        committed: COST,
        settled: COST,
      });
    }
  });

  test('of a cost center whose own part was lost finds the settled part of the user as it is', async () => {
    const policy = calls.withLimits([whole, perUser]);
    const reservation = await calls.reserved(policy, { who, worstCase: amounts(COST) });
    const store = failing((account) => !isUser(account));
    await expect(settle(store, reservation, amounts(5))).rejects.toThrow('away');
    table.clock.at += 1_000_000;
    await expireReservations(table.ledger, table.clock, policy, Number.MAX_SAFE_INTEGER);
    expect(await calls.counter(`own_${DAY}`, userAccount('alice@example.com'))).toEqual({
      committed: 5,
      settled: 5,
    });
  });

  test('ends what only a limit of the organization made, in a cost center without limits', async () => {
    const policy = calls.withLimits([], { organization: { limits: [perUser] } });
    await calls.reserved(policy, { who: { user: 'bob@example.com' }, worstCase: amounts(COST) });
    table.clock.at += 1_000_000;
    const swept = await expireReservations(
      table.ledger,
      table.clock,
      policy,
      Number.MAX_SAFE_INTEGER,
    );
    expect(swept.expired.map(({ account }) => account)).toContain('account#user##bob@example.com');
  });
});

describe('a step that runs again', () => {
  test('takes over the parts of its user, or releases them all', async () => {
    const policy = calls.withLimits([whole, perUser]);
    const who = { user: 'alice@example.com' };
    const call = { who, id: 'again', worstCase: amounts(COST) };
    await calls.reserved(policy, call);
    const reservation = await calls.reserved(policy, { ...call, run: 'second-run' });
    await settle(table.ledger, reservation, amounts(5));
    expect(await calls.counter(`own_${DAY}`, userAccount('alice@example.com'))).toEqual({
      committed: 5,
      settled: 5,
    });
    expect(await calls.counter(`all_${DAY}`)).toEqual({ committed: 5, settled: 5 });
  });
});

describe('the item of a user', () => {
  test('loses its old counters by calls of the user', async () => {
    const policy = calls.withLimits([{ ...perUser, unit: 'requests', amount: 9 }]);
    const who = { user: 'alice@example.com' };
    const counted = async () => (await table.counters(userAccount('alice@example.com'))).size;
    for (let day = 1; day <= 28; day += 1) {
      table.clock.set(`2026-11-${String(day).padStart(2, '0')}T12:00:00Z`);
      await settle(table.ledger, await calls.reserved(policy, { who }), amounts(1));
      expect(await counted()).toBeLessThanOrEqual(13);
    }
    const left = [...(await table.counters(userAccount('alice@example.com'))).keys()];
    expect(left).toEqual(expect.arrayContaining(['own_2026-11-26', 'own_2026-11-28']));
  });

  const ttlOf = async (account: string): Promise<number | undefined> => {
    const { ttl } = await table.attributes(account);
    const text: unknown = Reflect.get(Object(ttl ?? {}), 'N');
    return text === undefined ? undefined : Number(text);
  };
  const days = (iso: string) => Date.parse(iso) / 1000;
  const who = { user: 'alice@example.com', session: '0f' };

  test('goes two days after the latest of its windows', async () => {
    const policy = calls.withLimits([
      perUser,
      { ...perUser, name: 'month', window: 'month', environment: 'dev' },
    ]);
    // The month counts too, though this call does not meet it: its counter is in the same item.
    await calls.reserved(policy, { who });
    expect(await ttlOf(userAccount('alice@example.com'))).toBe(days('2026-12-03T00:00:00Z'));
    expect(await ttlOf(calls.account())).toBeUndefined();
  });

  test('stays where it has a total', async () => {
    const before = calls.withLimits([perUser]);
    await calls.reserved(before, { who });
    expect(await ttlOf(userAccount('alice@example.com'))).toBe(days('2026-11-26T00:00:00Z'));
    const policy = calls.withLimits([perUser, { ...perUser, name: 'prepaid', window: 'total' }]);
    await calls.reserved(policy, { who });
    expect(await ttlOf(userAccount('alice@example.com'))).toBeUndefined();
  });

  test('is kept for the next window where the last call had a clock that is behind', async () => {
    const policy = calls.withLimits([{ ...perUser, window: 'month' }]);
    table.clock.set('2026-12-01T00:00:01.000Z');
    await calls.reserved(policy, { who });
    table.clock.set('2026-11-30T23:59:58.000Z');
    await calls.reserved(policy, { who });
    expect(await ttlOf(userAccount('alice@example.com'))).toBe(days('2027-01-03T00:00:00Z'));
  });

  test('of a session goes seven days after its last call', async () => {
    const policy = calls.withLimits([{ ...perUser, window: 'total', per: 'session' }]);
    await calls.reserved(policy, { who });
    const account = `account#session#${calls.center}#0f`;
    expect(await ttlOf(account)).toBe(days('2026-11-30T14:05:30Z'));
    table.clock.set('2026-11-24T00:00:00.000Z');
    await calls.reserved(policy, { who });
    expect(await ttlOf(account)).toBe(days('2026-12-01T00:00:00Z'));
  });

  test('outlives the lease of a call that is in it', async () => {
    const policy = calls.withLimits([{ ...perUser, window: 'minute' }], {
      ledger: { lease_seconds: 86_400 },
    });
    const { leaseExpiresAt } = await calls.reserved(policy, { who });
    const user = { kind: 'user', name: 'alice@example.com' } as const;
    const owner = { kind: 'costCenter', name: calls.center, holder: user } as const;
    expect(await ttlOf(accountKey(owner, 0))).toBeGreaterThan(leaseExpiresAt);
  });
});

describe('a limit of one request', () => {
  test('is checked without the ledger', async () => {
    const limit = { name: 'once', window: 'request', unit: 'usd', amount: 0.000001 };
    const policy = calls.withLimits([whole, limit]);
    table.requests.clear();
    const denied = await calls.reserve(policy, { worstCase: amounts(1_001) });
    expect(denied).toMatchObject({
      outcome: 'denied',
      limit: { name: 'once', window: 'request', limit: 1_000, requested: 1_001, resetsAt: null },
    });
    expect(denied).not.toHaveProperty('firstEvent');
    expect(table.requests.size).toBe(0);
    await calls.reserved(policy, { worstCase: amounts(1_000) });
  });
});

describe('a total', () => {
  test('counts on through every window, and is topped up by a higher amount', async () => {
    const limit = { name: 'prepaid', window: 'total', unit: 'requests', amount: 2 };
    const policy = calls.withLimits([limit]);
    await settle(table.ledger, await calls.reserved(policy), amounts(1));
    table.clock.set('2031-01-01T00:00:00.000Z');
    await calls.reserved(policy);
    expect(await calls.reserve(policy)).toMatchObject({
      outcome: 'denied',
      limit: { used: 1, reserved: 1, resetsAt: null },
    });
    await calls.reserved(calls.withLimits([{ ...limit, amount: 3 }]));
  });
});
