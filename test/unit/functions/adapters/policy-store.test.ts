/** Method: a real DynamoDB client against a local HTTP server that answers what a test says. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createPolicyStore,
  FRESH_MS,
  RETRY_MS,
  STALE_MS,
} from '../../../../functions/adapters/policy-store.ts';
import {
  LedgerUnavailableError,
  PolicyUnavailableError,
} from '../../../../functions/core/errors.ts';
import { type PolicyItem, toPolicyItems } from '../../../../functions/core/policy/items.ts';

type Answer = (request: unknown) => { readonly status: number; readonly body: unknown };

let server: Server;
let client: DynamoDBClient;
let answer: Answer;
let requests: unknown[];
let now: number;
let warnings: string[];

const configured = (shards: number) => ({
  name: 'genai',
  models: { lite: { model_id: 'amazon.nova-lite-v1:0' } },
  applications: { docs: { environments: ['dev'] } },
  cost_centers: { sales: { models: ['lite'], applications: ['docs'] } },
  ledger: { shards },
});

const item = ({ pk, sk, body }: PolicyItem) => ({
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

const store = () =>
  createPolicyStore({
    client,
    tableName: 'ledger',
    clock: { now: () => now },
    warn: (message) => warnings.push(message),
  });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const input: unknown = JSON.parse(await text(request));
    requests.push(input);
    const { status, body } = answer(input);
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
  answer = items(1);
  requests = [];
  warnings = [];
  now = Date.parse('2026-11-23T12:00:00Z');
});

describe('loading', () => {
  test('is one Query of the policy partition', async () => {
    const policy = await store().load();
    expect(policy.costCenters.get('sales')?.model).toBe('lite');
    expect(requests).toEqual([
      {
        TableName: 'ledger',
        KeyConditionExpression: 'pk = :policy',
        ExpressionAttributeValues: { ':policy': { S: 'policy' } },
      },
    ]);
  });

  test('follows pages', async () => {
    const [settings, ...centers] = toPolicyItems(configured(1)).map(item);
    answer = () =>
      requests.length === 1
        ? {
            status: 200,
            body: { Items: centers, LastEvaluatedKey: { pk: { S: 'policy' }, sk: { S: 'x' } } },
          }
        : { status: 200, body: { Items: [settings] } };
    await store().load();
    expect(requests[1]).toMatchObject({ ExclusiveStartKey: { sk: { S: 'x' } } });
  });

  test('does not follow pages without end', async () => {
    answer = () => ({
      status: 200,
      body: { Items: [], LastEvaluatedKey: { pk: { S: 'policy' }, sk: { S: 'x' } } },
    });
    await expect(store().load()).rejects.toThrow('too many items');
    expect(requests.length).toBeLessThan(100);
  });

  test('happens once for concurrent callers', async () => {
    const source = store();
    const policies = await Promise.all(Array.from({ length: 20 }, () => source.load()));
    expect(new Set(policies).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  test('happens again after a minute, not before', async () => {
    const source = store();
    await source.load();
    answer = items(2);
    now += FRESH_MS - 1;
    expect((await source.load()).ledger.shards).toBe(1);
    now += 1;
    expect((await source.load()).ledger.shards).toBe(2);
    expect(requests).toHaveLength(2);
  });

  test('happens again when the clock was set back', async () => {
    const source = store();
    await source.load();
    now -= 1;
    await source.load();
    expect(requests).toHaveLength(2);
  });
});

describe('without an answer', () => {
  test('there is no policy: a typed, retryable error, and the next caller tries again', async () => {
    const source = store();
    answer = broken;
    const error = await source.load().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LedgerUnavailableError);
    expect(error).toMatchObject({
      code: 'ledger_unavailable',
      retryable: true,
      message: 'the policy cannot be read (ResourceNotFoundException)',
    });
    answer = items(1);
    await expect(source.load()).resolves.toMatchObject({ name: 'genai' });
  });

  test('an empty table says what to do', async () => {
    answer = () => ({ status: 200, body: {} });
    await expect(store().load()).rejects.toThrow('apply the Terraform module first');
  });

  test('a policy that is not valid says where', async () => {
    answer = items(99);
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
      answer = bad;
      now += FRESH_MS;
      expect((await source.load()).ledger.shards).toBe(1);
      expect(warnings).toEqual([expect.stringContaining(says)]);
      expect(warnings[0]).toContain('of 60 s ago still holds');
      now += STALE_MS - FRESH_MS;
      await expect(source.load()).resolves.toBeDefined();
      now += RETRY_MS + 1;
      await expect(source.load()).rejects.toBeInstanceOf(failure);
      answer = items(2);
      expect((await source.load()).ledger.shards).toBe(2);
    },
  );

  test('a struggling table is asked at most every ten seconds', async () => {
    const source = store();
    await source.load();
    answer = broken;
    now += FRESH_MS;
    for (let second = 0; second < 30; second += 1) {
      await source.load();
      now += 1_000;
    }
    expect(requests).toHaveLength(1 + 3);
  });
});
