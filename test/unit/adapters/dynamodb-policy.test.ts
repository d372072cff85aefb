/** Method: a real DynamoDB client against a local HTTP server that answers what a test says. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createDynamoDbPolicySource } from '../../../adapters/dynamodb-policy.ts';
import { boundCostCenters } from '../../../core/call/context/caller-cost-centers.ts';
import { LedgerUnavailableError, PolicyUnavailableError } from '../../../core/errors.ts';
import { ONE_SHARD } from '../../../core/ledger/shard-layout.ts';
import { type PolicyItem, toPolicyItems } from '../../../core/policy/policy-items.ts';

const FRESH_MS = 60_000;
const RETRY_MS = 10_000;
const STALE_MS = 10 * 60_000;

type Read = 'policy' | 'override' | 'layout' | 'initial';
type Answer = () => { readonly status: number; readonly body: unknown };

let server: Server;
let client: DynamoDBClient;
/** Responses of the table to each of the three reads. */
let answers: Record<Read, Answer>;
let requests: Record<Read, unknown[]>;
let now: number;
let warnings: string[];

const configured = (shards: number) => ({
  name: 'genai',
  models: { lite: { model_id: 'amazon.nova-lite-v1:0' } },
  applications: { docs: { environments: ['dev'] } },
  cost_centers: {
    sales: {
      models: ['lite'],
      applications: ['docs'],
      limits: [{ name: 'budget', window: 'month', unit: 'usd', amount: 500 }],
    },
  },
  ledger: { shards },
});

const item = ({ pk, sk, body }: Omit<PolicyItem, 'pk'> & { pk: string }) => ({
  pk: { S: pk },
  sk: { S: sk },
  body: { S: body },
});

const items = (shards: number): Answer => {
  const Items = toPolicyItems(configured(shards)).map(item);
  return () => ({ status: 200, body: { Items } });
};

const broken: Answer = () => ({
  status: 400,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'x' },
});

const nothing: Answer = () => ({ status: 200, body: {} });

const layout =
  (body: string): Answer =>
  () => ({
    status: 200,
    body: { Item: { pk: { S: 'ledger' }, sk: { S: 'layout' }, body: { S: body } } },
  });

const BUDGET = 'costCenter#sales/budget';

const override = (change: object, sk = BUDGET) => {
  const body = {
    action: 'raise',
    unit: 'usd',
    until: '2026-12-01T00:00:00Z',
    reason: 'launch week',
    author: 'finops',
    createdAt: '2026-11-23T11:00:00Z',
    ...change,
  };
  return item({ pk: 'override', sk, body: JSON.stringify(body) });
};

const overrides =
  (...Items: object[]): Answer =>
  () => ({ status: 200, body: { Items } });

function readOf(target: string | undefined, input: unknown): Read {
  if (target?.endsWith('.GetItem')) {
    return JSON.stringify(input).includes('"S":"initial-layout"') ? 'initial' : 'layout';
  }
  return JSON.stringify(input).includes('"S":"override"') ? 'override' : 'policy';
}

const queryOf = (partition: string) => ({
  TableName: 'ledger',
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: partition } },
});

const layoutRead = (sk: string) => ({
  TableName: 'ledger',
  Key: { pk: { S: 'ledger' }, sk: { S: sk } },
});

const loads = () => requests.policy.length;

const store = () =>
  createDynamoDbPolicySource({
    client,
    tableName: 'ledger',
    clock: { now: () => now },
    warn: (message) => warnings.push(message),
  });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const input: unknown = JSON.parse(await text(request));
    const read = readOf(request.headers['x-amz-target']?.toString(), input);
    requests[read].push(input);
    const { status, body } = answers[read]();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});

afterAll(async () => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  answers = { policy: items(1), override: nothing, layout: nothing, initial: nothing };
  requests = { policy: [], override: [], layout: [], initial: [] };
  warnings = [];
  now = Date.parse('2026-11-23T12:00:00Z');
});

test('a role pattern that an earlier release took keeps the policy in force, and binds no one', async () => {
  const { cost_centers, ...others } = configured(1);
  const callers = { iam_role_arns: ['arn:aws:iam::111122223333:role/sales/*'] };
  const config = { ...others, cost_centers: { sales: { ...cost_centers.sales, callers } } };
  answers.policy = () => ({ status: 200, body: { Items: toPolicyItems(config).map(item) } });
  const policy = await store().load();
  const caller = {
    kind: 'iam',
    arn: 'arn:aws:sts::111122223333:assumed-role/hr-sandbox/session',
  } as const;
  expect(policy.costCenters.get('sales')?.callers).toHaveLength(1);
  expect(boundCostCenters(policy, caller)).toEqual([]);
});

