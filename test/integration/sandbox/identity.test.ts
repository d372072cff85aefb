/** With `--identity on` callers sign or bring a token, and spend only where they are bound. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';

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
