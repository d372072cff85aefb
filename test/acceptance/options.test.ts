/**
 * The smallest example as it is, without any option and with every option, in one deployment that
 * is changed and destroyed: the calls of Terraform, and that requests get through. Work of parts
 * is in deployment.test.ts, other fronts are in fronts.test.ts. Each step builds on those before.
 */
import { expect } from '@jest/globals';
import deployerPolicy from '../../core/insight/doctor/deployer-policy.json' with { type: 'json' };
import variables from '../../modules/schema-check/variables.schema.json' with { type: 'json' };
import { converseStream } from './support/bedrock-client.ts';
import { requestOf } from './support/deployment.ts';
import {
  changedOptions,
  DOMAIN,
  everyOption,
  noOption,
  type Surroundings,
} from './support/every-option.ts';
import { requestApi } from './support/http-api.ts';
import { leftIn } from './support/leftovers.ts';
import { textAt } from './support/members.ts';
import { unsetOptions } from './support/option-paths.ts';
import { withRole } from './support/roles.ts';
import { deploymentOf, step } from './support/steps.ts';
import { makeSurroundings } from './support/surroundings.ts';

const { deployment, facade } = deploymentOf('basic');

const asked = { costCenter: 'research', applicationId: 'chat', environment: 'production' };
const OUTPUTS = ['state_machine_arn', 'ledger_table_name', 'audit_log_group_name', 'proxy_url'];
const PROVIDER = 'provider "aws" {\n  s3_use_path_style = true\n}\n';
const AUDIT_LOG_GROUP = '/basic/audit';
let around: Surroundings;

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

step('with every option, in a VPC, all ways to a model answer', async () => {
  around = await makeSurroundings(facade);
  const every = everyOption(around);
  expect(leftOut(every)).toEqual([
    // Taken in place of the module's own, which are to be tested.
    'anomaly_detection.monitor_arns',
    'functions.bundle_directory',
    // A change of it replaces everything.
    'name',
    // Of other fronts of the proxy: fronts.test.ts has them, but for the access lines of
    // CloudFront, which test/terraform plans.
    'proxy.cloudfront',
    'proxy.rest_api.vpc_endpoint_ids',
    'proxy_origin_secrets',
  ]);
  set(every);
  await applied();
  expect(await deployment.ask(asked)).toMatchObject({ outcome: 'succeeded' });
  const { tableName, proxyUrl } = await deployment.outputs();
  expect(proxyUrl).toBe(`https://${DOMAIN}`);
  const binding = 'research --application chat --environment production'.split(' ');
  const user = ['--user', 'ada@example.com'];
  const create = ['keys', 'create', '--table', tableName, ...user, '--cost-center', ...binding];
  const key = textAt(await deployment.cli(...create), 'key');
  expect(await converseStream(facade, proxyUrl, key)).toMatchObject({ status: 200 });
  expect(facade.access.refused).toEqual([]);
  expect([...facade.access.used]).toEqual(
    expect.arrayContaining(['acme-basic-proxy-us-east-1 bedrock:InvokeModelWithResponseStream']),
  );
});

/** Options that have no value. Kinds of limits and of prices are no matter of AWS. */
const leftOut = (options: object): readonly string[] =>
  unsetOptions(variables, options)
    .filter((path) => !/\.(limits|price)\./.test(path))
    .sort();

step('a limit and the protection of the table change, and nothing else', async () => {
  set(changedOptions(everyOption(around)));
  expect(await deployment.apply('-refresh=false')).toEqual([
    'update module.cost_sentry.module.ledger.aws_dynamodb_table.this',
    'update module.cost_sentry.module.ledger.aws_dynamodb_table_item.cost_centers["research"]',
  ]);
});

step('terraform destroy leaves the audit log, as it was asked to', async () => {
  await deployment.terraform('destroy', '-auto-approve');
  expect(await deployment.terraform('state', 'list')).toBe('');
  const left = await leftIn(facade);
  expect(left).toEqual([expect.stringMatching(`^logs: .*"${AUDIT_LOG_GROUP}"`)]);
  expect(left.join().match(/"logGroupName"/g)).toHaveLength(1);
  expect(facade.unknown).toEqual([]);
  expect(facade.access.refused).toEqual([]);
});

step("the deployer's policy allows every call of Terraform for every option", async () => {
  const allowed = deployerPolicy.Statement.flatMap(({ Action }) => Action);
  expect([...facade.deployerActions].filter((action) => !allowed.includes(action)).sort()).toEqual(
    [],
  );
});
