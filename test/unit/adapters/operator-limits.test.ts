/** Method: the real policy store, ledger and overrides on dynalite. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDynamoDbPolicySource } from '../../../adapters/dynamodb-policy.ts';
import { DynamoDbKeys } from '../../../adapters/dynamodb-proxy-keys.ts';
import { type OperatorLimits, operatorLimits } from '../../../adapters/operator-limits.ts';
import { PolicyUnavailableError } from '../../../core/errors.ts';
import { readLimitUsage } from '../../../core/insight/usage/limit-usage.ts';
import { reserve } from '../../../core/ledger/reserve.ts';
import { allLimits } from '../../../core/policy/limit-owners.ts';
import type { OverrideRequest } from '../../../core/policy/plan-override.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import type { Clock } from '../../../core/time.ts';
import { startLedger, type TestLedger } from '../../support/ledger.ts';
import { limitsConfig } from '../../support/policy.ts';
import { storePolicy } from '../../support/stored-policy.ts';

let table: TestLedger;
let limits: OperatorLimits;
let ids = 0;

/** How long a function goes on with what it loaded. */
const FRESH_MS = 60_000;
const calls = { name: 'calls', window: 'month', unit: 'requests', amount: 10 };

const limitsBy = (clock: Clock): OperatorLimits =>
  operatorLimits({
    client: table.client,
    tableName: table.table,
    clock,
    ids: { uuid: () => `uuid-${++ids}` },
    warn: (message) => {
      throw new Error(message);
    },
  });

beforeEach(async () => {
  table = await startLedger();
  limits = limitsBy(table.clock);
  await storePolicy(table, limitsConfig([calls]));
});
afterEach(() => table.close());

const change = (over: Partial<OverrideRequest> = {}): OverrideRequest => ({
  action: 'raise',
  limit: 'retail/calls',
  until: '1d',
  reason: 'launch week',
  author: 'finops',
  ...over,
});
const RESET = change({ action: 'reset', until: undefined });

async function made(by: OperatorLimits, what: OverrideRequest): Promise<void> {
  expect(await by.change(what)).toHaveProperty('planned');
}

/** The policy that a function loads, and uses for a minute. */
const policies = () =>
  createDynamoDbPolicySource({
    client: table.client,
    tableName: table.table,
    clock: table.clock,
    warn: () => undefined,
  });

async function inForce(policy: Policy): Promise<number | undefined> {
  const owner = { kind: 'costCenter', name: 'retail' } as const;
  const owners = [{ owner, limits: allLimits(policy) }];
  const [usage] = await readLimitUsage(table, policy, owners, table.clock.now());
  return usage?.limits[0]?.limit;
}

/** How many of so many calls at once are let through. */
async function allowed(policy: Policy, calls: number): Promise<number> {
  const decisions = await Promise.all(
    Array.from({ length: calls }, () =>
      reserve(table.ledger, {
        policy,
        scope: { costCenter: 'retail', application: 'faq', environment: 'dev' },
        candidates: [{ model: 'haiku', worstCase: ONE_CALL }],
        reservationId: `call-${++ids}`,
        attemptId: 'attempt',
        now: table.clock.now(),
        endsBy: table.clock.now(),
      }),
    ),
  );
  return decisions.filter(({ outcome }) => outcome === 'reserved').length;
}

const ONE_CALL = { requests: 1, tokens: 2, input_tokens: 1, output_tokens: 1, usd: 1 };

describe.each([1, 4])('over %d shards', (shards) => {
  const loaded = async (): Promise<Policy> => ({
    ...(await policies().load()),
    shardLayout: [{ shards, from: 0 }],
  });

  test('a raise lets exactly its amount through', async () => {
    expect(await allowed(await loaded(), 15)).toBe(10);
    await made(limits, change({ by: '7' }));
    expect(await allowed(await loaded(), 15)).toBe(7);
    await made(limits, RESET);
    expect(await allowed(await loaded(), 5)).toBe(0);
  });

  test('a lowering below what is used denies every call', async () => {
    expect(await allowed(await loaded(), 6)).toBe(6);
    await made(limits, change({ action: 'lower', to: '2' }));
    expect(await allowed(await loaded(), 6)).toBe(0);
    await made(limits, change({ to: '8' }));
    expect(await allowed(await loaded(), 6)).toBe(2);
  });
});

