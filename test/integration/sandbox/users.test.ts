/** Goal: a caller has one allowance, in whatever way it names itself, over real HTTP with real keys. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Answer,
  type Json,
  pathOf,
  pause,
  type RunningSandbox,
  runSandbox,
} from './support/run-sandbox.ts';
import { runCli, tokenOf } from './support/tokens.ts';

let sandbox: RunningSandbox;

/** 10 x 35 + 100 x 140 nano-USD. */
const COST = 14_350;
/** Limits of the policy, in nano-USD. */
const [OWN, OF_TEMPS, OF_SMALL] = [100_000, 50_000, 1_000_000];

beforeAll(async () => {
  sandbox = await runSandbox(
    ...['--var-file', pathOf('test/integration/sandbox/support/users.tfvars'), '--identity', 'on'],
  );
  const usage = { inputTokens: 10, outputTokens: 100, totalTokens: 110 };
  await sandbox.post('/_sandbox/bedrock/behavior', { usage });
});
afterAll(() => sandbox.stop());

type Call = (headers?: Record<string, string>, metadata?: Json) => Promise<Answer>;

const messages = [{ role: 'user', content: [{ text: 'Hello' }] }];

/** A call of the proxy with that key or token. */
const proxied =
  (key: string, path = ''): Call =>
  (headers = {}, requestMetadata = undefined) =>
    sandbox.post(
      `${path}/model/micro/converse`,
      {
        messages,
        inferenceConfig: { maxTokens: 100 },
        ...(requestMetadata && { requestMetadata }),
      },
      { authorization: `Bearer ${key}`, ...headers },
    );

async function keyFor(binding: object): Promise<{ readonly id: string; readonly key: string }> {
  const { status, body } = await sandbox.post('/_sandbox/keys', {
    costCenter: 'sales',
    ...binding,
  });
  expect([status, body.errors]).toEqual([200, undefined]);
  return body;
}

/** The environment of an operator. */
async function asOperator(): Promise<{ readonly COST_SENTRY_TOKEN: string }> {
  const { body } = await sandbox.get('/_sandbox/identities');
  const role = body.roles.find((each: Json) => each.operator);
  return { COST_SENTRY_TOKEN: await tokenOf(sandbox.url, role, '--operator') };
}

const STAFF = { groups: ['staff'] };

const keyCall = async (user: string): Promise<Call> =>
  proxied((await keyFor({ user, ...STAFF })).key);

/** A call of the API with a token that has these claims. */
async function jwtCall(claims: object): Promise<Call> {
  const { body } = await sandbox.post('/_sandbox/token', { claims: { team: 'sales', ...claims } });
  const request = {
    model: 'micro',
    prompt: { messages: [{ role: 'user', content: 'Hello' }], parameters: { max_tokens: 100 } },
    tags: { applicationId: 'chat', costCenter: 'sales', environment: 'production' },
  };
  return (headers = {}) =>
    sandbox.post('/v1/invoke', request, { authorization: `Bearer ${body.token}`, ...headers });
}

const auditLine = async (): Promise<Json> =>
  (await sandbox.get('/_sandbox/audit')).body.filter((line: Json) => line.outcome).at(-1);

/** The answer, once calls in flight do not stand in the way: as clients do that wait and repeat. */
async function atRest(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await call();
    // A denial that passes is a 429, a final one a 402.
    if (answer.status !== 429) return answer;
    await pause(REPEATED_AFTER_MS);
  }
}

const REPEATED_AFTER_MS = 100;

/** How many of these calls, one after another, are let through. */
async function allowed(calls: readonly Call[], rounds: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < rounds; i++) {
    for (const call of calls) if ((await call()).status === 200) count += 1;
  }
  return count;
}

const usedBy = async (costCenter: string, user: string): Promise<number> => {
  const url = `/_sandbox/overrides?user=${encodeURIComponent(user)}`;
  const { body } = await sandbox.get(url);
  return body.limits.find(({ limit }: Json) => limit === `${costCenter}/own`).used;
};

const usedOf = async (costCenter: string): Promise<Json> => {
  const { body } = await sandbox.get('/_sandbox/overrides');
  return body.limits.find(({ limit }: Json) => limit === `${costCenter}/all`);
};

const MINUTE_MS = 60_000;
const start = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
/** Ten seconds after the beginning of a minute. */
const minutesLater = (minutes: number) =>
  sandbox.post('/_sandbox/clock', {
    now: new Date(start + minutes * MINUTE_MS + 10_000).toISOString(),
  });

