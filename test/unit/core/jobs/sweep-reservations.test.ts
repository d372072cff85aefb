/** Method: the real ledger, settings and policy store on dynalite; only bus and log are lists. */
import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { itemBytes } from '../../../../adapters/dynamodb-item-size.ts';
import { createDynamoDbSweepStore } from '../../../../adapters/dynamodb-sweep.ts';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import { releaseAndClose, settle } from '../../../../core/ledger/settle.ts';
import { overrideSortKey } from '../../../../core/policy/override-items.ts';
import { startLedger } from '../../../support/ledger.ts';
import { ACCOUNT, calls, MONTH, ONE_CALL, SweepHarness } from '../../../support/sweep-harness.ts';

/** From writing a new number of shards until the first window that may use it. */
const LAYOUT_DELAY_MS = 15 * 60_000;

let harness: SweepHarness;
beforeEach(async () => {
  harness = await SweepHarness.start();
});
afterEach(() => harness.table.close());

const counter = async (key = MONTH) => (await harness.table.counters(ACCOUNT)).get(key);

describe('a reservation whose lease has ended', () => {
  test('is charged, leaves nothing, and counts in a metric of its cost center', async () => {
    const policy = await harness.configure([calls]);
    await harness.reserved(policy);
    harness.passLease(policy);
    await expect(harness.sweep(policy)).resolves.toMatchObject({
      accounts: 1,
      expired: 1,
      complete: true,
    });
    expect(await counter()).toEqual({ committed: 1, settled: 1 });
    const attributes = await harness.table.attributes(ACCOUNT);
    expect(Object.keys(attributes ?? {}).filter((name) => /^[rx]_/.test(name))).toEqual([]);
    expect(attributes).toMatchObject({ n_retail: { N: '0' } });
    expect(harness.metrics).toMatchObject([{ CostCenter: 'retail', ReservationExpired: 1 }]);
  });

  test('is part of the largest item, whose size each sweep writes', async () => {
    const policy = await harness.configure([calls]);
    for (let i = 0; i < 10; i++) await harness.reserved(policy);
    await harness.sweep(policy);
    const [record] = harness.itemSizes;
    expect(record).toMatchObject({ Deployment: policy.name, account: ACCOUNT });
    const item = await harness.table.attributes(ACCOUNT);
    expect(record?.AccountItemBytes).toBe(itemBytes(JSON.parse(JSON.stringify(item))));
    expect(record?.AccountItemBytes).toBeGreaterThan(10 * 20);
  });

  test('is released where the policy says so', async () => {
    const policy = await harness.configure([calls], { expired_reservation: 'release' });
    await harness.reserved(policy);
    harness.passLease(policy);
    await harness.sweep(policy);
    expect(await counter()).toEqual({ committed: 0, settled: 0 });
  });

  test('is left alone before, and while hosts may differ about the time', async () => {
    const policy = await harness.configure([calls]);
    await harness.reserved(policy);
    harness.pass(policy.ledger.leaseSeconds);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ expired: 0 });
    expect(await counter()).toEqual({ committed: 1, settled: 0 });
    expect(harness.metrics).toEqual([]);
  });

  test('is ended once by two sweeps at once', async () => {
    const policy = await harness.configure([calls]);
    for (let i = 0; i < 5; i++) await harness.reserved(policy);
    harness.passLease(policy);
    const both = await Promise.all([harness.sweep(policy), harness.sweep(policy)]);
    expect(both[0].expired + both[1].expired).toBe(5);
    expect(await counter()).toEqual({ committed: 5, settled: 5 });
  });

  test('waits for the next run when time is up', async () => {
    const policy = await harness.configure([calls]);
    await harness.reserved(policy);
    harness.passLease(policy);
    const now = harness.table.clock.now();
    await expect(harness.sweep(policy, {}, now)).resolves.toMatchObject({
      expired: 0,
      complete: false,
    });
    await expect(harness.sweep(policy)).resolves.toMatchObject({ expired: 1, complete: true });
  });
});

