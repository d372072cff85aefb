/** Tokens of the built sandbox: minted by the built command line, used by the AWS SDK unchanged. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RecordedEngine, startRecordedEngine } from './support/recorded-engine.ts';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL } from './support/small-policy.ts';
import { printedToken, tokenOf } from './support/tokens.ts';

let engine: RecordedEngine;
let sandbox: RunningSandbox;
let table: DynamoDBClient;
let roles: Json[];
let cache: string;

beforeAll(async () => {
  engine = await startRecordedEngine();
  sandbox = await runSandbox('--var-file', SMALL, '--identity', 'on', ...at(engine));
  roles = (await sandbox.get('/_sandbox/identities')).body.roles;
  table = new DynamoDBClient({
    endpoint: engine.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  cache = await mkdtemp(join(tmpdir(), 'token-cache-'));
}, 180_000);
afterAll(async () => {
  table.destroy();
  await rm(cache, { recursive: true });
  await sandbox.stop();
  await engine.close();
});

const at = ({ url }: RecordedEngine) => ['--dynamodb-endpoint', url];
const roleOf = (costCenter?: string): Json => roles.find((each) => each.costCenter === costCenter);
const later = (seconds: number) =>
  sandbox.post('/_sandbox/clock', { now: new Date(Date.now() + seconds * 1_000).toISOString() });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const body = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
const call = (token: string, headers: Record<string, string> = {}) =>
  sandbox.post('/app/faq/dev/model/micro/converse', body, { ...bearer(token), ...headers });

describe('a token', () => {
  test('lets the AWS SDK spend from the cost center of its identity, which the audit log names', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'));
    const client = new BedrockRuntimeClient({
      endpoint: `${sandbox.url}/app/faq/dev`,
      region: 'us-east-1',
      token: { token },
      authSchemePreference: ['httpBearerAuth'],
    });
    const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
    await client.send(new ConverseCommand({ modelId: 'micro', messages }));
    client.destroy();
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    expect(audit.at(-1)).toMatchObject({
      tags: { costCenter: 'wholesale', applicationId: 'faq', environment: 'dev' },
      caller: {
        kind: 'iam',
        arn: 'arn:aws:sts::111122223333:assumed-role/wholesale-sandbox/sandbox',
        token: token.slice(4, 14),
      },
    });
    expect(JSON.stringify(audit)).not.toContain(token.slice(15));
  });

  test('lists the models of its cost center, and pays for no other', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'));
    const { body: list } = await sandbox.get('/openai/v1/models', bearer(token));
    expect(list.data.map(({ id }: Json) => id)).toEqual(['micro', 'amazon.nova-micro-v1:0']);
    const { status } = await call(token, { 'x-sentry-cost-center': 'retail' });
    expect(status).toBe(403);
  });

  test('is not made for a role without a cost center: exit 1', async () => {
    const printed = await printedToken(sandbox.url, roleOf(), cache, '--no-cache');
    expect([printed.code, printed.out]).toEqual([1, '']);
    expect(printed.err).toContain('not bound to any cost center');
  });

  test('is made for a signature only: not for a token, a JWT, a forged identity or nothing', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'));
    const { body: jwt } = await sandbox.post('/_sandbox/token', { claims: { team: 'wholesale' } });
    const arn = 'arn:aws:sts::111122223333:assumed-role/wholesale-sandbox/sandbox';
    const forged = { requestContext: { authorizer: { iam: { userArn: arn } } } };
    for (const [input, headers] of [
      [{}, bearer(token)],
      [{}, bearer(jwt.token)],
      [forged, { 'x-amzn-iam-user-arn': arn }],
      [{}, {}],
    ] as const) {
      expect((await sandbox.post('/v1/tokens', input, headers)).status).toBe(401);
    }
  });

  test('is refused once it has expired', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'), '--expires', '5m');
    expect((await call(token)).status).toBe(200);
    await later(301);
    expect((await call(token)).status).toBe(403);
    await later(0);
  });

  test('is refused within 60 seconds after its revocation, which is in the audit log', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'));
    expect((await call(token)).status).toBe(200);
    const id = token.slice(4, 14);
    const revoked = await fetch(`${sandbox.url}/_sandbox/keys`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id }),
    });
    expect(await revoked.json()).toMatchObject({ id, status: 'revoked' });
    await later(60);
    expect((await call(token)).status).toBe(403);
    await sandbox.post('/_sandbox/sweep', {});
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    const changes = audit.filter((line: Json) => line.key === id);
    expect(changes.map(({ action }: Json) => action)).toEqual(['create', 'revoke']);
    await later(0);
  });

  test('is refused within 60 seconds after its identity has lost its binding', async () => {
    const token = await tokenOf(sandbox.url, roleOf('wholesale'));
    expect((await call(token)).status).toBe(200);
    const key = { pk: { S: 'policy' }, sk: { S: 'costCenter#wholesale' } };
    const TableName = 'small-ledger';
    const { Item = {} } = await table.send(new GetItemCommand({ TableName, Key: key }));
    const stored = JSON.parse(Item.body?.S ?? '');
    const put = (config: object) => {
      const S = JSON.stringify({ ...stored, config });
      return table.send(new PutItemCommand({ TableName, Item: { ...Item, body: { S } } }));
    };
    const { callers: _, ...unbound } = stored.config;
    // No cost center names callers any more, and still nothing is taken on trust.
    await put(unbound);
    await later(61);
    const { status, headers } = await call(token);
    expect(status).toBe(403);
    expect(headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    await put(stored.config);
    await later(122);
    expect((await call(token)).status).toBe(200);
    await later(0);
  });
});

describe('a JWT', () => {
  const jwtOf = async (claims: object): Promise<string> =>
    (await sandbox.post('/_sandbox/token', { claims })).body.token;

  test('spends from the cost center that its claims are bound to, and from no other', async () => {
    const jwt = await jwtOf({ team: 'wholesale', email: 'alice@example.com' });
    expect((await call(jwt)).status).toBe(200);
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    expect(audit.at(-1)).toMatchObject({
      tags: { costCenter: 'wholesale' },
      caller: { kind: 'jwt', claims: { team: 'wholesale' } },
    });
    expect((await call(jwt, { 'x-sentry-cost-center': 'retail' })).status).toBe(403);
    const { body: usage } = await sandbox.get('/openai/v1/models', bearer(jwt));
    expect(usage.data.length).toBe(2);
  });

  test.each([
    ['of a team without a cost center', { team: 'else' }],
    ['for another audience', { team: 'wholesale', aud: 'another' }],
  ])('%s is refused', async (_, claims) => {
    expect((await call(await jwtOf(claims))).status).toBe(403);
  });

  test('with a key, or without a valid signature, is refused', async () => {
    const jwt = await jwtOf({ team: 'wholesale' });
    const two = await call(jwt, { 'x-api-key': 'bcs_other' });
    expect(two.status).toBe(401);
    expect((await call(`${jwt.slice(0, -4)}AAAA`)).status).toBe(403);
  });
});

describe('cost-sentry token', () => {
  const role = () => roleOf('wholesale');

  test('keeps its token in a file of mode 600, and prints it again until it is renewed', async () => {
    const first = await printedToken(sandbox.url, role(), cache);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^bcs_t[0-9A-Za-z]{9}_[0-9A-Za-z]{49}\n$/);
    const folder = join(cache, 'cost-sentry');
    const [name = '', ...others] = await readdir(folder);
    expect(others).toEqual([]);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(await readFile(join(folder, name), 'utf8')).token).toBe(first.out.trim());
    expect(await printedToken(sandbox.url, role(), cache)).toEqual(first);
    const renewed = await printedToken(sandbox.url, role(), cache, '--renew');
    expect(renewed.out).not.toBe(first.out);
  });

  test('of a service that does not answer prints nothing: exit 2', async () => {
    const gone = 'http://127.0.0.1:9';
    const none = await printedToken(gone, role(), cache);
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toContain('is not responding');
  });

  test.each([
    [['--expires', '13h'], '--expires', '1m to 12h'],
    [['--expires', 'soon'], '--expires', 'duration'],
  ])('%j is bad usage', async (args, ...texts) => {
    const { code, err } = await printedToken(sandbox.url, role(), cache, '--no-cache', ...args);
    expect(code).toBe(2);
    for (const text of texts) expect(err).toContain(text);
  });

  test('gets no more than 20 live tokens for one identity: 429 and when the next is free', async () => {
    let last = await printedToken(sandbox.url, role(), cache, '--no-cache');
    for (let count = 0; count < 25 && last.code === 0; count += 1) {
      last = await printedToken(sandbox.url, role(), cache, '--no-cache');
    }
    expect(last.code).toBe(1);
    expect(last.err).toContain('20 live tokens');
  });
});