/** Calls that fit, where each takes its worst case until it is settled. */
const fitting = (limit: number, worst: number): number => Math.floor((limit - worst) / COST) + 1;

describe('300 callers at once, 30 users', () => {
  const worstOf = (answers: readonly Answer[]): number => {
    const [text] = answers.flatMap(({ headers }) => headers.get('x-sentry-reserved-usd') ?? []);
    return Math.round(Number(text) * 1e9);
  };
  const burst = async (costCenter: string) => {
    const users = Array.from({ length: 30 }, (_, i) => `user-${i}@${costCenter}.example.com`);
    const keys = await Promise.all(users.map((user) => keyFor({ costCenter, user, ...STAFF })));
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => atRest(() => proxied(keys[i % 30]?.key ?? '')())),
    );
    const let_through = answers.filter(({ status }) => status === 200);
    const used = await Promise.all(users.map((user) => usedBy(costCenter, user)));
    return { count: let_through.length, worst: worstOf(let_through), used };
  };

  test('each user stops at the own limit to the last call that fits, and the sum is exact', async () => {
    const { count, worst, used } = await burst('sales');
    const each = fitting(OWN, worst);
    expect(used).toEqual(used.map(() => each * COST));
    expect(count).toBe(30 * each);
    expect(await usedOf('sales')).toMatchObject({ used: 30 * each * COST, reserved: 0 });
  });

  test('the cost center stops at its own to the last call that fits', async () => {
    const { count, worst, used } = await burst('small');
    expect(count).toBe(fitting(OF_SMALL, worst));
    expect(Math.max(...used)).toBeLessThanOrEqual(OWN);
    expect(used.reduce((sum, each) => sum + each, 0)).toBe(count * COST);
    expect(await usedOf('small')).toMatchObject({ used: count * COST, reserved: 0 });
  });
});

