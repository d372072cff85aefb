/**
 * The functions' rights on the ledger are exactly the calls they make: what the built bundles ask
 * an engine for, against the golden policies that the Terraform module is tested to grant.
 */
import { readFileSync } from 'node:fs';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type LedgerCall,
  type RecordedEngine,
  startRecordedEngine,
} from './support/recorded-engine.ts';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';
import { tokenOf } from './support/tokens.ts';

interface Right {
  readonly sid: string;
  readonly action: string;
  /** A partition, or the beginning of partitions and `*`. */
  readonly partition: string;
}

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** The rights on the table that a golden policy grants. */
function rightsOf(golden: string): readonly Right[] {
  const text = readFileSync(pathOf(`test/golden/iam/${golden}.json`), 'utf8');
  const { Statement: statements }: { Statement: readonly Statement[] } = JSON.parse(text);
  return statements.flatMap(({ Sid: sid, Action: actions, Condition = {} }) =>
    actions
      .filter((action) => action.startsWith('dynamodb:'))
      .flatMap((action) => {
        const [keys] = Object.values(Condition).map((each) => each['dynamodb:LeadingKeys'] ?? []);
        return (keys ?? ['*']).map((partition) => ({ sid, action, partition }));
      }),
  );
}

const allows = ({ action, partition }: Right, call: LedgerCall): boolean =>
  action === call.action &&
  (partition.endsWith('*')
    ? call.partition.startsWith(partition.slice(0, -1))
    : call.partition === partition);

/**
 * Behavior that no test can cause. With a failed condition DynamoDB returns the item, unless there
 * is none; most writers meet that only when another writer was faster. And only when a try died
 * does the next one look for what it holds.
 */
const isRare = (golden: string, { sid, action }: Right): boolean =>
  (action === 'dynamodb:GetItem' && ['Count', 'ClaimKeys'].includes(sid)) ||
  (golden === 'reserve-budget' && sid === 'ReadAccounts') ||
  // The gateway, which comes first, has created it.
  (golden === 'validate-and-set-context' && sid === 'CreateSealKey');

