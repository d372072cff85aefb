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

step('terraform destroy leaves nothing', async () => {
  await deployment.terraform('destroy', '-auto-approve', '-refresh=false');
  expect(await deployment.terraform('state', 'list')).toBe('');
  expect(await leftIn(facade)).toEqual([]);
});
