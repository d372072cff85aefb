/** Which rights each call of an AWS API is held to in the deployed stack. */
import { describe, expect, test } from '@jest/globals';
import type { AwsCall } from '../../acceptance/support/aws-call.ts';
import { type AccessSurroundings, accessRequestsOf } from '../../acceptance/support/iam-actions.ts';

const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc';
const SYSTEM = 'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.vendor.model';
const MODELS = ['us-east-1', 'us-west-2'].map(
  (region) => `arn:aws:bedrock:${region}::foundation-model/vendor.model`,
);
const AROUND: AccessSurroundings = {
  account: '111122223333',
  region: 'us-east-1',
  profile: (id) =>
    id === PROFILE
      ? { arn: PROFILE, tags: { costSentry: 'genai' }, modelArns: MODELS }
      : id === 'us.vendor.model'
        ? { arn: SYSTEM, tags: {}, modelArns: MODELS }
        : undefined,
};

type Given = Partial<Pick<AwsCall, 'input' | 'query'>>;

const asked = (service: string, operation: string, given: Given = {}) =>
  accessRequestsOf(
    { service, operation, input: {}, query: {}, caller: 'genai-gateway', ...given },
    AROUND,
  );

describe('DynamoDB', () => {
  const TableName = 'genai-ledger';
  const resource = 'arn:aws:dynamodb:us-east-1:111122223333:table/genai-ledger';
  const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
  const onPartitions = (action: string, ...partitions: readonly string[]) => ({
    action: `dynamodb:${action}`,
    resource,
    context: { 'dynamodb:LeadingKeys': partitions },
  });

  test.each(['GetItem', 'UpdateItem', 'DeleteItem'])('%s is asked of its key', (operation) => {
    expect(asked('dynamodb', operation, { input: { TableName, Key: key('policy') } })).toEqual([
      onPartitions(operation, 'policy'),
    ]);
  });

  test('PutItem is asked of its item', () => {
    expect(asked('dynamodb', 'PutItem', { input: { TableName, Item: key('account#a') } })).toEqual([
      onPartitions('PutItem', 'account#a'),
    ]);
  });

  test('BatchGetItem is asked of every partition it reads', () => {
    const Keys = [key('account#a'), key('account#b'), key('account#a')];
    expect(
      asked('dynamodb', 'BatchGetItem', { input: { RequestItems: { [TableName]: { Keys } } } }),
    ).toEqual([onPartitions('BatchGetItem', 'account#a', 'account#b')]);
  });

  test.each([
    ['pk = :p', {}],
    ['#k = :p AND sk > :s', { ExpressionAttributeNames: { '#k': 'pk' } }],
  ])('Query %s is asked of its partition', (KeyConditionExpression, names) => {
    const ExpressionAttributeValues = { ':p': { S: 'policy' }, ':s': { S: 'a' } };
    const input = { TableName, KeyConditionExpression, ExpressionAttributeValues, ...names };
    expect(asked('dynamodb', 'Query', { input })).toEqual([onPartitions('Query', 'policy')]);
  });

  test('a table may be named by its ARN', () => {
    const input = { TableName: resource, Key: key('policy') };
    expect(asked('dynamodb', 'GetItem', { input })?.[0]?.resource).toBe(resource);
  });

  test.each([
    ['a key without a partition', 'GetItem', { TableName, Key: { sk: { S: 'x' } } }],
    ['a Query on the sort key', 'Query', { TableName, KeyConditionExpression: 'sk = :p' }],
    [
      'a Query of an index',
      'Query',
      {
        TableName,
        IndexName: 'by-sk',
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: 'policy' } },
      },
    ],
    ['a batch of nothing', 'BatchGetItem', { RequestItems: {} }],
    ['Scan', 'Scan', { TableName }],
    ['a transaction', 'TransactWriteItems', { TransactItems: [] }],
  ])('%s is not known', (_, operation, input) => {
    expect(asked('dynamodb', operation, { input })).toBeUndefined();
  });
});