describe.each(['workflow', 'direct'])('executed in %s', (execution) => {
  let engine: RecordedEngine;
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    engine = await startRecordedEngine();
    sandbox = await runSandbox(
      '--var-file',
      SMALL,
      '--var-file',
      pathOf('test/integration/sandbox/support/limit-per-key.tfvars'),
      '--execution',
      execution,
      '--dynamodb-endpoint',
      engine.url,
    );
    await use();
  }, 180_000);
  afterAll(async () => {
    await sandbox.stop();
    await engine.close();
  });

  /** Everything that makes a function ask the ledger for something. */
  async function use(): Promise<void> {
    const invoke = (headers = {}) => sandbox.post('/v1/invoke', smallRequest(), headers);
    expect((await invoke({ 'idempotency-key': 'once' })).status).toBe(200);
    const lost = { fail: { operation: 'UpdateItem', when: 'after', times: 3 } };
    await sandbox.post('/_sandbox/ledger/behavior', lost);
    await invoke();
    await sandbox.post('/_sandbox/ledger/behavior', {});
    // Whether the model ran is not known: the call is settled at its worst case.
    const unknown = { fail: { name: 'InternalServerException', times: 1 } };
    await sandbox.post('/_sandbox/bedrock/behavior', unknown);
    expect((await invoke()).status).toBe(502);
    for (let i = 0; i < 3; i++) await invoke();
    expect((await invoke()).status).toBe(429);
    expect((await sandbox.get('/v1/usage')).status).toBe(200);
    await mintToken();
    await callByKey();
    await operate();
    await putOverrideAndLayout();
    await sandbox.post('/_sandbox/clock', { now: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await sandbox.post('/_sandbox/sweep', {})).status).toBe(200);
  }

  /** A token of an AWS identity, and a request with it. */
  async function mintToken(): Promise<void> {
    const { body } = await sandbox.get('/_sandbox/identities');
    const role = body.roles.find((each: Json) => each.costCenter === 'wholesale');
    const token = await tokenOf(sandbox.url, role);
    expect(token).toMatch(/^bcs_t/);
    const authorization = `Bearer ${token}`;
    expect(await sandbox.get('/v1/usage', { authorization })).toMatchObject({ status: 200 });
  }

  /** All that the proxy asks for: a call with a key, and a look at its usage. */
  async function callByKey(): Promise<void> {
    const made = await sandbox.post('/_sandbox/keys', {
      costCenter: 'wholesale',
      application: 'faq',
      environment: 'dev',
    });
    const authorization = `Bearer ${made.body.key}`;
    const body = { messages: [{ role: 'user', content: [{ text: 'hi' }] }] };
    const called = await sandbox.post('/model/micro/converse', body, { authorization });
    expect(called).toMatchObject({ status: 200 });
    expect(await sandbox.get('/v1/usage', { authorization })).toMatchObject({ status: 200 });
  }

  /** All that operators can do, and their look at the usage of all through the proxy. */
  async function operate(): Promise<void> {
    const { body } = await sandbox.get('/_sandbox/identities');
    const role = body.roles.find((each: Json) => each.operator);
    const [token, other] = await Promise.all([
      tokenOf(sandbox.url, role, '--operator'),
      tokenOf(sandbox.url, role, '--operator'),
    ]);
    const headers = { authorization: `Bearer ${token}` };
    const made = async (route: string, input: object) => {
      const answer = await sandbox.post(`/v1/operator/${route}`, input, headers);
      expect(answer).toMatchObject({ status: 200 });
      return answer.body.id;
    };
    const id = await made('keys', { costCenter: 'wholesale' });
    const ofKey = { limit: 'organization/each', key: id, by: 1, until: '1h', reason: 'test' };
    await made('limits', { action: 'raise', ...ofKey });
    await made('keys/revoke', { id });
    await made('keys/revoke', { id: other.slice(4, 14) });
    const change = { action: 'raise', limit: 'wholesale/many', by: 1, until: '1h', reason: 'test' };
    await made('limits', change);
    for (const path of ['/v1/operator/keys', '/v1/operator/usage', '/v1/usage']) {
      expect(await sandbox.get(path, headers)).toMatchObject({ status: 200 });
    }
    for (const path of ['/v1/operator/usage', '/v1/usage']) {
      const listed = await sandbox.get(`${path}?per=key`, headers);
      expect(listed).toMatchObject({ status: 200, body: { holders: [] } });
    }
  }

  /** An operator's change to be audited, and more shards than the policy wants. */
  async function putOverrideAndLayout(): Promise<void> {
    const client = new DynamoDBClient({
      endpoint: engine.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const put = (pk: string, sk: string, body: unknown) =>
      client.send(
        new PutItemCommand({
          TableName: 'small-ledger',
          Item: { pk: { S: pk }, sk: { S: sk }, body: { S: JSON.stringify(body) } },
        }),
      );
    await put('ledger', 'layout', [{ shards: 2, from: 0 }]);
    const createdAt = new Date().toISOString();
    const common = { reason: 'launch week', author: 'finops', createdAt };
    await put('override', `costCenter#retail/spend@${createdAt}@1`, { action: 'reset', ...common });
    client.destroy();
  }

  const functions =
    execution === 'direct'
      ? {
          gateway: 'gateway-direct',
          proxy: 'proxy',
          operate: 'operate',
          'sweep-reservations': 'sweep-reservations',
        }
      : {
          gateway: 'gateway-workflow',
          proxy: 'proxy',
          operate: 'operate',
          'validate-and-set-context': 'validate-and-set-context',
          'reserve-budget': 'reserve-budget',
          'invoke-model': 'invoke-model',
          'record-outcome': 'record-outcome',
          'sweep-reservations': 'sweep-reservations',
        };

  test.each(Object.entries(functions))('%s does nothing it may not', (name, golden) => {
    const rights = rightsOf(golden);
    const calls = engine.calls.get(name) ?? [];
    expect(calls.filter((call) => !rights.some((right) => allows(right, call)))).toEqual([]);
  });

  test.each(Object.entries(functions))('%s may nothing it does not do', (name, golden) => {
    const calls = engine.calls.get(name) ?? [];
    const unused = rightsOf(golden).filter(
      (right) => !isRare(golden, right) && !calls.some((call) => allows(right, call)),
    );
    expect(unused).toEqual([]);
  });
});
