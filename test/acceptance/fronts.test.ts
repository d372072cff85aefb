/**
 * The proxy moved from one front to another, and switched off. Method: a small deployment of the
 * packed module, with the AWS SDK as its client; each step builds on the one before.
 */
import { expect } from '@jest/globals';
import deployerPolicy from '../../core/insight/doctor/deployer-policy.json' with { type: 'json' };
import { isRecord } from '../../sandbox/base/json.ts';
import { converseStream, requestFront } from './support/bedrock-client.ts';
import { permissionsOn } from './support/function-policies.ts';
import { leftIn } from './support/leftovers.ts';
import { recordAt, textAt } from './support/members.ts';
import { deploymentOf, step } from './support/steps.ts';

const { deployment, facade } = deploymentOf('fronts');

const SECRETS = ['new-5f0c1e7a94d24b2e8a60f1c3', 'old-9b3d7c2e51f84a06b7e2d4a8'].map(
  (secret) => `${secret}-0123456789`,
);
const ENDPOINT = 'vpce-0123456789abcdef0';
const OUTPUTS = [
  'state_machine_arn',
  'api_endpoint',
  'ledger_table_name',
  'audit_log_group_name',
  'proxy_url',
  'caller_policy_json',
  'client_settings',
];

const MAIN = `
provider "aws" {
  region = "us-east-1"
}

variable "proxy" {
  type = any
}

variable "origin_secrets" {
  type      = list(string)
  sensitive = true
}

module "cost_sentry" {
  source = "../../"

  name         = "genai"
  models       = { "nova-lite" = { model_id = "amazon.nova-lite-v1:0" } }
  applications = { chat = { environments = ["dev"] } }
  cost_centers = {
    sales = {
      models       = ["nova-lite"]
      applications = ["chat"]
      limits       = [{ window = "day", unit = "usd", amount = 5 }]
    }
  }

  identity             = "off"
  api                  = { enabled = false }
  deletion_protection  = false
  proxy                = var.proxy
  proxy_origin_secrets = var.origin_secrets
}
${OUTPUTS.map((name) => `output "${name}" {\n  value = module.cost_sentry.${name}\n}\n`).join('')}`;

/** @returns what it changed, after a second plan that changes nothing. */
async function moveTo(proxy: object, secrets: readonly string[] = []): Promise<readonly string[]> {
  deployment.write('front.auto.tfvars.json', JSON.stringify({ proxy, origin_secrets: secrets }));
  const changed = await deployment.apply();
  expect(facade.unknown).toEqual([]);
  expect(await deployment.changes()).toEqual([]);
  return changed;
}

let key = '';

async function expectStream(url: string): Promise<void> {
  const refused = await converseStream(facade, url, `${key.slice(0, -1)}_`);
  expect(refused).toMatchObject({ status: 403, events: [] });
  const { status, events, message } = await converseStream(facade, url, key);
  const ends = [status, message, events[0], ...events.slice(-2)];
  expect(ends).toEqual([200, undefined, 'messageStart', 'messageStop', 'metadata']);
}

const addresses = (changes: readonly string[], action: string): readonly string[] =>
  changes
    .filter((change) => change.startsWith(`${action} module.cost_sentry.module.proxy`))
    .map((change) => change.replace(/^.*?\["proxy"\]\./, ''));

step('the proxy is deployed with CloudFront, and an AWS SDK streams through it', async () => {
  deployment.write('main.tf', MAIN);
  await deployment.terraform('init', '-backend=false');
  await moveTo({ enabled: true, front: 'cloudfront' }, SECRETS);
  const { tableName, proxyUrl } = await deployment.outputs();
  expect(proxyUrl).toMatch(/^https:\/\/[a-z0-9]+\.cloudfront\.net$/);
  const binding = ['--cost-center', 'sales', '--application', 'chat', '--environment', 'dev'];
  key = textAt(await deployment.cli('keys', 'create', '--table', tableName, ...binding), 'key');
  await expectStream(proxyUrl);
});

step('its function refuses what does not come through CloudFront, without a word', async () => {
  const url = await facade.moto.read('lambda', '/2021-10-31/functions/genai-proxy/url');
  const { host } = new URL(textAt(url, 'FunctionUrl'));
  const authorization = `Bearer ${key}`;
  const send = (headers: Readonly<Record<string, string>>, path = '/anthropic/v1/models') =>
    requestFront(facade, { host, method: 'GET', path, headers, body: Buffer.alloc(0) });
  const lines = await functionLines();
  const used = facade.access.used.size;
  for (const headers of [{ authorization }, { authorization, 'x-sentry-origin': 'guess' }]) {
    for (const path of ['/anthropic/v1/models', '/anthropic/api/hello', '/nothing']) {
      const { status, bytes } = await send(headers, path);
      expect([status, bytes.toString()]).toEqual([403, '{"message":"Forbidden"}']);
    }
  }
  expect(await functionLines()).toBe(lines);
  expect(facade.access.used.size).toBe(used);
  // While it changes, both are accepted.
  for (const secret of SECRETS) {
    expect(await send({ authorization, 'x-sentry-origin': secret })).toMatchObject({ status: 200 });
  }
});