describe('one person has one allowance', () => {
  const EACH = 6;

  test('in every spelling of the name, with every key, a rotated one, and a token', async () => {
    const spellings = ['alice@example.com', ' ALICE@Example.com\u00a0', '\uff41lice@example.com'];
    const invisible = [
      'al\u200bice@example.com',
      'alice\u2800@example.com',
      'ali\u00adce@example.com',
    ];
    const calls = await Promise.all([...spellings, ...invisible].map(keyCall));
    const old = await keyFor({ user: 'alice@example.com', ...STAFF });
    const { body: rotated } = await sandbox.post('/_sandbox/keys/rotate', {
      id: old.id,
      graceSeconds: 3_600,
    });
    calls.push(proxied(old.key), proxied(rotated.key));
    for (const email of [...spellings, ...invisible]) {
      calls.push(await jwtCall({ email, email_verified: true, ...STAFF }));
    }
    expect(await allowed(calls, 2)).toBe(EACH);
    expect(await usedBy('sales', 'Alice@EXAMPLE.com')).toBe(EACH * COST);
  });

  test('whatever session, application, path or name it sends', async () => {
    const { key } = await keyFor({ user: 'dora@example.com', ...STAFF });
    const [call, inPath] = [proxied(key), proxied(key, '/app/chat/production')];
    let count = 0;
    for (let i = 0; i < 4; i++) {
      const ways = [
        call({ 'x-sentry-session': `s-${i}` }),
        call({ 'x-claude-code-session-id': `c-${i}` }),
        inPath({ 'x-sentry-application': 'chat' }),
        call({}, { sessionId: `m-${i}`, application: 'chat', user: 'DORA@example.com' }),
      ];
      for (const way of ways) if ((await way).status === 200) count += 1;
    }
    expect(count).toBe(EACH);
    const other = await call({}, { user: 'boss@example.com' });
    expect([other.status, other.body.message]).toEqual([403, expect.stringContaining('user')]);
    const forged = { 'x-sentry-user': 'boss@example.com', 'x-user': 'boss@example.com' };
    expect((await call(forged)).status).toBe(402);
  });

  test('leaving out the groups gives the smallest amount, and naming a group no more than its own', async () => {
    const claims = { email: 'carl@example.com', email_verified: true };
    const [none, temps, staff] = [
      await jwtCall(claims),
      await jwtCall({ ...claims, groups: ['temps'] }),
      await jwtCall({ ...claims, groups: ['staff'] }),
    ];
    const few = await allowed([none], 9);
    expect(few).toBeLessThan(EACH);
    expect(few * COST).toBeLessThanOrEqual(OF_TEMPS);
    expect(await allowed([none, temps], 2)).toBe(0);
    expect((await staff()).status).toBe(200);
  });

  test('a key without groups is made with a warning, and its holder sees what it may use', async () => {
    const binding = ['--cost-center', 'sales', '--user', 'hal@example.com'];
    const url = ['--url', sandbox.url];
    const operator = await asOperator();
    const made = await runCli(['keys', 'create', ...url, ...binding], operator);
    expect([made.code, made.err]).toEqual([
      0,
      expect.stringContaining('its smallest amount applies, USD 0.00005 (name them with --groups)'),
    ]);
    const inNone = await runCli(['keys', 'create', ...url, ...binding, '--groups', ''], operator);
    expect([inNone.code, inNone.err]).toEqual([0, expect.not.stringContaining('smallest')]);
    const [key, other] = [made.out.trim(), inNone.out.trim()];
    expect((await proxied(key)()).status).toBe(200);
    const shown = async (text: string, ...args: readonly string[]) =>
      (await runCli(['usage', ...url, ...args], { COST_SENTRY_TOKEN: text })).out;
    const own = /sales\/hal@example.com\/own \(smallest amount of groups\) +total +0.00001 /;
    expect(await shown(key)).toMatch(own);
    expect(await shown(key, '--per', 'user')).toMatch(own);
    expect(await shown(other)).toMatch(/sales\/hal@example.com\/own +total .* 0.00010? USD/);
    const wrong = await sandbox.get('/v1/usage?per=team', { authorization: `Bearer ${key}` });
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([
      400,
      expect.stringContaining('query.per'),
    ]);
  });

  test('callers without a name, or with one that cannot be, share one counter', async () => {
    const shared = proxied((await keyFor({ shared: true })).key);
    const calls = [
      shared,
      proxied((await keyFor({ shared: true })).key),
      () => shared({}, { user: 'erin@example.com' }),
      await jwtCall({}),
      await jwtCall({ email: 'erin@example.com' }),
      await jwtCall({ email: 'erin@example.com', email_verified: false }),
      await jwtCall({ email: ' ', email_verified: true }),
      await jwtCall({ email: `${'e'.repeat(200)}@example.com`, email_verified: true }),
    ];
    // It is not known which group they are in: they have the smallest amount of all.
    expect((await allowed(calls, 2)) * COST).toBeLessThanOrEqual(OF_TEMPS);
    expect(await usedBy('sales', 'erin@example.com')).toBe(0);
    expect(await auditLine()).toMatchObject({ holder: { kind: 'user', name: 'unknown' } });
    const { detail } = (await (await jwtCall({}))()).body;
    expect(detail).toMatch(/share one counter: use a key or token that names the user/);
  });

  test('a person of Identity Center has one with the token and the signature', async () => {
    const { body } = await sandbox.get('/_sandbox/identities');
    const role = body.roles.find((each: Json) => each.costCenter === 'sales');
    const [first, second] = [await tokenOf(sandbox.url, role), await tokenOf(sandbox.url, role)];
    const key = await keyCall('sandbox');
    const count = await allowed([proxied(first), proxied(second), key], 4);
    expect(count * COST).toBeLessThanOrEqual(OWN);
    expect(await usedBy('sales', 'sandbox')).toBe(count * COST);
  });

  test.each(['', 'unknown', ' UNKNOWN ', '\u200b', 'x'.repeat(129)])(
    'no key is made for the user %j, nor one without a user',
    async (user) => {
      const made = await sandbox.post('/_sandbox/keys', { costCenter: 'sales', user });
      expect([made.status, made.body.errors[0].path]).toEqual([400, 'user']);
      expect((await sandbox.post('/_sandbox/keys', { costCenter: 'sales' })).status).toBe(400);
    },
  );
});

describe('sessions', () => {
  test('begin only as often as the key may, and the denial is the passing one of each API', async () => {
    const { key } = await keyFor({ costCenter: 'agents', user: 'agent@example.com' });
    await minutesLater(1);
    const inSession = (i: number) => proxied(key)({ 'x-sentry-session': `run-${i}` });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => inSession(i)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    const headers = { authorization: `Bearer ${key}`, 'x-sentry-session': 'another' };
    const chat = [{ role: 'user', content: 'Hello' }];
    const openai = await sandbox.post(
      '/openai/v1/chat/completions',
      { model: 'micro', messages: chat, max_tokens: 10 },
      headers,
    );
    const anthropic = await sandbox.post(
      '/anthropic/v1/messages',
      { model: 'micro', messages: chat, max_tokens: 10 },
      headers,
    );
    const bedrock = await proxied(key)(headers);
    for (const answer of [openai, anthropic, bedrock]) {
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(50);
      expect(JSON.stringify(answer.body)).toContain(
        'has begun 4 sessions in this minute, as many as ledger.new_sessions_per_minute allows',
      );
    }
    expect(await auditLine()).toMatchObject({ limit: 'agents/new_sessions_per_minute' });
    await minutesLater(2);
    expect((await inSession(100)).status).toBe(200);
  });
});

