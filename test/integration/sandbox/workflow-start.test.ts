/** Direct starts of the workflow, as the AWS SDK makes them: ids, callers, and named starters. */
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest } from './support/small-policy.ts';

const STARTERS = join(tmpdir(), `starters-${process.pid}.tfvars`);

type Start = (input: unknown) => Promise<Json>;

async function starterOf(sandbox: RunningSandbox): Promise<Start> {
  const { workflow } = (await sandbox.get('/_sandbox/settings')).body;
  const client = new SFNClient({
    endpoint: workflow.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'made', secretAccessKey: 'up' },
    disableHostPrefix: true,
  });
  return async (input) => {
    const { stateMachineArn } = workflow;
    const command = new StartSyncExecutionCommand({
      stateMachineArn,
      input: JSON.stringify(input),
    });
    const { status, output = 'null' } = await client.send(command);
    expect(status).toBe('SUCCEEDED');
    return JSON.parse(output);
  };
}

const reached = async (sandbox: RunningSandbox): Promise<number> =>
  (await sandbox.get('/_sandbox/bedrock/requests')).body.length;

describe('without identity', () => {
  let sandbox: RunningSandbox;
  let start: Start;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL, '--identity', 'off');
    start = await starterOf(sandbox);
  }, 180_000);
  afterAll(() => sandbox.stop());

  test('a request alone is answered', async () => {
    expect(await start(smallRequest())).toMatchObject({ outcome: 'succeeded' });
  });

  test('a named request is made once', async () => {
    const named = { requestId: 'order-4711', request: smallRequest() };
    expect(await start(named)).toMatchObject({ outcome: 'succeeded', requestId: 'order-4711' });
    const before = await reached(sandbox);
    expect(await start(named)).toMatchObject({ status: 409, code: 'request_completed' });
    expect(await reached(sandbox)).toBe(before);
  });

  test.each([
    ['an empty id', { requestId: '' }, '$.requestId'],
    ['a long id', { requestId: 'x'.repeat(256) }, '$.requestId'],
    ['an id of control characters', { requestId: 'a\u0007' }, '$.requestId'],
    ['an id that is a number', { requestId: 5 }, '$.requestId'],
    ['an id that is an object', { requestId: { toString: 'x' } }, '$.requestId'],
    ['no id', {}, '$.requestId'],
    ['a time', { requestId: 'a', receivedAt: 1e300 }, '$.receivedAt'],
    ['a caller', { requestId: 'a', caller: 'x' }, '$.caller'],
    ['a caller without claims', { requestId: 'a', caller: { kind: 'jwt' } }, '$.caller.claims'],
    ['an unknown member', { requestId: 'a', model: 'haiku' }, '$.model'],
  ])('%s is refused by name, and nothing is called', async (_, members, path) => {
    const before = await reached(sandbox);
    const answer = await start({ request: smallRequest(), ...members });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(answer.errors.map((error: Json) => error.path)).toContain(path);
    expect(await reached(sandbox)).toBe(before);
  });
});

describe('with identity', () => {
  let sandbox: RunningSandbox;
  let start: Start;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL, '--identity', 'on');
    start = await starterOf(sandbox);
  }, 180_000);
  afterAll(() => sandbox.stop());

  const caller = { kind: 'iam', arn: 'arn:aws:sts::111122223333:assumed-role/wholesale/me' };

  test.each([
    ['a request without a caller', smallRequest(), 401],
    ['a named request without a caller', { requestId: 'a', request: smallRequest() }, 401],
    ['a caller of its choice', { requestId: 'a', request: smallRequest(), caller }, 400],
    [
      'a caller of its choice with a made-up seal',
      { requestId: 'a', request: smallRequest(), caller, seal: 'x'.repeat(64) },
      401,
    ],
  ])('%s is refused before anything is reserved', async (_, input, status) => {
    const before = await reached(sandbox);
    expect(await start(input)).toMatchObject({ status });
    expect(await reached(sandbox)).toBe(before);
    const { costCenters } = (await sandbox.get('/_sandbox/settings')).body;
    expect(costCenters.length).toBeGreaterThan(0);
  });
});

describe('with identity and named starters', () => {
  let sandbox: RunningSandbox;
  let start: Start;
  beforeAll(async () => {
    const arn = 'arn:aws:iam::111122223333:role/batch-jobs';
    await writeFile(STARTERS, `workflow = { starters = ["${arn}"] }\n`);
    sandbox = await runSandbox('--var-file', SMALL, '--var-file', STARTERS, '--identity', 'on');
    start = await starterOf(sandbox);
  }, 180_000);
  afterAll(async () => {
    await sandbox.stop();
    await rm(STARTERS);
  });

  test('a request without a caller is answered: IAM lets only the starters in', async () => {
    expect(await start(smallRequest())).toMatchObject({ outcome: 'succeeded' });
  });

  test('a caller of its choice is still refused', async () => {
    const caller = { kind: 'iam', arn: 'arn:aws:sts::111122223333:assumed-role/wholesale/me' };
    const answer = await start({ requestId: 'a', request: smallRequest(), caller });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});