/** Events in the log of the proxy. */
async function functionLines(): Promise<number> {
  const { auditLogGroup } = await deployment.outputs();
  const { body } = await facade.moto.json('logs', 'Logs_20140328.FilterLogEvents', {
    logGroupName: auditLogGroup,
  });
  return Object.values(recordAt({ of: body }, 'of')).flat().length;
}

step('no secret is in the state or a plan, but the header of the distribution', async () => {
  deployment.write('other.auto.tfvars.json', '{}');
  const printed = await deployment.terraform('plan', '-out=plan');
  const [state, plan] = [
    JSON.parse(await deployment.terraform('show', '-json')),
    JSON.parse(await deployment.terraform('show', '-json', 'plan')),
  ];
  // The variable that the test itself has.
  const { variables: _, ...planned } = plan;
  const found = [state, planned].flatMap((document) => [...placesOf(document)]);
  expect(new Set(found)).toEqual(new Set(['custom_header value new']));
  expect(printed).not.toMatch(/new-5f0c1e7a|old-9b3d7c2e/);
  expect(JSON.stringify([state, plan])).not.toContain(key);
});

/** Places of secrets: the list that it is in, the member, and which one it is. */
function* placesOf(value: unknown, list = '', member = ''): Generator<string> {
  if (typeof value === 'string') {
    const secret = SECRETS.find((each) => value.includes(each));
    if (secret) yield `${list} ${member} ${secret.slice(0, 3)}`;
  } else if (Array.isArray(value)) {
    for (const each of value) yield* placesOf(each, member, member);
  } else if (isRecord(value)) {
    for (const [name, each] of Object.entries(value)) yield* placesOf(each, list, name);
  }
}

step('it moves to a private REST API, which its VPC endpoint alone reaches', async () => {
  const changed = await moveTo({
    enabled: true,
    front: 'rest_api',
    rest_api: { vpc_endpoint_ids: [ENDPOINT] },
  });
  expect(addresses(changed, 'delete')).toEqual([
    'aws_cloudformation_stack.permission["url"]',
    'aws_cloudfront_distribution.this["distribution"]',
    'aws_lambda_function_url.this["url"]',
    'aws_lambda_permission.url["url"]',
  ]);
  const { proxyUrl } = await deployment.outputs();
  expect(proxyUrl).toMatch(
    new RegExp(`^https://[a-z0-9]+-${ENDPOINT}\\.execute-api\\.us-east-1\\.amazonaws\\.com/proxy$`),
  );
  await expectStream(proxyUrl);
  for (const other of ['', '-vpce-00000000000000000']) {
    const outside = proxyUrl.replace(`-${ENDPOINT}`, other);
    expect(await converseStream(facade, outside, key)).toMatchObject({ status: 403 });
  }
  const [permission, ...others] = await permissionsOn(facade.moto, 'genai-proxy');
  expect(others).toEqual([]);
  expect(permission).toMatch(/lambda:InvokeFunction .*execute-api:.*\/proxy\/\*/);
});

step('it moves to a public Function URL', async () => {
  const changed = await moveTo({ enabled: true });
  expect(addresses(changed, 'create')).toEqual([
    'aws_cloudformation_stack.permission["url"]',
    'aws_lambda_function_url.this["url"]',
    'aws_lambda_permission.url["url"]',
  ]);
  await expectStream((await deployment.outputs()).proxyUrl);
});

step('switched off, it leaves nothing', async () => {
  await moveTo({ enabled: false });
  expect((await deployment.outputs()).proxyUrl).toBe('');
  expect((await leftIn(facade)).filter((left) => /genai-proxy|restapis/.test(left))).toEqual([]);
  await deployment.terraform('destroy', '-auto-approve');
  expect(await leftIn(facade)).toEqual([]);
  expect(facade.unknown).toEqual([]);
  expect(facade.access.refused).toEqual([]);
});

step("the deployer's policy allows every call of Terraform", async () => {
  const allowed = deployerPolicy.Statement.flatMap(({ Action }) => Action);
  expect([...facade.deployerActions].filter((action) => !allowed.includes(action))).toEqual([]);
});
