/** Method: the real ledger, settings and policy store on dynalite; only bus and log are lists. */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDbSettings } from '../../../../../functions/adapters/dynamodb-settings.ts';
import { DynamoDbUsageHistory } from '../../../../../functions/adapters/dynamodb-usage-history.ts';
import { createPolicyStore } from '../../../../../functions/adapters/policy-store.ts';
import { LedgerUnavailableError } from '../../../../../functions/core/errors.ts';
import type { Reservation } from '../../../../../functions/core/ledger/reservation.ts';
import { reserve } from '../../../../../functions/core/ledger/reserve.ts';
import { settle } from '../../../../../functions/core/ledger/settle.ts';
import { usageOf } from '../../../../../functions/core/ledger/usage.ts';
import { toPolicyItems } from '../../../../../functions/core/policy/items.ts';
import { limitsOf, overrideSortKey } from '../../../../../functions/core/policy/overrides.ts';
import type { Policy } from '../../../../../functions/core/policy/policy.ts';
import { sweepReservations } from '../../../../../functions/core/steps/sweep-reservations.ts';
import type { Alert } from '../../../../../functions/core/telemetry/alerts.ts';
import type { OverrideLine } from '../../../../../functions/core/telemetry/audit.ts';
import type { MetricRecord } from '../../../../../functions/core/telemetry/metric-record.ts';
import { startLedger, type TestLedger } from '../../../../support/ledger.ts';
import { limitsConfig } from '../../../../support/policy.ts';

/** From writing a new number of shards until the first window that may use it. */
const LAYOUT_DELAY_MS = 15 * 60_000;

type SweepPorts = Parameters<typeof sweepReservations>[0];

let table: TestLedger;
let alerts: Alert[];
let metrics: MetricRecord[];
let audit: OverrideLine[];
let warnings: string[];
let ids = 0;

beforeEach(async () => {
  table = await startLedger();
  [alerts, metrics, audit, warnings] = [[], [], [], []];
});
afterEach(() => table.close());

const portsWith = (over: Partial<SweepPorts> = {}): SweepPorts => ({
  ledger: table.ledger,
  settings: new DynamoDbSettings(table.client, table.table),
  history: new DynamoDbUsageHistory(table.client, table.table),
  clock: table.clock,
  alerts: { publish: async (more) => void alerts.push(...more) },
  telemetry: {
    metrics: (record) => void metrics.push(record),
    audit: (line) => void audit.push(line),
  },
  warn: (message) => void warnings.push(message),
  ...over,
});

const put = (pk: string, sk: string, body: string) => {
  const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: body } };
  return table.client.send(new PutItemCommand({ TableName: table.table, Item }));
};

/** What a function that starts now loads. */
const loaded = (): Promise<Policy> =>
  createPolicyStore({
    client: table.client,
    tableName: table.table,
    clock: table.clock,
    warn: (message) => void warnings.push(message),
  }).load();

async function configure(
  limits: readonly object[],
  ledger: object = {},
  over: object = {},
): Promise<Policy> {
  for (const { pk, sk, body } of toPolicyItems(limitsConfig(limits, { ledger, ...over }))) {
    await put(pk, sk, body);
  }
  return loaded();
}

const sweep = (policy: Policy, over: Partial<SweepPorts> = {}, stopBy = Number.MAX_SAFE_INTEGER) =>
  sweepReservations(portsWith(over), policy, stopBy);

const ONE_CALL = { requests: 1, tokens: 100, input_tokens: 50, output_tokens: 50, usd: 1_000 };

async function reserved(policy: Policy): Promise<Reservation> {
  const decision = await reserve(table.ledger, {
    policy,
    scope: { costCenter: 'retail', application: 'faq', environment: 'dev' },
    candidates: [{ model: 'haiku', worstCase: ONE_CALL }],
    reservationId: `call-${++ids}`,
    attemptId: 'attempt',
    now: table.clock.now(),
  });
  if (decision.outcome !== 'reserved') throw new Error(`not reserved: ${decision.outcome}`);
  return decision.reservation;
}