test('accounts are read by key: no sweep scans the table', async () => {
  const policy = await harness.configure([calls]);
  await harness.reserved(policy);
  // Accounts, and samples of use; of these one is written each five minutes.
  for (const UpdateItem of [1, undefined]) {
    harness.table.requests.clear();
    await harness.sweep(policy);
    expect(harness.table.requests.get('BatchGetItem')).toBe(2);
    expect(harness.table.requests.get('UpdateItem')).toBe(UpdateItem);
    // Changes of keys have a partition.
    expect(harness.table.requests.get('Query')).toBe(1);
    expect(harness.table.requests.size).toBe(UpdateItem ? 3 : 2);
  }
});

test('the charge of a sweep tells the threshold it passes', async () => {
  const policy = await harness.configure([{ ...calls, amount: 1, notify_at: [100] }]);
  await harness.reserved(policy);
  harness.passLease(policy);
  await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 2 });
  expect(harness.alerts.map(({ id }) => id)).toContain('costCenter#retail/calls/2026-11/100');
  await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 0 });
  expect(harness.alerts).toHaveLength(2);
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11 */
const EXPRESSION_MAX = 4096;

describe('what is old', () => {
  const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 2 };

  test('is dropped also where every percent of many windows was published', async () => {
    const policy = await harness.configure([{ window: 'minute', unit: 'requests', amount: 10 }]);
    const { ledger, clock } = harness.table;
    const marks = Array.from({ length: 100 }, (_, i) => String(i + 1));
    for (let minute = 0; minute < 9; minute++) {
      await ledger.markPublished(ACCOUNT, `minute-requests_2026-11-23T14:0${minute}`, marks);
    }
    clock.set('2026-11-23T16:00:00.000Z');
    const sent = harness.sentExpressions();
    expect(await harness.sweep(policy)).toMatchObject({ prunedCounters: 9 });
    expect(Math.max(...sent.map((text) => text.length))).toBeLessThan(EXPRESSION_MAX);
    expect(await harness.table.attributes(ACCOUNT)).toEqual({
      pk: { S: ACCOUNT },
      sk: { S: 'counters' },
    });
  });

  test('is dropped: counters behind the history, markers that no call waits for', async () => {
    const policy = await harness.configure([minute]);
    await harness.reserved(policy);
    harness.passLease(policy);
    await expect(harness.sweep(policy)).resolves.toMatchObject({
      prunedCounters: 0,
      prunedMarkers: 0,
    });
    const reserved = await harness.reserved(policy);
    await releaseAndClose(harness.table.ledger, reserved);
    harness.pass(910);
    await expect(harness.sweep(policy)).resolves.toMatchObject({
      prunedMarkers: 1,
      prunedCounters: 2,
    });
    const { pk, sk, ...rest } = await harness.table.attributes(ACCOUNT);
    expect(rest).toEqual({ n_retail: { N: '0' } });
  });

  test('stays while its threshold could not be published, and is published later', async () => {
    const policy = await harness.configure([{ ...minute, notify_at: [50] }], {
      history_windows: 1,
    });
    await settle(harness.table.ledger, await harness.reserved(policy), ONE_CALL);
    const away = { publish: () => Promise.reject(new Error('the bus is unavailable')) };
    const seen = await harness.sweep(policy, { alerts: away });
    expect(seen).toMatchObject({ published: 0, prunedCounters: 0 });
    expect(harness.warnings).toEqual(['a threshold could not be published']);
    harness.pass(60);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 1 });
    expect(harness.alerts.map(({ id }) => id)).toEqual(['costCenter#retail/m/2026-11-23T14:05/50']);
    harness.pass(180);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ published: 0, prunedCounters: 1 });
  });
});