describe('a change', () => {
  test('is in force once a function looks again, and expires', async () => {
    const source = policies();
    expect(await inForce(await source.load())).toBe(10);
    await made(limits, change({ by: '5' }));
    table.clock.at += FRESH_MS;
    expect(await inForce(await source.load())).toBe(15);
    table.clock.at += 86_400_000 - FRESH_MS - 1;
    expect(await inForce(await source.load())).toBe(15);
    table.clock.at += 1;
    expect(await inForce(await source.load())).toBe(10);
  });

  test('is seen at once by the next command', async () => {
    await made(limits, change({ by: '5' }));
    await made(limits, change({ action: 'lower', by: '1' }));
    const { limits: shown } = await limits.report();
    expect(shown).toMatchObject([
      {
        limit: 'retail/calls',
        owner: 'costCenter#retail',
        configured: 10,
        inForce: 14,
        used: 0,
        override: { action: 'lower', author: 'finops', reason: 'launch week' },
      },
    ]);
    await made(limits, RESET);
    expect((await limits.report()).limits[0]).not.toHaveProperty('override');
  });

  test('of an operator whose clock is behind still replaces what it saw', async () => {
    await made(limits, change({ by: '5' }));
    const behind = limitsBy({ now: () => table.clock.at - 300_000 });
    await made(behind, RESET);
    expect((await limits.report()).limits).toMatchObject([{ configured: 10, inForce: 10 }]);
  });

  test('made by many at once leaves one in force, and all of them for the audit log', async () => {
    const wishes = Array.from({ length: 12 }, (_, i) =>
      change({ to: String(20 + i), author: `operator-${i}` }),
    );
    await Promise.all(wishes.map((wish) => limits.change(wish)));
    const { overrideRecords, overrides } = await policies().load();
    const stored = overrideRecords.map(({ author }) => author);
    // Callers that came after a higher amount was in force were refused, and stored nothing.
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.length).toBeGreaterThan(0);
    expect([...overrides.values()]).toHaveLength(1);
    expect(overrides.get('costCenter#retail/calls')?.amount).toBe(overrideRecords.at(-1)?.amount);
  });

  test('that is refused writes nothing', async () => {
    table.requests.clear();
    expect(await limits.change(change({ to: '3' }))).toHaveProperty('problems');
    expect(table.requests.get('PutItem')).toBeUndefined();
    expect((await policies().load()).overrideRecords).toEqual([]);
  });

  test('whose answer was lost is stored once', async () => {
    let sent = 0;
    table.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName !== 'PutItemCommand' || ++sent > 1) return result;
          throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        },
      { step: 'deserialize', priority: 'high', name: 'losing' },
    );
    await made(limits, change({ by: '5' }));
    expect(sent).toBe(1);
    expect((await policies().load()).overrideRecords).toHaveLength(1);
  });
});

test('the report tells what is used and in flight, of the limits of every owner', async () => {
  const over = { organization: { limits: [{ ...calls, name: 'all', unit: 'usd', amount: 2 }] } };
  await storePolicy(table, limitsConfig([calls], over));
  expect(await limits.report()).toEqual({
    asOf: '2026-11-23T14:05:30.000Z',
    timeZone: 'UTC',
    limits: [
      expect.objectContaining({ limit: 'retail/calls', used: 0, reserved: 0 }),
      expect.objectContaining({
        limit: 'organization/all',
        owner: 'organization',
        usd: { configured: '2.00', inForce: '2.00', used: '0.00', reserved: '0.00' },
      }),
    ],
  });
});

test('a table without a policy is said to have none', async () => {
  const empty = await startLedger();
  const elsewhere = operatorLimits({
    client: empty.client,
    tableName: empty.table,
    clock: empty.clock,
    ids: { uuid: () => 'one' },
    warn: () => undefined,
  });
  await expect(elsewhere.report()).rejects.toThrow(PolicyUnavailableError);
  await empty.close();
});

describe('a change of what one key has', () => {
  const perKey = { name: 'calls', window: 'total', unit: 'requests', amount: 10, per: 'key' };
  const record = { costCenter: 'retail', secretHash: '', author: 'a', createdAt: 0 };
  beforeEach(() => storePolicy(table, limitsConfig([perKey])));

  test('is one of its family: also of the key that it was rotated to', async () => {
    const keys = new DynamoDbKeys(table.client, table.table);
    for (const id of ['0000000001', '0000000002']) {
      await keys.add({ ...record, id, family: '0000000001' });
    }
    await made(limits, change({ key: '0000000002', by: '5', until: undefined }));
    const shown = (key: string) => limits.report({ key }).then(({ limits: [limit] }) => limit);
    for (const key of ['0000000001', '0000000002']) {
      expect(await shown(key)).toMatchObject({ key: '0000000001', configured: 10, inForce: 15 });
    }
    expect((await limits.report()).limits).toMatchObject([{ inForce: 10 }]);
  });

  test('of an unknown key is refused', async () => {
    expect(await limits.change(change({ key: '0000000009', by: '5' }))).toEqual({
      problems: [{ path: 'key', message: expect.stringContaining('unknown key "0000000009"') }],
    });
  });
});
