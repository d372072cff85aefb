/** With `--identity on` callers sign or bring a token, and spend only where they are bound. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';
import { runCli } from './support/tokens.ts';

let sandbox: RunningSandbox;
let roles: Json[];
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', SMALL, '--identity', 'on');
  roles = (await sandbox.get('/_sandbox/identities')).body.roles;
}, 180_000);
afterAll(async () => {
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
});

const tags = (costCenter: string) => ({ applicationId: 'faq', costCenter, environment: 'dev' });
const requestOf = (costCenter: string) => smallRequest({ model: 'micro', tags: tags(costCenter) });

/** As a user's shell would. */
async function curl(role: Json, costCenter: string): Promise<[number, Json]> {
  const { stdout } = await promisify(execFile)('curl', [
    '-sS',
    ...['-w', '\n%{http_code}', '--aws-sigv4', 'aws:amz:us-east-1:execute-api'],
    ...['--user', `${role.accessKeyId}:${role.secretAccessKey}`],
    ...['-H', 'content-type: application/json', '-d', JSON.stringify(requestOf(costCenter))],
    `${sandbox.url}/v1/invoke`,
  ]);
  const [body = '', status] = stdout.split('\n');
  return [Number(status), JSON.parse(body)];
}
const roleOf = (costCenter?: string) => roles.find((each) => each.costCenter === costCenter);

describe('SigV4', () => {
  test('of a bound role spends from its cost center', async () => {
    const [status, body] = await curl(roleOf('wholesale'), 'wholesale');
    expect([status, body.tags?.costCenter]).toEqual([200, 'wholesale']);
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    expect(JSON.stringify(audit.at(-1))).toContain('assumed-role/wholesale-sandbox/sandbox');
  });

  test('of another role does not: 403', async () => {
    const [status, body] = await curl(roleOf(), 'wholesale');
    expect([status, body.code]).toEqual([403, 'forbidden_cost_center']);
  });

  test('with a wrong secret: 401', async () => {
    const role = { ...roleOf('wholesale'), secretAccessKey: 'wrong' };
    const [status, body] = await curl(role, 'wholesale');
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  });
});

describe('a token', () => {
  const bearer = async (claims: object) => {
    const { body } = await sandbox.post('/_sandbox/token', { claims });
    return { authorization: `Bearer ${body.token}` };
  };

  test('with the claims of a cost center spends from it, and sees only it', async () => {
    const headers = await bearer({ team: 'wholesale' });
    expect((await sandbox.post('/v1/invoke', requestOf('wholesale'), headers)).status).toBe(200);
    const { body } = await sandbox.get('/v1/usage', headers);
    expect(body.costCenters.map(({ name }: Json) => name)).toEqual(['wholesale']);
  });

  test('with other claims does not: 403', async () => {
    const answer = await sandbox.post(
      '/v1/invoke',
      requestOf('wholesale'),
      await bearer({ team: 'x' }),
    );
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden_cost_center']);
  });

  test('that is not one: 401', async () => {
    const answer = await sandbox.get('/v1/models', { authorization: 'Bearer x.y.z' });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
  });
});

test('without either: 401, save for health', async () => {
  expect((await sandbox.post('/v1/invoke', requestOf('wholesale'))).status).toBe(401);
  expect((await sandbox.get('/v1/usage')).status).toBe(401);
  expect((await sandbox.get('/healthz')).status).toBe(200);
});

test('the callers are printed at the start', () => {
  for (const { roleArn, accessKeyId } of roles) {
    expect(sandbox.process.stdout).toContain(roleArn);
    expect(sandbox.process.stdout).toContain(accessKeyId);
  }
});

describe('cost-sentry invoke', () => {
  const invoke = (env: Record<string, string>, ...args: readonly string[]) =>
    runCli(['invoke', '--url', sandbox.url, ...args], { AWS_REGION: 'us-east-1', ...env });
  const asked = ['--prompt', 'Hi', '--application', 'faq', '--environment', 'dev'];

  test('signs a prompt, and prints the answer, its cost and the nearest limit', async () => {
    const { accessKeyId, secretAccessKey } = roleOf('wholesale');
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const printed = await invoke(env, '--auth', 'iam', '--model', 'wholesale', ...asked);
    expect([printed.code, printed.out]).toEqual([0, expect.stringContaining('the sandbox')]);
    expect(printed.err).toMatch(
      /^model micro; cost USD 0\.\d+, \d+ input and \d+ output tokens; nearest limit wholesale\/many: \d+ requests? of 1000 requests used/,
    );
    const json = await invoke(env, '--auth', 'iam', '--model', 'micro', '--json', ...asked);
    expect(JSON.parse(json.out)).toMatchObject({
      outcome: 'succeeded',
      tags: { costCenter: 'wholesale', environment: 'dev' },
    });
  });

  test('sends a JWT, and gets every problem by its flag', async () => {
    const { body } = await sandbox.post('/_sandbox/token', { claims: { team: 'wholesale' } });
    const env = { COST_SENTRY_TOKEN: body.token };
    expect(await invoke(env, '--model', 'micro', ...asked)).toMatchObject({ code: 0 });
    const unknown = await invoke(env, '--model', 'mikro', ...asked);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toMatch(/^--model: .*micro/);
    const streamed = await invoke(env, '--model', 'micro', '--stream', '--max-tokens', '0');
    expect(streamed.code).toBe(2);
    expect(streamed.err).toMatch(/^--max-tokens: .*\n--stream: needs a key or token/);
    const anonymous = await invoke({}, '--model', 'micro', ...asked);
    expect([anonymous.code, anonymous.err]).toEqual([2, expect.stringContaining('(401)')]);
  });

  test('streams with a key, until a limit denies it: exit 1', async () => {
    const { key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'retail' })).body;
    const ask = (...args: readonly string[]) =>
      invoke({ COST_SENTRY_TOKEN: key }, '--model', 'micro', ...asked, ...args);
    const streamed = await ask('--stream');
    expect([streamed.code, streamed.out]).toEqual([0, expect.stringContaining('the sandbox')]);
    expect(streamed.err).toMatch(
      /output tokens; cost center retail; nearest limit three: \d+ % left/,
    );
    const whole = JSON.parse((await ask('--json')).out);
    expect(whole).toMatchObject({ stopReason: 'end_turn', usage: { inputTokens: 1 } });
    let last = await ask();
    for (let count = 0; count < 5 && last.code === 0; count += 1) last = await ask('--stream');
    expect([last.code, last.out]).toEqual([1, '']);
    expect(last.err).toMatch(
      /^denied: Limit three of cost center retail would be exceeded: 3 requests/,
    );
    const unknown = await invoke({ COST_SENTRY_TOKEN: key }, '--model', 'mikro', ...asked);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/^--model: .*micro/)]);
    const long = await ask('--max-tokens', '999999');
    expect([long.code, long.err]).toEqual([2, expect.stringMatching(/^--max-tokens: is 999999/)]);
    const wrong = await invoke({ COST_SENTRY_TOKEN: `${key}x` }, '--model', 'micro', ...asked);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('(403)')]);
  });
});