const pass = (seconds: number) => {
  table.clock.at += seconds * 1_000;
};

const ACCOUNT = 'account#costCenter#retail#0';
const MONTH = 'calls_2026-11';
const calls = { name: 'calls', window: 'month', unit: 'requests', amount: 10 };
const counter = async (key = MONTH) => (await table.counters(ACCOUNT)).get(key);

describe('a reservation whose lease has ended', () => {
  test('is charged, leaves a marker, and counts in a metric of its cost center', async () => {
    const policy = await configure([calls]);
    const { id } = await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    await expect(sweep(policy)).resolves.toMatchObject({ accounts: 1, expired: 1, complete: true });
    expect(await counter()).toEqual({ committed: 1, settled: 1 });
    const attributes = await table.attributes(ACCOUNT);
    expect(attributes).not.toHaveProperty(`r_${id}`);
    expect(attributes).toHaveProperty(`x_${id}`);
    expect(metrics).toMatchObject([{ CostCenter: 'retail', ReservationExpired: 1 }]);
  });

  test('is given back where the policy says so', async () => {
    const policy = await configure([calls], { expired_reservation: 'release' });
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    await sweep(policy);
    expect(await counter()).toEqual({ committed: 0, settled: 0 });
  });

  test('is left alone before, and while hosts may differ about the time', async () => {
    const policy = await configure([calls]);
    await reserved(policy);
    pass(policy.ledger.leaseSeconds);
    await expect(sweep(policy)).resolves.toMatchObject({ expired: 0 });
    expect(await counter()).toEqual({ committed: 1, settled: 0 });
    expect(metrics).toEqual([]);
  });

  test('is ended once by two sweeps at once', async () => {
    const policy = await configure([calls]);
    for (let i = 0; i < 5; i++) await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    const both = await Promise.all([sweep(policy), sweep(policy)]);
    expect(both[0].expired + both[1].expired).toBe(5);
    expect(await counter()).toEqual({ committed: 5, settled: 5 });
  });

  test('waits for the next run when time is up', async () => {
    const policy = await configure([calls]);
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    const now = table.clock.now();
    await expect(sweep(policy, {}, now)).resolves.toMatchObject({ expired: 0, complete: false });
    await expect(sweep(policy)).resolves.toMatchObject({ expired: 1, complete: true });
  });
});

test('accounts are read by key: no sweep scans the table', async () => {
  const policy = await configure([calls]);
  await reserved(policy);
  // Accounts, and samples of use; of these one is written each five minutes.
  for (const UpdateItem of [1, undefined]) {
    table.requests.clear();
    await sweep(policy);
    expect(table.requests.get('BatchGetItem')).toBe(2);
    expect(table.requests.get('UpdateItem')).toBe(UpdateItem);
    expect(table.requests.size).toBe(UpdateItem ? 2 : 1);
  }
});

test('the charge of a sweep tells the threshold it passes', async () => {
  const policy = await configure([{ ...calls, amount: 1, notify_at: [100] }]);
  await reserved(policy);
  pass(policy.ledger.leaseSeconds + 10);
  await expect(sweep(policy)).resolves.toMatchObject({ published: 2 });
  expect(alerts.map(({ id }) => id)).toContain('costCenter#retail/calls/2026-11/100');
  await expect(sweep(policy)).resolves.toMatchObject({ published: 0 });
  expect(alerts).toHaveLength(2);
});