describe('loading', () => {
  test('is a Query of each partition and a read of the shard layout', async () => {
    const policy = await store().load();
    expect(policy.costCenters.get('sales')?.model).toBe('lite');
    expect(requests).toEqual({
      policy: [queryOf('policy')],
      override: [queryOf('override')],
      layout: [layoutRead('layout')],
      initial: [layoutRead('initial-layout')],
    });
  });

  test('follows pages', async () => {
    const [settings, ...centers] = toPolicyItems(configured(1)).map(item);
    answers.policy = () =>
      loads() === 1
        ? {
            status: 200,
            body: { Items: centers, LastEvaluatedKey: { pk: { S: 'policy' }, sk: { S: 'x' } } },
          }
        : { status: 200, body: { Items: [settings] } };
    await store().load();
    expect(requests.policy[1]).toMatchObject({ ExclusiveStartKey: { sk: { S: 'x' } } });
  });

  test('does not follow pages without end', async () => {
    answers.policy = () => ({
      status: 200,
      body: { Items: [], LastEvaluatedKey: { pk: { S: 'policy' }, sk: { S: 'x' } } },
    });
    await expect(store().load()).rejects.toThrow('the policy has too many items');
    expect(loads()).toBeLessThan(100);
  });

  test('happens once for concurrent callers', async () => {
    const source = store();
    const policies = await Promise.all(Array.from({ length: 20 }, () => source.load()));
    expect(new Set(policies).size).toBe(1);
    expect(loads()).toBe(1);
  });

  test('happens again after a minute, not before', async () => {
    const source = store();
    await source.load();
    answers.policy = items(2);
    now += FRESH_MS - 1;
    expect((await source.load()).ledger.shards).toBe(1);
    now += 1;
    expect((await source.load()).ledger.shards).toBe(2);
    expect(loads()).toBe(2);
  });

  test.each([
    ['the clock was set back', -1, undefined],
    ['it is older than the caller wants', 1_001, 1_000],
  ])('happens again when %s', async (_, ms, maxAgeMs) => {
    const source = store();
    await source.load(maxAgeMs);
    now += ms;
    await source.load(maxAgeMs);
    expect(loads()).toBe(2);
  });
});

describe('the shard layout', () => {
  test('is one shard where none is stored, whatever the policy wants next', async () => {
    answers.policy = items(4);
    const policy = await store().load();
    expect(policy.shardLayout).toEqual(ONE_SHARD);
    expect(policy.ledger.shards).toBe(4);
  });

  test('is the one the table was made with until another is written', async () => {
    answers.initial = layout('[{"from":0,"shards":4}]');
    expect(await store().load()).toMatchObject({
      shardLayout: [{ shards: 4, from: 0 }],
      hasInitialLayout: true,
    });
    answers.layout = layout('[{"shards":2,"from":0}]');
    const policy = await store().load();
    expect(policy.shardLayout).toEqual([{ shards: 2, from: 0 }]);
    expect(policy).not.toHaveProperty('hasInitialLayout');
    expect(requests.initial).toHaveLength(1);
  });

  test('is the stored one where there is one', async () => {
    answers.layout = layout('[{"shards":2,"from":0},{"shards":4,"from":1764000000000}]');
    expect((await store().load()).shardLayout).toEqual([
      { shards: 2, from: 0 },
      { shards: 4, from: 1_764_000_000_000 },
    ]);
  });

  test.each(['', 'no JSON', '[]', '[{"shards":0,"from":0}]', '{"shards":2,"from":0}'])(
    'that cannot be read (%j) leaves no policy: no split is safe to assume',
    async (body) => {
      answers.initial = layout(body);
      await expect(store().load()).rejects.toThrow('the stored shard layout cannot be read');
      answers.layout = layout(body);
      const error = await store()
        .load()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PolicyUnavailableError);
      expect(error).toMatchObject({ message: 'the stored shard layout cannot be read' });
    },
  );
});