describe('Bedrock', () => {
  test('a call through an application profile is asked of it and of each model behind it', () => {
    expect(asked('bedrock', `POST /model/${PROFILE}/converse`)).toEqual([
      {
        action: 'bedrock:InvokeModel',
        resource: PROFILE,
        context: { 'aws:ResourceTag/costSentry': 'genai' },
      },
      ...MODELS.map((resource) => ({
        action: 'bedrock:InvokeModel',
        resource,
        context: { 'bedrock:InferenceProfileArn': PROFILE },
      })),
    ]);
  });

  test('a profile of the system is asked like one', () => {
    const requests = asked('bedrock', 'POST /model/us.vendor.model/converse');
    expect(requests?.map(({ resource }) => resource)).toEqual([SYSTEM, ...MODELS]);
  });

  test('a profile that does not exist has no tag to be allowed by', () => {
    const gone = PROFILE.replace('abc', 'xyz');
    expect(asked('bedrock', `POST /model/${gone}/converse`)).toEqual([
      { action: 'bedrock:InvokeModel', resource: gone },
    ]);
  });

  test.each([
    ['converse', 'bedrock:InvokeModel'],
    ['invoke', 'bedrock:InvokeModel'],
    ['converse-stream', 'bedrock:InvokeModelWithResponseStream'],
    ['count-tokens', 'bedrock:CountTokens'],
  ])('%s of a model needs %s', (verb, action) => {
    const resource = 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0';
    expect(asked('bedrock', `POST /model/amazon.nova-lite-v1:0/${verb}`)).toEqual([
      { action, resource },
    ]);
  });

  test.each(['POST /model/m/constructor', 'POST /inference-profiles', 'GET /foundation-models'])(
    '%s is not known',
    (operation) => expect(asked('bedrock', operation)).toBeUndefined(),
  );
});

test('events are asked of the bus of each', () => {
  const bus = 'arn:aws:events:us-east-1:111122223333:event-bus';
  const about = { Source: 'sentry', DetailType: 'Crossed' };
  const context = { 'events:source': 'sentry', 'events:detail-type': 'Crossed' };
  const Entries = [
    about,
    { ...about, EventBusName: 'alerts' },
    { ...about, EventBusName: `${bus}/x` },
  ];
  expect(asked('events', 'PutEvents', { input: { Entries } })).toEqual(
    ['default', 'alerts', 'x'].map((name) => ({
      action: 'events:PutEvents',
      resource: `${bus}/${name}`,
      context,
    })),
  );
});

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:f';
const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:m';
const STREAM = 'arn:aws:logs:us-east-1:111122223333:log-group:/genai/audit:log-stream:s';
const stream = { logGroupName: '/genai/audit', logStreamName: 's' };

test.each<[string, string, Given, string, string]>([
  [
    'states',
    'StartSyncExecution',
    { input: { stateMachineArn: MACHINE } },
    'states:StartSyncExecution',
    MACHINE,
  ],
  ['lambda', 'POST /2015-03-31/functions/f/invocations', {}, 'lambda:InvokeFunction', FUNCTION],
  [
    'lambda',
    `POST /2015-03-31/functions/${FUNCTION}/invocations`,
    {},
    'lambda:InvokeFunction',
    FUNCTION,
  ],
  ['logs', 'CreateLogStream', { input: stream }, 'logs:CreateLogStream', STREAM],
  ['logs', 'PutLogEvents', { input: stream }, 'logs:PutLogEvents', STREAM],
  [
    'sns',
    'Publish',
    { input: { TopicArn: 'arn:aws:sns:us-east-1:1:t' } },
    'sns:Publish',
    'arn:aws:sns:us-east-1:1:t',
  ],
  [
    's3',
    'GET /reports/a/b.json',
    { query: { 'x-id': 'GetObject' } },
    's3:GetObject',
    'arn:aws:s3:::reports/a/b.json',
  ],
  ['s3', 'PUT /reports/a', {}, 's3:PutObject', 'arn:aws:s3:::reports/a'],
  [
    's3',
    'GET /reports',
    { query: { 'list-type': '2', prefix: 'a/' } },
    's3:ListBucket',
    'arn:aws:s3:::reports',
  ],
  ['ce', 'GetCostAndUsage', {}, 'ce:GetCostAndUsage', '*'],
  ['monitoring', 'GetMetricData', {}, 'cloudwatch:GetMetricData', '*'],
])('%s %s', (service, operation, given, action, resource) => {
  expect(asked(service, operation, given)).toEqual([expect.objectContaining({ action, resource })]);
});

test('everybody may ask who he is', () => {
  expect(asked('sts', 'GetCallerIdentity')).toEqual([]);
});

test.each([
  ['iam', 'GetRole'],
  ['states', 'CreateStateMachine'],
  ['lambda', 'GET /2015-03-31/functions/f'],
  ['logs', 'DeleteLogGroup'],
  ['s3', 'DELETE /reports/a'],
  ['s3', 'GET /reports'],
  ['ce', 'CreateAnomalyMonitor'],
  ['events', 'PutRule'],
  ['sts', 'AssumeRole'],
])('%s %s is not known', (service, operation) => {
  expect(asked(service, operation)).toBeUndefined();
});

test.each(['acl', 'tagging', 'uploadId'])('an object with %s is not known', (name) => {
  expect(asked('s3', 'PUT /reports/a', { query: { [name]: '' } })).toBeUndefined();
});
