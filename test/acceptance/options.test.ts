/**
 * The smallest example as it is and without any option, in one deployment that is changed and
 * destroyed. Each step builds on the one before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import deployerPolicy from '../../core/insight/doctor/deployer-policy.json' with { type: 'json' };
import { Deployment, requestOf } from './support/deployment.ts';
import { Facade } from './support/facade.ts';
import { requestApi } from './support/http-api.ts';
import { leftIn } from './support/leftovers.ts';
import { noOption } from './support/no-option.ts';
import { withRole } from './support/roles.ts';
import { STEP_MS_MAX, step } from './support/steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-options-'));
const facade = new Facade(folder);
const deployment = new Deployment(facade, 'basic');

const asked = { costCenter: 'research', applicationId: 'chat', environment: 'production' };
const OUTPUTS = ['state_machine_arn', 'ledger_table_name', 'audit_log_group_name', 'proxy_url'];
const PROVIDER = 'provider "aws" {\n  s3_use_path_style = true\n}\n';

/** Sets these variables in the example's call of the module, instead of the example's values. */
const set = (options: object) =>
  deployment.write(
    'options_override.tf.json',
    JSON.stringify({ module: { cost_sentry: options } }),
  );

/** Applies, and plans again, which must find nothing to change. */
async function applied(): Promise<readonly string[]> {
  const changed = await deployment.apply();
  expect(facade.unknown).toEqual([]);
  expect(await deployment.changes()).toEqual([]);
  return changed;
}

beforeAll(async () => {
  await facade.start();
}, STEP_MS_MAX);

afterAll(async () => {
  await facade.close();
  rmSync(folder, { recursive: true, force: true });
}, STEP_MS_MAX);

step('the smallest example is applied as it is, and answers', async () => {
  deployment.write('provider_override.tf', PROVIDER);
  const output = OUTPUTS.map(
    (name) => `output "${name}" {\n  value = module.cost_sentry.${name}\n}`,
  );
  deployment.write('more_outputs.tf', output.join('\n'));
  await deployment.terraform('init', '-backend=false');
  await applied();
  const { apiEndpoint, callerPolicy } = await deployment.outputs();
  const answer = await withRole(facade, 'research-app', callerPolicy('research'), (roleArn) =>
    requestApi(facade, apiEndpoint, {
      method: 'POST',
      path: '/v1/invoke',
      body: requestOf(asked),
      roleArn,
    }),
  );
  expect(answer).toMatchObject({ status: 200, body: { outcome: 'succeeded' } });
});

step('without any option a caller starts the state machine', async () => {
  set(noOption);
  const changed = await applied();
  expect(
    changed.filter((change) => /^delete .*(apigateway|inference_profile)/.test(change)),
  ).toEqual(expect.arrayContaining([expect.stringContaining('aws_apigatewayv2_api.this')]));
  expect(await deployment.ask(asked)).toMatchObject({ outcome: 'succeeded' });
});

step('terraform destroy leaves nothing', async () => {
  await deployment.terraform('destroy', '-auto-approve');
  expect(await deployment.terraform('state', 'list')).toBe('');
  expect(await leftIn(facade)).toEqual([]);
  expect(facade.unknown).toEqual([]);
  expect(facade.access.refused).toEqual([]);
});

step("the deployer's policy allows every call of Terraform with each option off", async () => {
  const allowed = deployerPolicy.Statement.flatMap(({ Action }) => Action);
  expect([...facade.deployerActions].filter((action) => !allowed.includes(action)).sort()).toEqual(
    [],
  );
});