describe('overrides', () => {
  test('change the amount of the limit they name, in its unit', async () => {
    answers.override = overrides(override({ amount: 600 }));
    const { overrides: loaded, overrideRecords, costCenters } = await store().load();
    expect([...loaded.values()]).toEqual([
      { key: BUDGET, amount: 600_000_000_000, until: Date.parse('2026-12-01T00:00:00Z') },
    ]);
    expect(overrideRecords).toEqual([
      {
        id: BUDGET,
        key: BUDGET,
        action: 'raise',
        amount: 600_000_000_000,
        unit: 'usd',
        until: '2026-12-01T00:00:00Z',
        reason: 'launch week',
        author: 'finops',
        createdAt: '2026-11-23T11:00:00Z',
        audited: false,
      },
    ]);
    expect(costCenters.get('sales')?.limits[0]?.amount).toBe(500_000_000_000);
    expect(warnings).toEqual([]);
  });

  test('tell whether the audit log has them', async () => {
    answers.override = overrides({ ...override({ amount: 1 }), audited: { S: 'then' } });
    expect((await store().load()).overrideRecords).toMatchObject([{ audited: true }]);
  });

  test('of a limit that is gone, or not ours, are passed over with a warning', async () => {
    answers.override = overrides(
      override({ amount: 700 }, 'costCenter#sales/gone'),
      item({ pk: 'override', sk: BUDGET, body: 'no JSON' }),
    );
    expect((await store().load()).overrides.size).toBe(0);
    expect(warnings).toEqual([
      `the override "${BUDGET}" is not one of ours`,
      'the override "costCenter#sales/gone" is about a limit that is not in the policy',
    ]);
  });

  test('flood no log, however many are broken', async () => {
    const gone = Array.from({ length: 50 }, (_, i) => override({ amount: 1 }, `gone-${i}`));
    answers.override = overrides(...gone);
    await store().load();
    expect(warnings).toHaveLength(5);
  });

  test('take effect and end with the next load', async () => {
    const source = store();
    await source.load();
    answers.override = overrides(override({ amount: 700 }));
    now += FRESH_MS;
    expect((await source.load()).overrides.get(BUDGET)?.amount).toBe(700_000_000_000);
    answers.override = nothing;
    now += FRESH_MS;
    expect((await source.load()).overrides.size).toBe(0);
  });
});

describe('without an answer', () => {
  test.each(['policy', 'override', 'layout', 'initial'] as const)(
    'to one of the reads (%s) there is no policy',
    async (read) => {
      answers[read] = broken;
      await expect(store().load()).rejects.toThrow(
        'the policy cannot be read (ResourceNotFoundException)',
      );
    },
  );

  test('there is no policy: a typed, retryable error, and the next caller tries again', async () => {
    const source = store();
    answers.policy = broken;
    const error = await source.load().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LedgerUnavailableError);
    expect(error).toMatchObject({
      code: 'ledger_unavailable',
      retryable: true,
      message: 'the policy cannot be read (ResourceNotFoundException)',
    });
    answers.policy = items(1);
    await expect(source.load()).resolves.toMatchObject({ name: 'genai' });
  });

  test('an empty table says what to do', async () => {
    answers.policy = nothing;
    await expect(store().load()).rejects.toThrow('apply the Terraform module first');
  });

  test('a policy that is not valid says where', async () => {
    answers.policy = items(99);
    await expect(store().load()).rejects.toThrow(
      'ledger.shards: must be a whole number from 1 to 64',
    );
  });

  test.each([
    ['unreachable', broken, 'cannot be read', LedgerUnavailableError],
    ['invalid', items(99), 'ledger.shards', PolicyUnavailableError],
  ])(
    'the last good policy holds for ten minutes when the new one is %s',
    async (_what, bad, says, failure) => {
      const source = store();
      await source.load();
      answers.policy = bad;
      now += FRESH_MS;
      expect((await source.load()).ledger.shards).toBe(1);
      expect(warnings).toEqual([expect.stringContaining(says)]);
      expect(warnings[0]).toContain('of 60 s ago still holds');
      now += STALE_MS - FRESH_MS;
      await expect(source.load()).resolves.toBeDefined();
      now += RETRY_MS + 1;
      await expect(source.load()).rejects.toBeInstanceOf(failure);
      answers.policy = items(2);
      expect((await source.load()).ledger.shards).toBe(2);
    },
  );

  test('a struggling table is asked at most every ten seconds', async () => {
    const source = store();
    await source.load();
    answers.policy = broken;
    now += FRESH_MS;
    for (let second = 0; second < 30; second += 1) {
      await source.load();
      now += 1_000;
    }
    expect(loads()).toBe(1 + 3);
  });
});
