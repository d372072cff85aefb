/** Operators of the built sandbox: their tokens, what these allow, and when they are refused. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type RecordedEngine, startRecordedEngine } from './support/recorded-engine.ts';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { printedToken, runCli, tokenOf } from './support/tokens.ts';

let engine: RecordedEngine;
let sandbox: RunningSandbox;
let table: DynamoDBClient;
let operator: Json;
let caller: Json;
let token: string;
/** Of a caller. */
let own: string;

beforeAll(async () => {
  engine = await startRecordedEngine();
  sandbox = await runSandbox(
    ...['--var-file', pathOf('test/integration/sandbox/support/operators.tfvars')],
    ...['--identity', 'on', '--dynamodb-endpoint', engine.url],
  );
  const { roles } = (await sandbox.get('/_sandbox/identities')).body;
  operator = roles.find((each: Json) => each.operator);
  caller = roles.find((each: Json) => each.costCenter === 'sales');
  [token, own] = await Promise.all([
    tokenOf(sandbox.url, operator, '--operator'),
    tokenOf(sandbox.url, caller),
  ]);
  table = new DynamoDBClient({
    endpoint: engine.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}, 180_000);
afterAll(async () => {
  table.destroy();
  await sandbox.stop();
  await engine.close();
});
afterEach(() => later(0));

const later = (seconds: number) =>
  sandbox.post('/_sandbox/clock', { now: new Date(Date.now() + seconds * 1_000).toISOString() });
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const asOperator = (...args: readonly string[]) =>
  runCli([...args, '--url', sandbox.url], { COST_SENTRY_TOKEN: token });
const jwtOf = async (claims: object): Promise<string> =>
  (await sandbox.post('/_sandbox/token', { claims })).body.token;
const idOf = (text: string): string => text.slice(4, 14);
const ARN = 'arn:aws:sts::111122223333:assumed-role/finops/sandbox';

async function call(key: string): Promise<number> {
  const body = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
  return (await sandbox.post('/app/faq/dev/model/micro/converse', body, bearer(key))).status;
}

async function keyOf(user: string): Promise<Json> {
  const binding = { costCenter: 'sales', user };
  const { status, body } = await sandbox.post('/v1/operator/keys', binding, bearer(token));
  expect(status).toBe(200);
  return body;
}

async function auditOf(id: string): Promise<Json[]> {
  await sandbox.post('/_sandbox/sweep', {});
  const { body } = await sandbox.get('/_sandbox/audit');
  return body.filter((line: Json) => [line.key, line.limit].includes(id));
}

const ROUTES = [
  ['GET', '/v1/operator/usage'],
  ['GET', '/v1/operator/limits'],
  ['POST', '/v1/operator/limits'],
  ['GET', '/v1/operator/keys'],
  ['POST', '/v1/operator/keys'],
  ['POST', '/v1/operator/keys/revoke'],
  ['POST', '/v1/operator/keys/rotate'],
] as const;

describe('a token of an operator', () => {
  test('is made for the roles of "operators" alone, for an hour at most', async () => {
    expect(token).toMatch(/^bcs_o[0-9A-Za-z]{9}_/);
    const refused = await printedToken(sandbox.url, caller, '/tmp', '--operator', '--no-cache');
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('not an operator');
    const long = ['--operator', '--no-cache', '--expires', '2h'];
    const tooLong = await printedToken(sandbox.url, operator, '/tmp', ...long);
    expect([tooLong.code, tooLong.out]).toEqual([2, '']);
    expect(tooLong.err).toContain('1h for an operator');
  });

  test.each(ROUTES)('is needed for %s %s: no other credential will do', async (method, route) => {
    const { key } = await keyOf('alice@example.com');
    const cases: [Record<string, string>, number, string][] = [
      [{}, 401, 'unauthenticated'],
      [{ 'x-amzn-iam-user-arn': ARN }, 401, 'unauthenticated'],
      [bearer(`${token.slice(0, -1)}x`), 401, 'unauthenticated'],
      [bearer(`bcs_o000000000_${token.slice(15)}`), 401, 'unauthenticated'],
      [bearer(await jwtOf({ team: 'finops', aud: 'another' })), 401, 'unauthenticated'],
      [{ ...bearer(token), 'x-api-key': key }, 401, 'unauthenticated'],
      [bearer(own), 403, 'forbidden_operator'],
      [bearer(key), 403, 'forbidden_operator'],
      [bearer(await jwtOf({ team: 'sales' })), 403, 'forbidden_operator'],
    ];
    for (const [headers, status, code] of cases) {
      const answer =
        method === 'GET'
          ? await sandbox.get(route, headers)
          : await sandbox.post(route, {}, headers);
      expect(answer).toMatchObject({ status, body: { status, code } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('calls no model, and gets no other token', async () => {
    expect(await call(token)).toBe(403);
    expect((await sandbox.post('/v1/tokens', {}, bearer(token))).status).toBe(401);
  });

  test('is refused once it has expired', async () => {
    const short = await tokenOf(sandbox.url, operator, '--operator', '--expires', '5m');
    expect((await sandbox.get('/v1/operator/keys', bearer(short))).status).toBe(200);
    await later(301);
    const { status, body } = await sandbox.get('/v1/operator/keys', bearer(short));
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  });

  test('is refused within 60 seconds after its revocation', async () => {
    const other = await tokenOf(sandbox.url, operator, '--operator');
    expect((await sandbox.get('/v1/operator/keys', bearer(other))).status).toBe(200);
    expect((await asOperator('keys', 'revoke', idOf(other))).code).toBe(0);
    await later(60);
    expect((await sandbox.get('/v1/operator/keys', bearer(other))).status).toBe(401);
  });

  test('is refused within 60 seconds after its role is no operator any more', async () => {
    const TableName = 'operated-ledger';
    const Key = { pk: { S: 'policy' }, sk: { S: 'settings' } };
    const { Item = {} } = await table.send(new GetItemCommand({ TableName, Key }));
    const put = (body: string) =>
      table.send(new PutItemCommand({ TableName, Item: { ...Item, body: { S: body } } }));
    const body = Item.body?.S ?? '';
    await put(JSON.stringify({ ...JSON.parse(body), operators: { jwt: { team: 'else' } } }));
    await later(61);
    const answer = await sandbox.get('/v1/operator/keys', bearer(token));
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden_operator' } });
    expect((await sandbox.get('/v1/usage', bearer(token))).status).toBe(403);
    await put(body);
    await later(122);
    expect((await sandbox.get('/v1/operator/keys', bearer(token))).status).toBe(200);
  });
});

describe('an operator', () => {
  test('creates, lists, rotates and revokes keys, as the audit log says', async () => {
    const made = await asOperator(
      ...['keys', 'create', '--cost-center', 'sales', '--user', 'bob@example.com', '--json'],
    );
    const { id, key, author } = JSON.parse(made.out);
    expect(author).toBe(ARN);
    expect(await call(key)).toBe(200);
    const list = await asOperator('keys', 'list');
    expect(list.out).toMatch(new RegExp(`${id} +active +sales`));
    const rotated = JSON.parse((await asOperator('keys', 'rotate', id, '--json')).out);
    expect(rotated).toMatchObject({ family: id, replaced: { id } });
    expect((await asOperator('keys', 'revoke', rotated.id)).code).toBe(0);
    await later(60);
    expect(await call(rotated.key)).toBe(403);
    const lines = [...(await auditOf(id)), ...(await auditOf(rotated.id))];
    expect(lines.map(({ action, author: by }) => [action, by])).toEqual([
      ['create', ARN],
      ['rotate', ARN],
      ['revoke', ARN],
    ]);
  });

  test('lists keys page by page, and the command line shows all of them', async () => {
    const TableName = 'operated-ledger';
    const ids = Array.from({ length: 105 }, (_, n) => `5${String(n).padStart(9, '0')}`);
    // Together more than DynamoDB returns at once.
    const models = Array.from({ length: 100 }, (_, n) => `${n}`.padStart(128, 'm'));
    for (const id of ids) {
      const record = { id, family: id, secretHash: 'x', costCenter: 'sales', models, author: 'me' };
      const body = { S: JSON.stringify({ ...record, createdAt: Date.now() }) };
      const Item = { pk: { S: 'key' }, sk: { S: id }, body };
      await table.send(new PutItemCommand({ TableName, Item }));
    }
    const last = { pk: { S: 'keyUse' }, sk: { S: ids.at(-1) ?? '' }, day: { S: '2026-11-29' } };
    await table.send(new PutItemCommand({ TableName, Item: last }));
    const listed: Json[] = [];
    const sizes: number[] = [];
    for (let query = ''; sizes.length < 10; ) {
      const { status, body } = await sandbox.get(`/v1/operator/keys${query}`, bearer(token));
      expect(status).toBe(200);
      listed.push(...body.keys);
      sizes.push(body.keys.length);
      if (body.next === undefined) break;
      query = `?limit=100&after=${body.next}`;
    }
    expect([sizes[0], sizes[1]]).toEqual([50, listed.length - 50]);
    const names = listed.map(({ id }) => id);
    expect(names).toEqual([...names].sort());
    expect(names.filter((id) => ids.includes(id))).toEqual(ids);
    const used = listed.filter(({ lastUsedOn }) => lastUsedOn === '2026-11-29');
    expect(used.map(({ id }) => id)).toContain(ids.at(-1));
    expect(JSON.stringify(listed)).not.toContain('secretHash');
    expect(JSON.parse((await asOperator('keys', 'list', '--json')).out)).toEqual(listed);
    const own = { AWS_ENDPOINT_URL_DYNAMODB: engine.url, AWS_REGION: 'us-east-1' };
    const access = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const args = ['keys', 'list', '--table', TableName, '--json'];
    expect(JSON.parse((await runCli(args, { ...own, ...access })).out)).toEqual(listed);
  });

  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '1e1'],
    ['after', ''],
    ['after', '../keys'],
  ])('gets 400 for a page of keys with %s %p', async (name, value) => {
    const path = `/v1/operator/keys?${name}=${encodeURIComponent(value)}`;
    const { status, body } = await sandbox.get(path, bearer(token));
    expect([status, body.errors]).toMatchObject([400, [{ path: `query.${name}` }]]);
  });

  test('gets every problem of a change', async () => {
    const unknown = await asOperator('keys', 'create', '--cost-center', 'sale');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('"sales"')]);
    const posted = await sandbox.post(
      '/v1/operator/limits',
      { action: 'grow', limit: 'sales/many', author: 'eve', reasons: 'x' },
      bearer(token),
    );
    expect(posted).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(posted.body.errors).toEqual([
      { path: 'author', message: 'is the identity of the token: leave it out' },
    ]);
    const named = await asOperator(
      ...['limits', 'raise', 'sales/many', '--by', '1', '--until', '1h'],
      ...['--reason', 'r', '--author', 'eve', '--yes'],
    );
    expect([named.code, named.err]).toEqual([2, expect.stringContaining('--author')]);
    const gone = await sandbox.get('/v1/operator/limit', bearer(token));
    expect(gone).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('raises a limit, of all or of one user, under the own name', async () => {
    const { key } = await keyOf('carol@example.com');
    const codes: number[] = [];
    for (let count = 0; count < 3; count += 1) codes.push(await call(key));
    expect(codes.filter((code) => code === 200).length).toBe(2);
    const until = ['--until', '1h', '--reason', 'launch week', '--yes', '--json'];
    const all = await asOperator('limits', 'raise', 'sales/many', '--by', '10', ...until);
    expect(JSON.parse(all.out)).toMatchObject({ from: 3, to: 13, author: ARN });
    const one = await asOperator(
      ...['limits', 'raise', 'sales/each', '--user', 'carol@example.com', '--by', '3', ...until],
    );
    expect(JSON.parse(one.out)).toMatchObject({ user: 'carol@example.com', from: 2, to: 5 });
    await later(61);
    expect(await call(key)).toBe(200);
    await later(300);
    expect(await auditOf('costCenter#sales/many')).toMatchObject([
      { event: 'limit_override', action: 'raise', author: ARN, reason: 'launch week' },
    ]);
  });

  test('sees the usage of all users, the nearest to their limit first, page by page', async () => {
    for (const [user, calls] of [
      ['dan@example.com', 1],
      ['erin@example.com', 2],
    ] as const) {
      const { key } = await keyOf(user);
      for (let count = 0; count < calls; count += 1) await call(key);
    }
    const names: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
      const query = `?costCenter=sales&per=user&limit=2${page}`;
      const { status, body } = await sandbox.get(`/v1/operator/usage${query}`, bearer(token));
      expect(status).toBe(200);
      names.push(...body.holders.map(({ name }: Json) => name));
      after = body.next;
      pages += 1;
    } while (after !== undefined && pages < 10);
    expect(pages).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
    expect(names.indexOf('erin@example.com')).toBeLessThan(names.indexOf('dan@example.com'));
    const listed = await asOperator('usage', '--per', 'user', '--json');
    expect(JSON.parse(listed.out).holders.map(({ name }: Json) => name)).toEqual(names);
  });

  test.each([
    ['x', 50],
    ['', 50],
    [`account#user#sales#${'x'.repeat(3_000)}`, 50],
    ['account#user#sales#dan@example.com', null],
  ])(
    'gets 400 for a page that begins with a changed cursor: %p at %p',
    async (account, percent) => {
      const { body } = await sandbox.get(
        '/v1/operator/usage?costCenter=sales&per=user&limit=1',
        bearer(token),
      );
      const [[list]] = JSON.parse(decodeURIComponent(body.next));
      const after = encodeURIComponent(JSON.stringify([[list, account, percent]]));
      const path = `/v1/operator/usage?costCenter=sales&per=user&after=${after}`;
      const answer = await sandbox.get(path, bearer(token));
      expect(answer.body.errors).toMatchObject([{ path: 'query.after' }]);
    },
  );

  test.each(['\u{1f600}'.repeat(128), 'a/../%00#@'.padEnd(128, '/')])(
    'raises the limit of a user with the longest name there can be',
    async (user) => {
      const input = {
        action: 'raise',
        limit: 'sales/each',
        to: 50,
        until: '1d',
        reason: 'r',
        user,
      };
      expect((await sandbox.post('/v1/operator/limits', input, bearer(token))).status).toBe(200);
      const query = `user=${encodeURIComponent(user)}`;
      const { body } = await sandbox.get(`/v1/operator/limits?${query}`, bearer(token));
      const each = body.limits.find(({ limit }: Json) => limit === 'sales/each');
      expect(each).toMatchObject({ user, inForce: 50 });
    },
  );

  test.each([
    ['user', '%E2%80%8B'],
    ['key', 'k1'],
    ['session', 'mine'],
  ])('gets 400 for limits of a %s whose name it cannot be: %p', async (kind, name) => {
    const path = `/v1/operator/limits?${kind}=${name}`;
    const { status, body } = await sandbox.get(path, bearer(token));
    expect([status, body.errors]).toMatchObject([400, [{ path: kind }]]);
  });

  test.each([
    ['a token', () => bearer(token)],
    [
      'a JWT',
      async () => {
        const claims = { team: 'finops', email: 'ada@example.com', email_verified: true };
        return bearer(await jwtOf(claims));
      },
    ],
  ])('sees all cost centers at /v1/usage with %s', async (_, headers) => {
    const { status, body } = await sandbox.get('/v1/usage', await headers());
    expect(status).toBe(200);
    expect(body.costCenters.map(({ name }: Json) => name)).toEqual(['hr', 'sales']);
  });

  test('can be one by the claims of a JWT, whose user is the author', async () => {
    const claims = { team: 'finops', sub: 'u-1' };
    const jwt = await jwtOf(claims);
    const made = await sandbox.post(
      '/v1/operator/keys',
      { costCenter: 'sales', shared: true },
      bearer(jwt),
    );
    expect(made).toMatchObject({ status: 200, body: { costCenter: 'sales', shared: true } });
    expect(made.body.author).toMatch(/u-1$/);
  });
});