describe('another number of shards', () => {
  const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 10 };

  test('is announced once, and in force for windows that begin later', async () => {
    await harness.sweep(await harness.configure([minute], { shards: 4 }));
    const from = harness.table.clock.now() + LAYOUT_DELAY_MS;
    expect((await harness.loaded()).shardLayout).toEqual([
      { shards: 1, from: 0 },
      { shards: 4, from },
    ]);
    harness.table.requests.clear();
    await harness.sweep(await harness.loaded());
    expect(harness.table.requests.get('UpdateItem')).toBeUndefined();
  });

  test('the one a table was made with is taken over at once, and then stays', async () => {
    const Key = { pk: { S: 'ledger' }, sk: { S: 'initial-layout' } };
    await harness.put('ledger', 'initial-layout', JSON.stringify([{ from: 0, shards: 4 }]));
    await harness.sweep(await harness.configure([minute], { shards: 4 }));
    const { client, table: TableName } = harness.table;
    await client.send(new DeleteItemCommand({ TableName, Key }));
    expect((await harness.loaded()).shardLayout).toEqual([{ shards: 4, from: 0 }]);
    harness.table.requests.clear();
    await harness.sweep(await harness.loaded());
    expect(harness.table.requests.get('UpdateItem')).toBeUndefined();
  });

  test('sums up use over the shards in the metric that a single settle cannot write', async () => {
    await harness.sweep(await harness.configure([minute], { shards: 4 }));
    harness.pass(LAYOUT_DELAY_MS / 1_000 + 60);
    const policy = await harness.loaded();
    for (let i = 0; i < 6; i++) await harness.reserved(policy);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ expired: 0 });
    expect(harness.metrics).toMatchObject([
      { CostCenter: 'retail', Limit: 'm', LimitUtilization: 60 },
    ]);
  });

  test('that cannot be written stops nothing else', async () => {
    const policy = await harness.configure([calls], { shards: 4 });
    await harness.reserved(policy);
    harness.passLease(policy);
    const settings = createDynamoDbSweepStore(harness.table.client, 'no-such-table');
    await expect(harness.sweep(policy, { settings })).resolves.toMatchObject({ expired: 1 });
    expect(harness.warnings).toEqual(['the shard layout could not be written']);
  });
});

describe('an override', () => {
  const KEY = 'costCenter#retail/calls';
  const body = {
    action: 'raise',
    amount: 20,
    unit: 'requests',
    until: '2026-12-01T00:00:00Z',
    reason: 'launch week',
    author: 'finops',
    createdAt: '2026-11-23T14:00:00Z',
  };
  const idAt = (createdAt: string) => overrideSortKey(KEY, createdAt, 'one');
  const write = (over: { readonly createdAt?: string } & Record<string, unknown> = {}) => {
    const whole = { ...body, ...over };
    return harness.put('override', idAt(whole.createdAt), JSON.stringify(whole));
  };
  const ID = idAt(body.createdAt);
  const stored = async () => {
    const Key = { pk: { S: 'override' }, sk: { S: ID } };
    return (
      await harness.table.client.send(new GetItemCommand({ TableName: harness.table.table, Key }))
    ).Item;
  };

  test('is one line of the audit log, however many sweeps see it', async () => {
    await harness.configure([calls]);
    await write();
    const policy = await harness.loaded();
    await Promise.all([harness.sweep(policy), harness.sweep(policy)]);
    await expect(harness.sweep(policy)).resolves.toMatchObject({ overridesAudited: 0 });
    await expect(harness.sweep(await harness.loaded())).resolves.toMatchObject({
      overridesAudited: 0,
    });
    const at = '2026-11-23T14:05:30.000Z';
    const line = { kind: 'audit', event: 'limit_override', at, id: ID, limit: KEY, ...body };
    expect(harness.audit).toEqual([line]);
  });

  test('is written down even when it was replaced before any sweep saw it', async () => {
    await harness.configure([calls]);
    await write();
    await write({ action: 'lower', amount: 5, createdAt: '2026-11-23T14:01:00Z' });
    const reset = { action: 'reset', amount: undefined, unit: undefined, until: undefined };
    await write({ ...reset, createdAt: '2026-11-23T14:02:00Z' });
    await expect(harness.sweep(await harness.loaded())).resolves.toMatchObject({
      overridesAudited: 3,
    });
    expect(harness.audit).toMatchObject([
      { action: 'raise', amount: 20 },
      { action: 'lower', amount: 5 },
      { action: 'reset' },
    ]);
  });

  test('that cannot be marked is written down by the next sweep', async () => {
    await harness.configure([calls]);
    await write();
    const settings = createDynamoDbSweepStore(harness.table.client, 'no-such-table');
    await harness.sweep(await harness.loaded(), { settings });
    expect([harness.audit, harness.warnings]).toEqual([
      [],
      ['an override could not be put into the audit log'],
    ]);
    await expect(harness.sweep(await harness.loaded())).resolves.toMatchObject({
      overridesAudited: 1,
    });
  });

  test('is written down again, under its id, when the run that claimed it died', async () => {
    await harness.configure([calls]);
    await write();
    const died = () => {
      throw new Error('out of time');
    };
    await harness.sweep(await harness.loaded(), {
      telemetry: { metrics: () => undefined, audit: died },
    });
    await expect(harness.sweep(await harness.loaded())).resolves.toMatchObject({
      overridesAudited: 0,
    });
    harness.pass(600);
    await expect(harness.sweep(await harness.loaded())).resolves.toMatchObject({
      overridesAudited: 1,
    });
    expect(harness.audit.map(({ id }) => id)).toEqual([ID]);
  });

  test('is marked and kept for a year, not changed', async () => {
    await harness.configure([calls]);
    await write();
    expect(await stored()).not.toHaveProperty('ttl');
    await harness.sweep(await harness.loaded());
    const Item = await stored();
    expect(JSON.parse(Item?.body?.S ?? '')).toEqual(body);
    const year = Date.parse(body.createdAt) / 1_000 + 366 * 86_400;
    expect(Number(Item?.ttl?.N)).toBeGreaterThan(year);
    expect((await harness.loaded()).overrides.get(KEY)?.amount).toBe(20);
  });
});

