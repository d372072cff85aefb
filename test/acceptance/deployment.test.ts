/**
 * The packed module, deployed, changed and destroyed. Method: Terraform and the AWS provider as
 * they are, from the unpacked package, against moto behind a facade; each step builds on the one
 * before.
 */
import { expect } from '@jest/globals';
import deployerPolicy from '../../core/insight/doctor/deployer-policy.json' with { type: 'json' };
import { auditLines } from './support/audit-lines.ts';
import { converseStream } from './support/bedrock-client.ts';
import { requestOf } from './support/deployment.ts';
import { ACCOUNT } from './support/facade.ts';
import { authorizationOf } from './support/forward.ts';
import { permissionsOn } from './support/function-policies.ts';
import { type HttpAnswer, requestApi, requestFunctionUrl } from './support/http-api.ts';
import { leftIn } from './support/leftovers.ts';
import { listAt, recordAt, textAt } from './support/members.ts';
import { OPERATORS, raiseAs } from './support/operator.ts';
import { isOpenToAll } from './support/public-url.ts';
import { withoutRight, withRole } from './support/roles.ts';
import { runSchedules } from './support/schedules.ts';
import { deploymentOf, step } from './support/steps.ts';

const { deployment, facade } = deploymentOf('complete');

const SHARDS = 4;
const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/genai-ledger';
/** The lease of the example, and what the sweep waits longer for clocks. */
const LEASE_MS = 440_000;
/** How long a function may go on with the policy it has read. */
const POLICY_READ_MS = 61_000;
/** A line of the example, and what follows it while there is a proxy. */
const RETENTION = 'log_retention_days  = 90';
const PROXY = 'proxy = { enabled = true }';
const sales = requestOf({ costCenter: 'sales' });

/** A request to the deployed API. @param route such as `GET /healthz`. */
async function send(route: string, body?: unknown, roleArn?: string): Promise<HttpAnswer> {
  const { apiEndpoint, callerPolicy } = await deployment.outputs();
  const [method = '', path = ''] = route.split(' ');
  const request = (role: string) =>
    requestApi(facade, apiEndpoint, { method, path, body, roleArn: role });
  return roleArn === undefined
    ? withRole(facade, 'sales-app-1', callerPolicy('sales'), request)
    : request(roleArn);
}

const post = (costCenter: string, roleArn: string) =>
  send('POST /v1/invoke', requestOf({ costCenter }), roleArn);

step('terraform init', async () => {
  await deployment.terraform('init', '-backend=false');
});

step('terraform apply', async () => {
  deployment.edit('shards          = 1', `shards          = ${SHARDS}`);
  deployment.useAccount(ACCOUNT);
  deployment.edit(RETENTION, `${RETENTION}\n  ${PROXY}\n  ${OPERATORS}`, 'main.tf');
  await deployment.apply();
  expect(facade.unknown).toEqual([]);
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

step(
  'an HTTP request is let in with the documented policy, and runs the state machine',
  async () => {
    const { callerPolicy, stateMachineArn, auditLogGroup } = await deployment.outputs();
    const bare = await withRole(facade, 'stranger', undefined, (role) => post('sales', role));
    expect(bare).toMatchObject({ status: 403, body: { message: 'Forbidden' } });
    const answer = await withRole(facade, 'sales-app-1', callerPolicy('sales'), (role) =>
      post('sales', role),
    );
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'succeeded' } });
    const requestId = textAt(answer.body, 'requestId');
    const { body: runs } = await facade.moto.json('states', 'AWSStepFunctions.ListExecutions', {
      stateMachineArn,
    });
    expect(listAt(runs, 'executions')).toContainEqual(
      expect.objectContaining({ name: requestId, status: 'SUCCEEDED' }),
    );
    expect(await auditLines(facade, auditLogGroup, requestId)).toHaveLength(1);
  },
);

