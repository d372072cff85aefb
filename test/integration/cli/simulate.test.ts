/**
 * Replaying what a sandbox wrote down decides as the sandbox did. Method: calls of several cost
 * centers against the built sandbox, one after the other and overlapping, until limits deny and a
 * ceiling puts the cheaper model in; then its own audit log through the built command, against the
 * same configuration and against others.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Json,
  pathOf,
  pause,
  type RunningSandbox,
  runSandbox,
} from '../sandbox/support/run-sandbox.ts';

const POLICY = `
models = {
  haiku = { model_id = "us.anthropic.claude-haiku-4-5-20251001-v1:0" }
  micro = { model_id = "amazon.nova-micro-v1:0"
            limits = [{ window = "month", unit = "tokens", amount = 4000 }] }
}
applications = { faq = { environments = ["dev", "production"] } }
cost_centers = {
  retail = { models = ["haiku", "micro"], applications = ["faq"]
    limits = [{ name = "budget", window = "month", unit = "usd", amount = AMOUNT
      ceilings = [{ percent = 50, model = "haiku", fallback = "micro" },
                  { percent = 70, environment = "dev" }] }] }
  support = { models = ["haiku"], applications = ["faq"]
    limits = [{ window = "month", unit = "requests", amount = 3 }] }
}
organization = {
  limits = [{ window = "month", unit = "tokens", amount = 30000, mode = "observe" }]
}
`;

let sandbox: RunningSandbox;
let folder: string;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const policy = (usd: string) => file(`budget-${usd}.tfvars`, POLICY.replace('AMOUNT', usd));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
  sandbox = await runSandbox('--var-file', policy('0.04'), '--execution', 'direct');
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const call = (costCenter: string, model = 'haiku', environment = 'production') =>
  sandbox.post('/v1/invoke', {
    model,
    prompt: {
      messages: [{ role: 'user', content: 'Hello there' }],
      parameters: { max_tokens: 900 },
    },
    tags: { applicationId: 'faq', costCenter, environment },
  });

const behave = (behavior: object) => sandbox.post('/_sandbox/bedrock/behavior', behavior);

async function traffic(): Promise<void> {
  for (let i = 0; i < 4; i++) await call('support');
  await call('support', 'nonsense');
  await behave({ latencyMs: 400 });
  const overlapping: Promise<unknown>[] = [];
  for (let i = 0; i < 4; i++) {
    overlapping.push(call('retail'));
    // Apart enough that the trace's order is the order of the reservations.
    await pause(40);
  }
  await Promise.all(overlapping);
  await behave({ fail: { name: 'ValidationException', times: 1 } });
  await call('retail', 'micro');
  await behave({ usage: { inputTokens: 20, outputTokens: 890 } });
  for (let i = 0; i < 12; i++) await call('retail', 'haiku', i % 2 === 0 ? 'dev' : 'production');
}

const simulate = (...args: readonly string[]): Promise<Json> =>
  new Promise((resolve, reject) => {
    const all = ['simulate', ...args, '--json'];
    execFile(pathOf('dist/cli/cost-sentry.mjs'), all, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr + stdout));
      else resolve(JSON.parse(stdout));
    });
  });

test('the same policy decides every call as the sandbox did; another one does not', async () => {
  await traffic();
  const { body: audit } = await sandbox.get('/_sandbox/audit');
  const decided = audit.filter(({ decision }: Json) => /approved|denied/.test(decision));
  const trace = file('audit.json', JSON.stringify(audit));
  const [same, tighter] = [policy('0.04'), policy('0.016')];
  const args = ['--var-file', same, '--compare-with', tighter, '--trace', trace] as const;
  const { trace: read, costCenters, denials, changes, notValid } = await simulate(...args);

  expect(read).toMatchObject({ replayed: decided.length, leftOut: { notValid: 1 } });
  for (const { results } of costCenters) {
    const [recorded, again] = results;
    expect(again).toEqual({ ...recorded, estimated: { usd: '0.00', nanoUsd: 0 } });
  }
  // It is not equal for want of anything to decide.
  const [all] = costCenters.find(({ costCenter }: Json) => costCenter === 'retail').results;
  expect([all.answered > 5, all.downgraded > 1, all.denied > 1, all.failed]).toEqual([
    true,
    true,
    true,
    1,
  ]);
  const byPolicy = (name: string) =>
    denials
      .filter(({ policy: of }: Json) => of === name)
      .map(({ policy: _, ...rest }: Json) => rest);
  expect(byPolicy('recorded').length).toBeGreaterThan(1);
  expect(byPolicy('budget-0.04.tfvars')).toEqual(byPolicy('recorded'));
  expect(notValid).toEqual([]);
  const [unchanged, changed] = changes;
  expect(
    Object.values(unchanged).filter((value) => typeof value === 'number' && value > 0),
  ).toEqual([]);
  expect(changed.newlyDenied).toBeGreaterThan(0);
});
