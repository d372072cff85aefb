/**
 * A policy in force keeps answering when all its models are past their end of life: the sandbox's
 * clock passes every date of the catalogue.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import catalogue from '../../../core/pricing/catalogue.json' with { type: 'json' };
import { type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

/** All that end, and live now: in us-east-1, one id of each. */
const ENDING = catalogue.models.filter(
  ({ endOfLife, status, kind }) =>
    endOfLife !== undefined && status !== 'ended' && kind === undefined,
);
const idOf = ({ modelId, inferenceTypes }: (typeof ENDING)[number]) =>
  inferenceTypes.includes('ON_DEMAND') ? modelId : `us.${modelId}`;

let sandbox: RunningSandbox;
const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-lifecycle-'));
const aliases = ENDING.map((_, i) => `model-${i}`);

beforeAll(async () => {
  const file = join(folder, 'ending.tfvars.json');
  const models = ENDING.map((row, i) => [aliases[i], { model_id: idOf(row) }]);
  const policy = {
    name: 'ending',
    models: Object.fromEntries(models),
    applications: { chat: { environments: ['dev'] } },
    cost_centers: {
      sales: {
        models: aliases,
        applications: ['chat'],
        limits: [{ window: 'month', unit: 'usd', amount: 1000 }],
      },
    },
    execution: 'direct',
  };
  writeFileSync(file, JSON.stringify(policy));
  sandbox = await runSandbox('--var-file', file);
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true });
});

test('past every end of life, every model still answers and is billed', async () => {
  const last = ENDING.map(({ endOfLife = '' }) => endOfLife)
    .sort()
    .at(-1);
  expect(ENDING.length).toBeGreaterThan(5);
  const now = `${Number(last?.slice(0, 4)) + 3}-01-15T12:00:00Z`;
  expect((await sandbox.post('/_sandbox/clock', { now })).status).toBe(200);
  const tags = { applicationId: 'chat', costCenter: 'sales', environment: 'dev' };
  const prompt = { messages: [{ role: 'user', content: 'Hello' }] };
  for (const model of aliases) {
    const { status, body } = await sandbox.post('/v1/invoke', { model, prompt, tags });
    expect([model, status]).toEqual([model, 200]);
    expect(body.cost.nanoUsd).toBeGreaterThan(0);
    expect(body.limits[0].resetsAt > now).toBe(true);
  }
  const { body } = await sandbox.get('/v1/models');
  expect(body.models).toHaveLength(aliases.length);
});
