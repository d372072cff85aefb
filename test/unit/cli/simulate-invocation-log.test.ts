/** Method: the command in this process, on Bedrock's own model invocation log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import { configWith } from '../../support/policy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Buffer, end: string): string {
  const path = join(folder, `file-${++files}.${end}`);
  writeFileSync(path, content);
  return path;
}

const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';
const center = (role: string, amount: number) => ({
  models: ['micro'],
  applications: ['faq'],
  limits: [{ window: 'day', unit: 'requests', amount }],
  callers: { iam_role_arns: [`arn:aws:iam::111122223333:role/${role}`] },
});
const policyFile = () =>
  file(
    JSON.stringify(
      configWith({
        models: { micro: { model_id: 'amazon.nova-micro-v1:0' } },
        applications: { faq: { environments: ['dev', 'production'], default_environment: 'dev' } },
        cost_centers: { retail: center('retail-*', 1), labs: center('labs-app', 5) },
      }),
    ),
    'tfvars.json',
  );

let entries = 0;
const entry = (role: string, over: Record<string, unknown> = {}) => ({
  schemaType: 'ModelInvocationLog',
  schemaVersion: '1.0',
  timestamp: `2026-11-03T08:${String(entries++).padStart(2, '0')}:00Z`,
  accountId: '111122223333',
  identity: { arn: `arn:aws:sts::111122223333:assumed-role/${role}/session` },
  region: 'us-east-1',
  requestId: `request-${entries}`,
  operation: 'Converse',
  modelId: 'amazon.nova-micro-v1:0',
  input: { inputTokenCount: 1_000, inputBodyJson: { messages: [{ content: 'a secret prompt' }] } },
  output: { outputTokenCount: 500 },
  ...over,
});
const logFile = (...of: readonly object[]) =>
  file(gzipSync(of.map((each) => JSON.stringify(each)).join('\n')), 'json.gz');

const simulate = async (log: string, ...args: readonly string[]) => {
  const command = ['simulate', '--var-file', policyFile(), '--trace', log, '--json', ...args];
  const { exitCode, out } = await costSentry(command);
  expect(out).not.toContain('secret');
  return { exitCode, json: JSON.parse(out) };
};

describe("Bedrock's model invocation log as a trace", () => {
  test('is attributed by the role of each call, and replayed against the policy', async () => {
    const log = logFile(entry('retail-web'), entry('retail-batch'), entry('labs-app'));
    const { exitCode, json } = await simulate(log);
    expect(exitCode).toBe(0);
    expect(json.trace).toMatchObject({ replayed: 3, invocationLog: { calls: 3, assumed: 3 } });
    const [labs, retail] = json.costCenters;
    // 1,000 x USD 0.035 + 500 x USD 0.14 per million tokens.
    expect(labs).toMatchObject({
      costCenter: 'labs',
      results: [
        { answered: 1, spent: { nanoUsd: 105_000 } },
        { answered: 1, denied: 0 },
      ],
    });
    expect(retail).toMatchObject({
      costCenter: 'retail',
      results: [{ answered: 2 }, { answered: 1, denied: 1 }],
    });
  });

  test('is attributed by inference profile first, then by the default given', async () => {
    const profiles = file(
      JSON.stringify({
        inference_profile_arns: { value: { 'retail/faq/production/micro': PROFILE } },
      }),
      'json',
    );
    const log = logFile(entry('labs-app', { modelId: PROFILE }), entry('someone-else'));
    const { json } = await simulate(log, '--profiles', profiles, '--cost-center', 'labs');
    expect(json.trace).toMatchObject({ replayed: 2, invocationLog: { calls: 2, assumed: 1 } });
    expect(json.costCenters.map(({ costCenter }: { costCenter: string }) => costCenter)).toEqual([
      'labs',
      'retail',
    ]);
  });

  test('names calls of no cost center, failed ones and entries that are not whole', async () => {
    const log = logFile(
      entry('labs-app', { errorCode: 'ThrottlingException', output: {} }),
      entry('someone-else'),
      entry('labs-app', { timestamp: 'yesterday' }),
    );
    const { json } = await simulate(log);
    expect(json.trace).toMatchObject({
      replayed: 1,
      leftOut: { unattributed: 1 },
      badLines: { count: 1, first: [{ message: 'timestamp: is not an ISO 8601 time' }] },
    });
    expect(json.totals.results[0]).toMatchObject({ failed: 1 });
  });

  test('without any call of a cost center is refused with what to do', async () => {
    const { exitCode, json } = await simulate(logFile(entry('someone-else')));
    expect([exitCode, json.problems[0].path]).toEqual([2, '--trace']);
    expect(json.problems[0].message).toMatch(
      /none of 1 call belongs to a cost center: add callers/,
    );
    const unknown = await simulate(logFile(entry('labs-app')), '--cost-center', 'lab');
    expect(unknown.json.problems).toEqual([
      { path: '--cost-center', message: expect.stringMatching(/did you mean "labs"/) },
    ]);
  });

  test('uses the max_tokens of a logged request as the worst case', async () => {
    const body = { inferenceConfig: { maxTokens: 50_000 } };
    const log = logFile(entry('labs-app', { input: { inputTokenCount: 10, inputBodyJson: body } }));
    const { json } = await simulate(log);
    expect(json.totals.results[1]).toMatchObject({ notValid: 1 });
  });
});
