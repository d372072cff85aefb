/**
 * The packed module, deployed, changed and destroyed. Method: Terraform and the AWS provider as
 * they are, from the unpacked package, against moto behind a facade; each step builds on the one
 * before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Deployment } from './support/deployment.ts';
import { Facade } from './support/facade.ts';
import { leftIn } from './support/leftovers.ts';

const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-deployed-'));
const facade = new Facade(folder);
const deployment = new Deployment(facade);

const STEP_MS_MAX = 600_000;
/** How long a function may go on with the policy it has read. */
const POLICY_READ_MS = 61_000;
let failed: string | undefined;

/** A test that relies on the ones before it: after one has failed, the others fail at once. */
function step(name: string, run: () => Promise<void>): void {
  const unlessFailed = async () => {
    if (failed !== undefined) throw new Error(`not run, as this failed: ${failed}`);
    failed = name;
    await run();
    failed = undefined;
  };
  test(name, unlessFailed, STEP_MS_MAX);
}

beforeAll(async () => {
  await facade.start();
}, STEP_MS_MAX);

afterAll(async () => {
  await facade.close();
  rmSync(folder, { recursive: true, force: true });
}, STEP_MS_MAX);

step('terraform init', async () => {
  await deployment.terraform('init', '-backend=false');
});

step('terraform apply', async () => {
  await deployment.apply();
  expect(facade.unknown).toEqual([]);
});

step('a second plan changes nothing', async () => {
  expect(await deployment.changes()).toEqual([]);
});

step('a request through the state machine is approved and succeeds', async () => {
  const answer = await deployment.ask({ costCenter: 'sales' });
  expect(answer).toMatchObject({ outcome: 'succeeded', model: 'nova-lite' });
  const [asked] = facade.bedrock.requests.list().slice(-1);
  expect(asked?.modelId).toMatch(/:application-inference-profile\//);
  expect(answer.tags).toMatchObject({
    costCenter: 'sales',
    modelMetric: asked?.modelId.split('/')[1],
  });
});

step('a call that the model refuses is approved and fails', async () => {
  facade.bedrock.behave({ fail: { name: 'AccessDeniedException', times: 1 } });
  const answer = await deployment.ask({ costCenter: 'sales' });
  expect(answer).toMatchObject({
    outcome: 'failed',
    code: 'invocation_failed',
    upstream: { name: 'AccessDeniedException' },
    charged: { basis: 'released' },
  });
});

step('requests above a limit are denied and reach no model', async () => {
  const before = facade.bedrock.requests.list().length;
  const answers = [];
  // The limit is 5 a minute; a new minute may begin meanwhile.
  while (answers.length < 40 && answers.at(-1)?.outcome !== 'denied') {
    answers.push(await deployment.ask({ costCenter: 'services' }));
  }
  const approved = answers.slice(0, -1);
  expect(answers.at(-1)).toMatchObject({
    outcome: 'denied',
    code: 'limit_exceeded',
    limit: { owner: 'costCenter#services', window: 'minute', unit: 'requests', limit: 5 },
  });
  expect(approved.length).toBeGreaterThanOrEqual(5);
  expect(new Set(approved.map(({ outcome }) => outcome))).toEqual(new Set(['succeeded']));
  expect(facade.bedrock.requests.list().length).toBe(before + approved.length);
});

step(
  'a limit changed in terraform.tfvars is in force within a minute, with the same bundles',
  async () => {
    expect(await deployment.ask({ costCenter: 'support' })).toMatchObject({ outcome: 'succeeded' });
    deployment.edit('amount    = 300', 'amount    = 0.000001');
    const changed = await deployment.apply('-refresh=false');
    expect(changed).toEqual([
      'update module.cost_sentry.module.budgets.aws_budgets_budget.this["support"]',
      'update module.cost_sentry.module.ledger.aws_dynamodb_table_item.cost_centers["support"]',
    ]);
    await facade.advance(POLICY_READ_MS);
    expect(await deployment.ask({ costCenter: 'support' })).toMatchObject({
      outcome: 'denied',
      limit: { owner: 'costCenter#support', name: 'monthly-budget', limit: 1_000 },
    });
  },
);

step('one cost center is added and one removed', async () => {
  deployment.edit('  services = {', '  research = {');
  await deployment.apply('-refresh=false');
  await facade.advance(POLICY_READ_MS);
  expect(await deployment.ask({ costCenter: 'research' })).toMatchObject({ outcome: 'succeeded' });
  expect(await deployment.ask({ costCenter: 'services' })).toMatchObject({
    outcome: 'not_valid',
    code: 'unknown_cost_center',
  });
  expect(await deployment.changes()).toEqual([]);
});

step('terraform destroy leaves nothing', async () => {
  await deployment.terraform('destroy', '-auto-approve', '-refresh=false');
  expect(await deployment.terraform('state', 'list')).toBe('');
  expect(await leftIn(facade)).toEqual([]);
});