test('cost-sentry invoke calls in a session, up to the limit of that session', async () => {
  await minutesLater(3);
  const { key } = await keyFor({ costCenter: 'agents', user: 'runner@example.com' });
  const inSession = () => proxied(key)({ 'x-sentry-session': 'nightly' });
  for (const _ of [1, 2, 3]) expect((await inSession()).status).toBe(200);
  const invoke = (...args: readonly string[]) =>
    runCli(['invoke', '--url', sandbox.url, '--model', 'micro', '--prompt', 'Hi', ...args], {
      COST_SENTRY_TOKEN: key,
    });
  const denied = await invoke('--session', 'nightly');
  expect([denied.code, denied.err]).toEqual([
    1,
    expect.stringMatching(/^denied: Limit run of session/),
  ]);
  expect((await invoke('--session', 'another')).code).toBe(0);
  const ownOf = async (headers: Readonly<Record<string, string>>): Promise<Json> => {
    const { body } = await sandbox.get('/v1/usage', { authorization: `Bearer ${key}`, ...headers });
    return Object.fromEntries(body.own.map(({ per, limits: [limit] }: Json) => [per, limit.used]));
  };
  expect(await ownOf({ 'x-sentry-session': 'nightly' })).toEqual({ key: 4, session: 3 });
  expect(await ownOf({ 'x-sentry-session': 'another' })).toEqual({ key: 4, session: 1 });
  expect(await ownOf({})).toEqual({ key: 4 });
  const wrong = await invoke('--session', 'a\nb');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/^--session: /)]);
});

describe('an operator raises the limit', () => {
  const limits = async (...args: readonly string[]): Promise<void> => {
    const command = ['limits', ...args, '--url', sandbox.url, '--reason', 'migration', '--yes'];
    const { code, err } = await runCli(command, await asOperator());
    expect([code, err]).toEqual([0, '']);
  };
  const lines = async (): Promise<Json[]> => {
    await sandbox.post('/_sandbox/sweep', {});
    const { body } = await sandbox.get('/_sandbox/audit');
    return body.filter(({ event }: Json) => event === 'limit_override');
  };

  test('of one user, which changes nothing for another and is audited', async () => {
    await minutesLater(3);
    const [fay, gus] = [await keyCall('fay@example.com'), await keyCall('gus@example.com')];
    const before = await allowed([fay], 9);
    expect(await allowed([gus], 9)).toBe(before);
    await limits('raise', 'sales/own', '--user', 'FAY@example.com', '--to', '0.00013');
    await minutesLater(5);
    expect(await allowed([fay], 9)).toBe(2);
    expect(await allowed([gus], 9)).toBe(0);
    expect((await lines()).at(-1)).toMatchObject({
      action: 'raise',
      limit: 'costCenter#sales/own',
      holder: { kind: 'user', name: 'fay@example.com' },
      reason: 'migration',
      author: expect.stringContaining('role/finops'),
    });
  });

  test('of one prepaid key and of the cost center, without an end', async () => {
    await minutesLater(6);
    const [ann, ben] = await Promise.all(
      ['ann', 'ben'].map((user) => keyFor({ costCenter: 'agents', user: `${user}@example.com` })),
    );
    if (!ann || !ben) throw new Error('there are two keys');
    // A session has three calls.
    const inSessions = (key: string): Call => {
      let calls = 0;
      return () => proxied(key)({ 'x-sentry-session': `prepaid-${Math.ceil(++calls / 3)}` });
    };
    const [first, second] = [inSessions(ann.key), inSessions(ben.key)];
    expect([await allowed([first], 7), await allowed([second], 7)]).toEqual([6, 6]);
    await limits('raise', 'agents/prepaid', '--key', ann.id, '--by', '2');
    const { inForce } = await usedOf('agents');
    await limits('raise', 'agents/all', '--by', '5');
    await minutesLater(8);
    expect([await allowed([first], 7), await allowed([second], 7)]).toEqual([2, 0]);
    expect(await usedOf('agents')).toMatchObject({ inForce: inForce + 5 });
    expect((await lines()).slice(-2)).toMatchObject([
      { limit: 'costCenter#agents/prepaid', holder: { kind: 'key', name: ann.id }, amount: 8 },
      { limit: 'costCenter#agents/all', amount: 105 },
    ]);
  });
});