describe('calls that never came back', () => {
  const organization = { limits: [{ ...calls, name: 'all', amount: 20 }] };
  const expire = async (ledger: object) => {
    const policy = await configure([calls], ledger, { organization });
    const { id } = await reserved(policy);
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    return { policy, id };
  };

  test('are told once a sweep and cost center, whatever accounts they held in', async () => {
    const { policy, id } = await expire({});
    await expect(sweep(policy)).resolves.toMatchObject({ expired: 4, published: 1 });
    const [alert] = alerts;
    expect(alerts).toHaveLength(1);
    expect(alert).toMatchObject({
      type: 'ReservationsExpired',
      id: `costCenter#retail/expired/${id}`,
      detail: { owner: { kind: 'costCenter', name: 'retail' }, count: 2, charged: true },
    });
    expect(alert?.detail.summary).toMatch(
      /^2 calls of cost center retail never came back .+ charged at the worst case\. Look for .+call-/,
    );
    await expect(sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('are given back where the policy says so, and the alert says it too', async () => {
    const { policy } = await expire({ expired_reservation: 'release' });
    await sweep(policy);
    expect(alerts[0]?.detail).toMatchObject({ charged: false });
    expect(alerts[0]?.detail.summary).toContain('they were given back');
  });
});

describe('a first denial that nobody could tell', () => {
  const note = (key: string) => table.ledger.claimAlert(ACCOUNT, key, 'denied-80');

  test('is told by the sweep, once', async () => {
    const policy = await configure([calls]);
    await note(MONTH);
    await expect(sweep(policy)).resolves.toMatchObject({ published: 1 });
    expect(alerts).toMatchObject([
      {
        type: 'CallDenied',
        id: 'costCenter#retail/calls/2026-11/denied-80',
        detail: { percent: 80, used: 0, notify: true },
      },
    ]);
    await expect(sweep(policy)).resolves.toMatchObject({ published: 0 });
    expect(await note(MONTH)).toBe(false);
  });

  test('is kept until it is told, and goes with its window, also without a counter', async () => {
    const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 1 };
    const policy = await configure([minute], { history_windows: 1 });
    await note('m_2026-11-23T14:05');
    const away = { publish: () => Promise.reject(new Error('the bus is away')) };
    pass(180);
    const untold = await sweep(policy, { alerts: away });
    expect(untold).toMatchObject({ published: 0, prunedCounters: 1 });
  });
});

describe('use that is too fast', () => {
  const day = { name: 'tokens', window: 'day', unit: 'tokens', amount: 3_000 };
  const history = () => new DynamoDbUsageHistory(table.client, table.table);
  /** A call of 100 tokens each five minutes, and a sweep after it. */
  async function burn(policy: Policy, calls: number, over: Partial<SweepPorts> = {}) {
    for (let i = 0; i < calls; i++) {
      pass(300);
      await settle(table.ledger, await reserved(policy), ONE_CALL);
      await sweep(policy, over);
    }
  }
  const usage = async (policy: Policy) => {
    const [owner] = await usageOf(
      { ledger: table.ledger, history: history() },
      policy,
      [{ owner: { kind: 'costCenter', name: 'retail' }, limits: limitsOf(policy) }],
      table.clock.now(),
    );
    return owner?.limits[0];
  };

  test('is told before the limit is reached, once, and stands in the usage', async () => {
    const policy = await configure([day]);
    await sweep(policy);
    await burn(policy, 13);
    expect(alerts).toMatchObject([
      {
        type: 'LimitBurnRate',
        id: 'costCenter#retail/tokens/2026-11-23/burn-fast',
        detail: { pace: 'fast', amount: 3_000, resetsAt: '2026-11-24T00:00:00.000Z' },
      },
    ]);
    expect(alerts[0]?.detail.summary).toMatch(
      /^At the pace of the last hour the limit tokens of cost center retail is reached at 2026-11-23T\d\d:.+, before its window ends at 2026-11-24T00:00:00\.000Z: \d+ tokens of 3000 tokens per day used, about \d+ tokens more an hour/,
    );
    const { used, forecast, projected } = (await usage(policy)) ?? {};
    expect(used).toBe(1_300);
    expect(projected).toBeLessThan(forecast?.projected ?? 0);
    expect(forecast).toMatchObject({ burn: 'fast', perHour: { lastHour: expect.any(Number) } });
    expect(forecast?.perHour.lastHour).toBeGreaterThan(1_100);
    const reachedAt = Date.parse(forecast?.reachedAt ?? '');
    expect(reachedAt).toBeGreaterThan(table.clock.now() + 3_600_000);
    expect(reachedAt).toBeLessThan(table.clock.now() + 7_200_000);
  });

  test('is told later where it could not be at once, and samples are kept all the same', async () => {
    const policy = await configure([day]);
    await sweep(policy);
    await burn(policy, 6, { alerts: { publish: () => Promise.reject(new Error('no bus')) } });
    expect(warnings).toContain('a burn rate could not be published');
    const kept = (await history().read([{ kind: 'costCenter', name: 'retail' }])).values().next();
    expect(kept.value?.limits.get('tokens')?.samples).toHaveLength(7);
    await expect(sweep(policy)).resolves.toMatchObject({ published: 1 });
    await expect(sweep(policy)).resolves.toMatchObject({ published: 0 });
  });

  test('costs the sweep nothing else when the samples cannot be read', async () => {
    const policy = await configure([calls]);
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    const away = {
      read: () => Promise.reject(new LedgerUnavailableError('away')),
      write: () => Promise.reject(new LedgerUnavailableError('away')),
    };
    await expect(sweep(policy, { history: away })).resolves.toMatchObject({ expired: 1 });
    expect(warnings).toEqual(['the pace of use could not be watched']);
  });

  test('two sweeps at once keep one sample', async () => {
    const policy = await configure([day]);
    await Promise.all([sweep(policy), sweep(policy)]);
    const kept = (await history().read([{ kind: 'costCenter', name: 'retail' }])).values().next();
    expect(kept.value).toMatchObject({ revision: 1 });
  });
});

describe('what is old', () => {
  const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 2 };

  test('is dropped: counters behind the history, markers nobody waits for', async () => {
    const policy = await configure([minute]);
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    await expect(sweep(policy)).resolves.toMatchObject({ prunedCounters: 0, prunedMarkers: 0 });
    pass(910);
    await expect(sweep(policy)).resolves.toMatchObject({ prunedMarkers: 1, prunedCounters: 1 });
    const { pk, sk, ...rest } = await table.attributes(ACCOUNT);
    expect(rest).toEqual({});
  });

  test('stays while its threshold could not be told, and is told later', async () => {
    const policy = await configure([{ ...minute, notify_at: [50] }], { history_windows: 1 });
    await settle(table.ledger, await reserved(policy), ONE_CALL);
    const away = { publish: () => Promise.reject(new Error('the bus is away')) };
    const seen = await sweep(policy, { alerts: away });
    expect(seen).toMatchObject({ published: 0, prunedCounters: 0 });
    expect(warnings).toEqual(['a threshold could not be published']);
    pass(60);
    await expect(sweep(policy)).resolves.toMatchObject({ published: 1 });
    expect(alerts.map(({ id }) => id)).toEqual(['costCenter#retail/m/2026-11-23T14:05/50']);
    pass(180);
    await expect(sweep(policy)).resolves.toMatchObject({ published: 0, prunedCounters: 1 });
  });
});

describe('another number of shards', () => {
  const minute = { name: 'm', window: 'minute', unit: 'requests', amount: 10 };

  test('is announced once, and in force for windows that begin later', async () => {
    await sweep(await configure([minute], { shards: 4 }));
    const from = table.clock.now() + LAYOUT_DELAY_MS;
    expect((await loaded()).shardLayout).toEqual([
      { shards: 1, from: 0 },
      { shards: 4, from },
    ]);
    table.requests.clear();
    await sweep(await loaded());
    expect(table.requests.get('UpdateItem')).toBeUndefined();
  });

  test('sums up use over the shards in the metric that a single settle cannot write', async () => {
    await sweep(await configure([minute], { shards: 4 }));
    pass(LAYOUT_DELAY_MS / 1_000 + 60);
    const policy = await loaded();
    for (let i = 0; i < 6; i++) await reserved(policy);
    await expect(sweep(policy)).resolves.toMatchObject({ expired: 0 });
    expect(metrics).toMatchObject([{ CostCenter: 'retail', Limit: 'm', LimitUtilization: 60 }]);
  });

  test('that cannot be written stops nothing else', async () => {
    const policy = await configure([calls], { shards: 4 });
    await reserved(policy);
    pass(policy.ledger.leaseSeconds + 10);
    const settings = new DynamoDbSettings(table.client, 'no-such-table');
    await expect(sweep(policy, { settings })).resolves.toMatchObject({ expired: 1 });
    expect(warnings).toEqual(['the shard layout could not be written']);
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
    return put('override', idAt(whole.createdAt), JSON.stringify(whole));
  };
  const ID = idAt(body.createdAt);
  const stored = async () => {
    const Key = { pk: { S: 'override' }, sk: { S: ID } };
    return (await table.client.send(new GetItemCommand({ TableName: table.table, Key }))).Item;
  };

  test('is one line of the audit log, however many sweeps see it', async () => {
    await configure([calls]);
    await write();
    const policy = await loaded();
    await Promise.all([sweep(policy), sweep(policy)]);
    await expect(sweep(policy)).resolves.toMatchObject({ overridesAudited: 0 });
    await expect(sweep(await loaded())).resolves.toMatchObject({ overridesAudited: 0 });
    const at = '2026-11-23T14:05:30.000Z';
    const line = { kind: 'audit', event: 'limit_override', at, id: ID, limit: KEY, ...body };
    expect(audit).toEqual([line]);
  });

  test('is written down even when it was replaced before any sweep saw it', async () => {
    await configure([calls]);
    await write();
    await write({ action: 'lower', amount: 5, createdAt: '2026-11-23T14:01:00Z' });
    const reset = { action: 'reset', amount: undefined, unit: undefined, until: undefined };
    await write({ ...reset, createdAt: '2026-11-23T14:02:00Z' });
    await expect(sweep(await loaded())).resolves.toMatchObject({ overridesAudited: 3 });
    expect(audit.map(({ action, amount }) => [action, amount])).toEqual([
      ['raise', 20],
      ['lower', 5],
      ['reset', undefined],
    ]);
  });

  test('that cannot be marked is written down by the next sweep', async () => {
    await configure([calls]);
    await write();
    const settings = new DynamoDbSettings(table.client, 'no-such-table');
    await sweep(await loaded(), { settings });
    expect([audit, warnings]).toEqual([[], ['an override could not be put into the audit log']]);
    await expect(sweep(await loaded())).resolves.toMatchObject({ overridesAudited: 1 });
  });

  test('is written down again, under its id, when the run that claimed it died', async () => {
    await configure([calls]);
    await write();
    const died = () => {
      throw new Error('out of time');
    };
    await sweep(await loaded(), { telemetry: { metrics: () => undefined, audit: died } });
    await expect(sweep(await loaded())).resolves.toMatchObject({ overridesAudited: 0 });
    pass(600);
    await expect(sweep(await loaded())).resolves.toMatchObject({ overridesAudited: 1 });
    expect(audit.map(({ id }) => id)).toEqual([ID]);
  });

  test('is marked and kept for a year, not changed', async () => {
    await configure([calls]);
    await write();
    expect(await stored()).not.toHaveProperty('ttl');
    await sweep(await loaded());
    const Item = await stored();
    expect(JSON.parse(Item?.body?.S ?? '')).toEqual(body);
    const year = Date.parse(body.createdAt) / 1_000 + 366 * 86_400;
    expect(Number(Item?.ttl?.N)).toBeGreaterThan(year);
    expect((await loaded()).overrides.get(KEY)?.amount).toBe(20);
  });
});

test('a ledger that is away fails the run, so that it is seen', async () => {
  const policy = await configure([calls]);
  table.client.destroy();
  const away = await startLedger();
  await away.close();
  await expect(sweep(policy, { ledger: away.ledger })).rejects.toThrow(LedgerUnavailableError);
});