test('an unavailable ledger fails the run, so that it is seen', async () => {
  const policy = await harness.configure([calls]);
  harness.table.client.destroy();
  const away = await startLedger();
  await away.close();
  await expect(harness.sweep(policy, { ledger: away.ledger })).rejects.toThrow(
    LedgerUnavailableError,
  );
});

describe('a change of a key', () => {
  const change = {
    id: '2026-11-23T14:00:00.000Z@k1@create',
    action: 'create',
    key: 'k1',
    costCenter: 'retail',
    author: 'alice',
    changedAt: '2026-11-23T14:00:00.000Z',
  };
  const write = () => harness.put('keyChange', change.id, JSON.stringify(change));

  test('is written to the audit log once', async () => {
    const policy = await harness.configure([calls]);
    await write();
    await Promise.all([harness.sweep(policy), harness.sweep(policy)]);
    await harness.sweep(policy);
    expect(harness.audit).toEqual([
      { kind: 'audit', event: 'key_change', at: expect.any(String), ...change },
    ]);
  });

  test('is written in the next run, whatever number of others came first', async () => {
    const policy = await harness.configure([calls]);
    for (let at = 0; at < 250; at += 1) {
      const earlier = { ...change, id: `2026-11-22T14:00:00.000Z@t${at}@create`, key: `t${at}` };
      await harness.put('keyChange', earlier.id, JSON.stringify(earlier));
    }
    await write();
    await harness.sweep(policy);
    expect(harness.audit).toHaveLength(251);
    expect(harness.audit.at(-1)).toMatchObject({ id: change.id });
  });

  test('is written again where the first run died on the way', async () => {
    const policy = await harness.configure([calls]);
    await write();
    const died = () => {
      throw new Error('out of time');
    };
    await harness.sweep(policy, { telemetry: { metrics: () => undefined, audit: died } });
    await harness.sweep(policy);
    expect(harness.audit).toEqual([]);
    harness.pass(600);
    await harness.sweep(policy);
    expect(harness.audit).toMatchObject([{ id: change.id }]);
  });
});
