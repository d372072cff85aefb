/** The built command line against the built sandbox: from the operator's words to the audit log. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';

const MINUTE_MS = 60_000;
/** How long a function goes on with the policy it has. */
const CACHE_MS = MINUTE_MS;

let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox('--var-file', SMALL, '--execution', 'direct');
  await moveTo('2027-05-10T12:00:00Z');
});
afterAll(() => sandbox.stop());

async function moveTo(now: string): Promise<void> {
  const { status } = await sandbox.post('/_sandbox/clock', { now });
  expect(status).toBe(200);
}

/** From the sandbox's own time on: a command takes as long as it takes. */
async function pass(ms: number): Promise<void> {
  const { body } = await sandbox.get('/v1/usage');
  await moveTo(new Date(Date.parse(body.asOf) + ms).toISOString());
}

const limits = (
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const flags = ['limits', ...args, '--url', sandbox.url];
    execFile(pathOf('dist/cli/cost-sentry.mjs'), flags, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

const call = async (): Promise<number> => (await sandbox.post('/v1/invoke', smallRequest())).status;

const three = async (): Promise<Json> => {
  const { body } = await sandbox.get('/v1/usage?costCenter=retail');
  return body.costCenters[0].limits.find(({ name }: Json) => name === 'three');
};

const BECAUSE = ['--reason', 'launch week', '--author', 'ada', '--yes'] as const;

/** Each step goes on from the one before: this is one operator's day. */
describe('a temporary raise', () => {
  test('comes after a denial', async () => {
    for (let i = 0; i < 3; i++) expect(await call()).toBe(200);
    expect(await call()).toBe(429);
  });

  test('is shown before and after, with what is used', async () => {
    const raised = await limits('raise', 'retail/three', '--by', '2', '--until', '1h', ...BECAUSE);
    expect(raised).toMatchObject({ code: 0, stderr: '' });
    expect(raised.stdout).toMatch(
      /^raise retail\/three from 3 requests to 5 requests until 2027-05-10T13:0/,
    );
    const shown = await limits('show', 'retail/three', '--json');
    expect(JSON.parse(shown.stdout).limits).toMatchObject([
      { configured: 3, inForce: 5, used: 3, override: { author: 'ada', reason: 'launch week' } },
    ]);
  });

  test('lets calls through within a minute, and no more than it gives', async () => {
    await pass(CACHE_MS);
    expect(await three()).toMatchObject({ limit: 5, used: 3, remaining: 2 });
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429]);
  });

  test('expires: the configured amount denies again', async () => {
    await pass(2 * 60 * MINUTE_MS);
    expect(await three()).toMatchObject({ limit: 3, used: 5, remaining: 0 });
    expect(await call()).toBe(429);
  });
});

describe('a lowering', () => {
  test('below what is used denies, after a warning, until it is reset', async () => {
    const { stdout, stderr } = await limits(
      ...['lower', 'retail/spend', '--to', '0.000000001', '--until', '2027-05-20', ...BECAUSE],
    );
    expect(stdout).toContain('until 2027-05-20T00:00:00.000Z: takes effect within 60 seconds');
    expect(stderr).toMatch(
      /^warning: USD 0\.\d+ is already used or reserved; calls will be denied until 2027-05-20T00:00:00\.000Z$/m,
    );
    await limits('raise', 'retail/three', '--to', '50', '--until', '1d', ...BECAUSE);
    await pass(CACHE_MS);
    const denied = await sandbox.post('/v1/invoke', smallRequest());
    expect(denied).toMatchObject({ status: 429, body: { limit: { name: 'spend', limit: 1 } } });
    expect((await limits('reset', 'retail/spend', ...BECAUSE)).code).toBe(0);
    await pass(CACHE_MS);
    expect(await call()).toBe(200);
  });
});

test('every change is in the audit log once, with its author, in their order', async () => {
  await limits('lower', 'retail/three', '--to', '1', '--until', '1d', ...BECAUSE);
  await limits('raise', 'retail/three', '--to', '9', '--until', '1d', ...BECAUSE);
  await pass(CACHE_MS);
  await sandbox.post('/_sandbox/sweep', {});
  await sandbox.post('/_sandbox/sweep', {});
  const { body } = await sandbox.get('/_sandbox/audit');
  const lines = body.filter(({ event }: Json) => event === 'limit_override');
  const inShort = lines.map((line: Json) => `${line.action} ${line.limit} ${line.amount ?? ''}`);
  expect(inShort.map((line: string) => line.trim())).toEqual([
    'raise costCenter#retail/three 5',
    'lower costCenter#retail/spend 1',
    'raise costCenter#retail/three 50',
    'reset costCenter#retail/spend',
    'lower costCenter#retail/three 1',
    'raise costCenter#retail/three 9',
  ]);
  expect(lines[0]).toMatchObject({ author: 'ada', reason: 'launch week', unit: 'requests' });
});

test('what cannot be done is said in one line each, and exits 2', async () => {
  const unknown = await limits('raise', 'retail/tree', '--by', '1', '--until', '1h', ...BECAUSE);
  expect(unknown).toMatchObject({
    code: 2,
    stderr:
      'limit: unknown limit "retail/tree": did you mean "retail/three"? use one of retail/three, retail/spend\n',
  });
  const unasked = await limits('reset', 'retail/three', '--reason', 'over');
  expect([unasked.code, unasked.stderr]).toEqual([
    2,
    expect.stringMatching(/^--yes: is required without a terminal$/m),
  ]);
});