step('what is no request is refused by the API and the function behind it', async () => {
  const before = facade.bedrock.requests.list().length;
  expect(await send('POST /v1/invoke', { model: 'nova-lite' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
  expect(await send('GET /v1/invoke')).toMatchObject({ status: 404 });
  expect(await send('GET /healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(facade.bedrock.requests.list()).toHaveLength(before);
});

step('the Function URL answers too', async () => {
  const { callerPolicy } = await deployment.outputs();
  const ask = (roleArn: string) =>
    requestFunctionUrl(facade, 'genai-gateway', {
      method: 'POST',
      path: '/v1/invoke',
      body: requestOf({ costCenter: 'sales' }),
      roleArn,
    });
  expect(await withRole(facade, 'stranger', undefined, ask)).toMatchObject({ status: 403 });
  expect(await withRole(facade, 'sales-app-1', callerPolicy('sales'), ask)).toMatchObject({
    status: 200,
    body: { outcome: 'succeeded' },
  });
});

step('the proxy streams to clients with a key, and to no others', async () => {
  const { tableName, proxyUrl, auditLogGroup } = await deployment.outputs();
  const url = await facade.moto.read('lambda', '/2021-10-31/functions/genai-proxy/url');
  // AWS ends the URL with a slash, moto does not.
  expect(textAt(url, 'FunctionUrl').replace(/\/$/, '')).toBe(proxyUrl);
  expect((await permissionsOn(facade.moto, 'genai-proxy')).toSorted()).toEqual([
    '* lambda:InvokeFunction {"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}',
    '* lambda:InvokeFunctionUrl {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}',
  ]);
  expect(await isOpenToAll(facade, textAt(url, 'FunctionArn'))).toBe(false);
  const binding = 'sales --application aws-documentation-helper --environment dev'.split(' ');
  const create = ['keys', 'create', '--table', tableName, '--cost-center', ...binding];
  const key = textAt(await deployment.cli(...create), 'key');
  const before = facade.bedrock.requests.list().length;
  expect(await converseStream(facade, proxyUrl, key.replace(/.$/, '_'))).toMatchObject({
    status: 403,
  });
  expect(facade.bedrock.requests.list()).toHaveLength(before);
  const { status, events, requestId } = await converseStream(facade, proxyUrl, key);
  const ends = [status, events[0], ...events.slice(-2)];
  expect(ends).toEqual([200, 'messageStart', 'messageStop', 'metadata']);
  const reached = facade.bedrock.requests.list().slice(before);
  expect(reached).toEqual([expect.objectContaining({ operation: 'ConverseStream' })]);
  expect(await auditLines(facade, auditLogGroup, requestId)).toEqual([
    expect.stringContaining('"costCenter":"sales"'),
  ]);
});

step('an operator raises a limit with a token of the API, and a caller gets none', async () => {
  expect(await raiseAs(facade, deployment, 'finops')).toEqual(['tokens: 200', 'limits: 200']);
  expect(await raiseAs(facade, deployment, 'sales-app')).toEqual(['tokens: 403', 'limits: 401']);
});

step('requests above a limit are denied and reach no model', async () => {
  const { callerPolicy } = await deployment.outputs();
  const before = facade.bedrock.requests.list().length;
  const answers: HttpAnswer[] = [];
  await withRole(facade, 'services-app', callerPolicy('services'), async (role) => {
    // The limit is 5 a minute; a new minute may begin meanwhile.
    while (answers.length < 40 && answers.at(-1)?.status !== 429) {
      answers.push(await post('services', role));
    }
  });
  const approved = answers.slice(0, -1);
  expect(answers.at(-1)).toMatchObject({
    status: 429,
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    body: {
      outcome: 'denied',
      code: 'limit_exceeded',
      limit: { owner: 'costCenter#services', window: 'minute', unit: 'requests', limit: 5 },
    },
  });
  expect(approved.length).toBeGreaterThanOrEqual(5);
  expect(new Set(approved.map(({ status }) => status))).toEqual(new Set([200]));
  expect(facade.bedrock.requests.list().length).toBe(before + approved.length);
});

step(
  'the new table has all its shards, in the windows that were open when it was made',
  async () => {
    const { body } = await facade.moto.json('dynamodb', 'DynamoDB_20120810.Scan', {
      TableName: (await deployment.outputs()).tableName,
    });
    const accounts = listAt(body, 'Items').map((item) => textAt(recordAt(item, 'pk'), 'S'));
    expect(accounts.filter((pk) => pk.startsWith('account#costCenter#services#')).sort()).toEqual(
      Array.from({ length: SHARDS }, (_, shard) => `account#costCenter#services#${shard}`),
    );
  },
);

step('no function did what its role does not allow', async () => {
  expect(facade.access.refused).toEqual([]);
  expect([...facade.access.used]).toEqual(
    expect.arrayContaining([
      'genai-gateway-us-east-1 states:StartSyncExecution',
      'genai-workflow-us-east-1 lambda:InvokeFunction',
      'genai-validate-and-set-context-us-east-1 dynamodb:Query',
      'genai-reserve-budget-us-east-1 dynamodb:UpdateItem',
      'genai-invoke-model-us-east-1 bedrock:InvokeModel',
      'genai-record-outcome-us-east-1 logs:PutLogEvents',
      'genai-proxy-us-east-1 dynamodb:GetItem',
      'genai-proxy-us-east-1 dynamodb:UpdateItem',
      'genai-proxy-us-east-1 bedrock:InvokeModelWithResponseStream',
      'genai-proxy-us-east-1 logs:PutLogEvents',
    ]),
  );
});

step('without the right to count, a request is refused and reaches no model', async () => {
  const before = facade.bedrock.requests.list().length;
  const right = { role: 'genai-reserve-budget-us-east-1', policy: 'function', sid: 'Count' };
  const answer = await withoutRight(facade, right, () => send('POST /v1/invoke', sales));
  expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
  expect(facade.bedrock.requests.list()).toHaveLength(before);
  expect(new Set(facade.access.refused.splice(0))).toEqual(
    new Set([`${right.role} dynamodb:UpdateItem ${TABLE}`]),
  );
  expect(await send('POST /v1/invoke', sales)).toMatchObject({ status: 200 });
});

step('without the right to call its models, a call fails and costs nothing', async () => {
  const before = facade.bedrock.requests.list().length;
  const right = {
    role: 'genai-invoke-model-us-east-1',
    policy: 'function',
    sid: 'InvokeModelsOfThePolicy',
  };
  const answer = await withoutRight(facade, right, () => send('POST /v1/invoke', sales));
  expect(answer).toMatchObject({
    status: 502,
    body: {
      code: 'invocation_failed',
      upstream: { name: 'AccessDeniedException' },
      charged: { basis: 'released' },
    },
  });
  expect(facade.bedrock.requests.list()).toHaveLength(before);
  expect(facade.access.refused.splice(0)).toEqual([
    expect.stringMatching(/^genai-invoke-model-us-east-1 bedrock:InvokeModel .*nova-lite/),
  ]);
});

step('without its right to call the steps, the state machine calls no model', async () => {
  const before = facade.bedrock.requests.list().length;
  const right = { role: 'genai-workflow-us-east-1', policy: 'workflow', sid: 'CallTheSteps' };
  const answer = await withoutRight(facade, right, () => send('POST /v1/invoke', sales));
  expect(answer).toMatchObject({ status: 503 });
  expect(facade.bedrock.requests.list()).toHaveLength(before);
  expect(facade.access.refused.splice(0)).toContainEqual(
    expect.stringMatching(
      /^genai-workflow-us-east-1 lambda:InvokeFunction .*genai-validate-and-set-context$/,
    ),
  );
});

step('the schedule ends what a lost call had reserved', async () => {
  // A call whose cost could not be written leaves its reservation to the lease.
  const settle = { role: 'genai-record-outcome-us-east-1', policy: 'function', sid: 'Count' };
  const answer = await withoutRight(facade, settle, () => send('POST /v1/invoke', sales));
  expect(answer).toMatchObject({ status: 200, body: { settlement: 'pending' } });
  expect(facade.access.refused.splice(0)).toContain(`${settle.role} dynamodb:UpdateItem ${TABLE}`);
  await facade.advance(LEASE_MS);
  const sweep = { role: 'genai-sweep-reservations-us-east-1', policy: 'function', sid: 'Count' };
  const schedule = 'genai-sweep-reservations-minute';
  const { [schedule]: failed } = await withoutRight(facade, sweep, () => runSchedules(facade));
  expect(failed).toEqual({
    deadLetter: 'arn:aws:sqs:us-east-1:123456789012:genai-sweep-reservations-dead-letters',
  });
  expect(facade.access.refused.splice(0)).toContain(`${sweep.role} dynamodb:UpdateItem ${TABLE}`);
  const { [schedule]: swept } = await runSchedules(facade);
  // In the account of its cost center and in the organization's.
  expect(swept).toMatchObject({ expired: 2, complete: true });
});

step(
  'a limit changed in terraform.tfvars is all that changes, and in force within a minute',
  async () => {
    expect(await deployment.ask({ costCenter: 'support' })).toMatchObject({ outcome: 'succeeded' });
    deployment.edit('amount    = 300', 'amount    = 0.000001');
    const changed = await deployment.apply();
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

const month = /\d{4}-\d{2}/;

step('one cost center is added, one removed, and the proxy switched off', async () => {
  deployment.edit('  services = {', '  research = {');
  // One call of 48,120 nano-USD passes 10 percent of it.
  deployment.edit('amount = 200, notify_at = [80, 100]', 'amount = 0.0004, notify_at = [10, 100]');
  deployment.edit(PROXY, '', 'main.tf');
  const changed = await deployment.apply();
  const part = 'module.cost_sentry.module.functions["proxy"]';
  const alarms = 'module.cost_sentry.module.observability.aws_cloudwatch_metric_alarm.this';
  expect(changed.filter((change) => /^delete .*proxy/.test(change))).toEqual([
    `delete ${part}.aws_lambda_function.this`,
    `delete ${part}.module.role.aws_iam_role.this`,
    `delete ${part}.module.role.aws_iam_role_policy.this`,
    `delete ${alarms}["errors_genai-proxy"]`,
    `delete ${alarms}["throttles_genai-proxy"]`,
    'delete module.cost_sentry.module.proxy["proxy"].aws_cloudformation_stack.permission["url"]',
    'delete module.cost_sentry.module.proxy["proxy"].aws_lambda_function_url.this["url"]',
    'delete module.cost_sentry.module.proxy["proxy"].aws_lambda_permission.url["url"]',
  ]);
  expect((await deployment.outputs()).proxyUrl).toBe('');
  expect((await leftIn(facade)).filter((left) => left.includes('genai-proxy'))).toEqual([]);
  await facade.advance(POLICY_READ_MS);
  expect(await deployment.ask({ costCenter: 'research' })).toMatchObject({ outcome: 'succeeded' });
  // Of an account in several shards the sweep alone sees the sum.
  await runSchedules(facade);
  const crossings = facade.buses.events.filter(({ type }) => type === 'LimitThresholdCrossed');
  expect(crossings.map(({ detail }) => textAt(detail, 'id').replace(month, '*'))).toEqual([
    'costCenter#research/monthly-budget/*/10',
    ...[50, 80, 100].map((percent) => `costCenter#support/monthly-budget/*/${percent}`),
  ]);
  expect([...facade.access.used]).toContain('genai-sweep-reservations-us-east-1 events:PutEvents');
  expect(await deployment.ask({ costCenter: 'services' })).toMatchObject({
    outcome: 'not_valid',
    code: 'unknown_cost_center',
  });
});

step('another plan changes nothing', async () => {
  expect(await deployment.changes()).toEqual([]);
});

step('an API that no service has is refused with 501', async () => {
  const call = (service: string, target: string) => {
    const headers = { authorization: authorizationOf(service), 'x-amz-target': target };
    return fetch(facade.url, { method: 'POST', headers, body: '{}' });
  };
  const read = (service: string, path: string) =>
    fetch(`${facade.url}${path}`, { headers: { authorization: authorizationOf(service) } });
  // Such as the facade answers itself, and such as it asks moto for.
  const answers = [
    await call('budgets', 'AWSBudgetServiceGateway.DescribeBudgetActionsForAccount'),
    await read('bedrock', '/foundation-models'),
    await call('dynamodb', 'DynamoDB_20120810.ListImports'),
    await read('lambda', '/2015-03-31/functions/genai-gateway/nothing'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([501, 501, 501, 501]);
  expect(facade.unknown.splice(0)).toEqual([
    expect.stringContaining('budgets DescribeBudgetActionsForAccount'),
    expect.stringContaining('bedrock GET /foundation-models'),
    expect.stringContaining('dynamodb ListImports'),
    expect.stringContaining('lambda GET /2015-03-31/functions/genai-gateway/nothing'),
  ]);
});

step('terraform destroy leaves nothing', async () => {
  await deployment.terraform('destroy', '-auto-approve');
  expect(await deployment.terraform('state', 'list')).toBe('');
  expect(await leftIn(facade)).toEqual([]);
  expect(facade.unknown).toEqual([]);
  expect(facade.access.refused).toEqual([]);
});

step(
  "the deployer's policy allows every call of Terraform, and nothing by a wildcard",
  async () => {
    const allowed = deployerPolicy.Statement.flatMap(({ Action }) => Action);
    expect(facade.deployerActions.size).toBeGreaterThan(60);
    expect([...facade.deployerActions].filter((action) => !allowed.includes(action))).toEqual([]);
    expect(allowed.filter((action) => action.includes('*'))).toEqual([]);
  },
);
