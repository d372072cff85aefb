/** Method: the real SDK client against the proxy in front of dynalite. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDynamoDbNearestHolders } from '../../../../../adapters/dynamodb-nearest-holders.ts';
import { POLICY_PARTITION, type PolicyItem } from '../../../../../core/policy/policy-items.ts';
import { prepareLedgerTable } from '../../../../../sandbox/engines/dynamodb/ledger-table.ts';
import { ledgerTable } from '../../../../../sandbox/engines/dynamodb/nearest-index.ts';
import {
  type DynamoDbProxy,
  startDynamoDb,
} from '../../../../../sandbox/engines/dynamodb/proxy.ts';

const TABLE = 'test-ledger';
const KEY = { pk: { S: 'account#a#0' }, sk: { S: 'counters' } };
let db: DynamoDbProxy;
let client: DynamoDBClient;

const clientFor = (endpoint: string, maxAttempts: number): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    maxAttempts,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });

const policyItem = (sk: string, body = '{}'): PolicyItem => ({ pk: POLICY_PARTITION, sk, body });

beforeEach(async () => {
  db = await startDynamoDb();
  client = clientFor(db.url, 1);
  const policyItems = [policyItem('settings')];
  await prepareLedgerTable({ endpoint: db.url, tableName: TABLE, policyItems });
});
afterEach(async () => {
  client.destroy();
  await db.close();
});

const add = (over: Record<string, unknown> = {}, by = client) =>
  by.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: KEY,
      UpdateExpression: 'SET c = if_not_exists(c, :zero) + :one',
      ExpressionAttributeValues: { ':zero': { N: '0' }, ':one': { N: '1' } },
      ...over,
    }),
  );
const stored = async (by = client): Promise<string | undefined> => {
  const read = { TableName: TABLE, Key: KEY, ConsistentRead: true };
  return (await by.send(new GetItemCommand(read))).Item?.c?.N;
};

describe('the item of a failed condition', () => {
  const impossible = { ConditionExpression: 'attribute_exists(nothing)' };

  test('comes back when it is asked for', async () => {
    await add();
    const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
    const failed = await add({ ...impossible, ReturnValuesOnConditionCheckFailure }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ConditionalCheckFailedException);
    expect(failed).toMatchObject({ Item: { ...KEY, c: { N: '1' } } });
  });

  test('does not come back without being requested, or where there is none', async () => {
    const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
    const absent = await add({ ...impossible, ReturnValuesOnConditionCheckFailure }).catch(Object);
    expect(absent.name).toBe('ConditionalCheckFailedException');
    expect(absent.Item).toBeUndefined();
    await add();
    const unasked = await add(impossible).catch(Object);
    expect(unasked.name).toBe('ConditionalCheckFailedException');
    expect(unasked.Item).toBeUndefined();
  });
});

describe('faults', () => {
  test('before: nothing is written, and a retry counts', async () => {
    db.behave({ fail: { operation: 'UpdateItem', when: 'before', times: 2 } });
    await expect(add()).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await stored()).toBeUndefined();
    const retrying = clientFor(db.url, 3);
    await add({}, retrying);
    expect(await stored()).toBe('1');
    expect(db.requests.get('UpdateItem')).toBe(3);
    retrying.destroy();
  });

  test('after: it is written, and the answer is lost', async () => {
    db.behave({ fail: { operation: 'UpdateItem', when: 'after', times: 1 } });
    await expect(add()).rejects.toThrow('socket hang up');
    expect(await stored()).toBe('1');
    await expect(add()).resolves.toBeDefined();
  });

  test('let pass as many as configured', async () => {
    db.behave({ fail: { operation: 'UpdateItem', when: 'before', times: 1, skip: 2 } });
    await add();
    await add();
    await expect(add()).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(await stored()).toBe('2');
    await expect(add()).resolves.toBeDefined();
  });

  test('leave other operations alone, and end with a reset', async () => {
    db.behave({ fail: { operation: 'UpdateItem', when: 'before', times: 100 } });
    expect(await stored()).toBeUndefined();
    db.behave({});
    await expect(add()).resolves.toBeDefined();
  });
});

test('answers carry the time that the functions have, so that the SDK sees no clock gone wrong', async () => {
  const later = await startDynamoDb({
    endpoint: new URL(db.url),
    clock: { now: () => Date.parse('2031-03-01T00:00:00Z') },
  });
  const answer = await fetch(later.url, { method: 'POST' });
  expect(answer.headers.get('date')).toBe('Sat, 01 Mar 2031 00:00:00 GMT');
  await answer.text();
  await later.close();
});

test('many conditional writes at once are all counted', async () => {
  await Promise.all(Array.from({ length: 100 }, () => add()));
  expect(await stored()).toBe('100');
});

test('a DynamoDB that is not there shows as its own error', async () => {
  const lost = await startDynamoDb({ endpoint: new URL('http://127.0.0.1:9') });
  const elsewhere = clientFor(lost.url, 1);
  await expect(add({}, elsewhere)).rejects.toMatchObject({ name: 'InternalServerError' });
  elsewhere.destroy();
  await lost.close();
});

test('another DynamoDB is used through the proxy, its answers unchanged', async () => {
  const front = await startDynamoDb({ endpoint: new URL(db.url) });
  const elsewhere = clientFor(front.url, 1);
  await add({}, elsewhere);
  expect(await stored()).toBe('1');
  elsewhere.destroy();
  await front.close();
});

test('a new table begins with its number of shards, and no later one changes it', async () => {
  const layout = async () => {
    const Key = { pk: { S: 'ledger' }, sk: { S: 'initial-layout' } };
    const { Item } = await client.send(new GetItemCommand({ TableName: 'fresh', Key }));
    return Item?.body?.S;
  };
  for (const shards of [4, 2]) {
    await prepareLedgerTable({ endpoint: db.url, tableName: 'fresh', policyItems: [], shards });
    expect(await layout()).toBe('[{"shards":4,"from":0}]');
  }
});

test('with a directory counters survive, and the policy is what was configured last', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sentry-'));
  const run = async (policyItems: readonly PolicyItem[]) => {
    const kept = await startDynamoDb({ directory });
    const by = clientFor(kept.url, 1);
    await prepareLedgerTable({ endpoint: kept.url, tableName: TABLE, policyItems });
    await add({}, by);
    const counter = await stored(by);
    const policy = await by.send(
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: POLICY_PARTITION } },
      }),
    );
    by.destroy();
    await kept.close();
    return { counter, policy: policy.Items?.map(({ sk, body }) => [sk?.S, body?.S]) };
  };
  await run([policyItem('costCenter#gone'), policyItem('settings', '{"name":"old"}')]);
  const second = await run([policyItem('costCenter#new'), policyItem('settings')]);
  expect(second).toEqual({
    counter: '2',
    policy: [
      ['costCenter#new', '{}'],
      ['settings', '{}'],
    ],
  });
  await rm(directory, { recursive: true });
});

describe('what AWS refuses is refused', () => {
  test('an expression above 4 KB', async () => {
    const names = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`#n${at}`, `c${at}`]));
    const sets = Object.keys(names).map((name) => `${name} = if_not_exists(${name}, :zero) + :one`);
    const long = { UpdateExpression: `SET ${sets.join(', ')}`, ExpressionAttributeNames: names };
    await expect(add(long)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Expression size has exceeded the maximum allowed size'),
    });
    expect(await stored()).toBeUndefined();
  });

  test('an item above 400 KB', async () => {
    const large = (bytes: number) => ({
      UpdateExpression: 'SET d = :data',
      ExpressionAttributeValues: { ':data': { S: 'x'.repeat(bytes) } },
    });
    await add(large(400_000));
    await expect(add(large(410_000))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/item size/i),
    });
  });
});

test('a table of an earlier release gets the index, and keeps what is in it', async () => {
  const { GlobalSecondaryIndexes: _, ...earlier } = ledgerTable('earlier');
  const AttributeDefinitions = earlier.AttributeDefinitions?.slice(0, 2);
  await client.send(new CreateTableCommand({ ...earlier, AttributeDefinitions }));
  const item = (i: number) => ({
    pk: { S: `account#user#sales#user-${i}` },
    sk: { S: 'counters' },
    nearList: { S: 'user#sales#day_2026-11-23' },
    nearPercent: { N: String(50 + i) },
  });
  for (let i = 0; i < 5; i++) {
    await client.send(new PutItemCommand({ TableName: 'earlier', Item: item(i) }));
  }
  for (let start = 0; start < 2; start++) {
    await prepareLedgerTable({ endpoint: db.url, tableName: 'earlier', policyItems: [] });
    const nearest = createDynamoDbNearestHolders(client, 'earlier');
    const found = await nearest.list('user#sales#day_2026-11-23', { count: 9 });
    expect(found.map(({ percent }) => percent)).toEqual([54, 53, 52, 51, 50]);
  }
});
