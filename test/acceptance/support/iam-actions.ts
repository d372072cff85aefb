/**
 * Which IAM actions, on what, a call of an AWS API needs, as the service authorization reference
 * tells (https://docs.aws.amazon.com/service-authorization/latest/reference/, 2026-11). What is not
 * listed here is unknown, so that no caller is allowed it by mistake.
 */
import type { AccessRequest } from '../../support/iam/decide.ts';
import type { AwsCall } from './aws-call.ts';
import { listAt, recordAt, textAt } from './members.ts';

/** Facts that a call does not contain. */
export interface AccessSurroundings {
  readonly account: string;
  readonly region: string;
  /** The inference profile that a model id or ARN names, if it names one that there is. */
  readonly profile: (id: string) => KnownProfile | undefined;
}

export interface KnownProfile {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly modelArns: readonly string[];
}

type Mapping = (call: AwsCall, around: AccessSurroundings) => readonly AccessRequest[] | undefined;

/** All of these must be allowed. @returns undefined for a call that is not known. */
export function accessRequestsOf(
  call: AwsCall,
  around: AccessSurroundings,
): readonly AccessRequest[] | undefined {
  return MAPPINGS.get(call.service)?.(call, around);
}

/** The ARN of what a call names by ARN or by name. */
const arnIn =
  (service: string, { region, account }: AccessSurroundings) =>
  (named: string, resource: string): string =>
    named.startsWith('arn:') ? named : `arn:aws:${service}:${region}:${account}:${resource}`;

const PARTITION_KEY = 'pk';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
const dynamodb: Mapping = ({ operation, input }, around) => {
  const reads = ITEM_OPERATIONS.get(operation)?.(input);
  if (!reads || reads.length === 0) return undefined;
  const arn = arnIn('dynamodb', around);
  const requests = reads.map(
    ({ table, partitions }) =>
      partitions && {
        action: `dynamodb:${operation}`,
        resource: arn(table, `table/${table}`),
        context: { 'dynamodb:LeadingKeys': partitions },
      },
  );
  return requests.every((each) => each !== undefined) ? requests : undefined;
};

interface Touched {
  readonly table: string;
  /** Undefined when it is unclear which; then nothing may be allowed. */
  readonly partitions: readonly string[] | undefined;
}

type Input = AwsCall['input'];

const keyed =
  (member: string) =>
  (input: Input): readonly Touched[] => [
    { table: textAt(input, 'TableName'), partitions: partitionsOf([input[member]]) },
  ];

const ITEM_OPERATIONS: ReadonlyMap<string, (input: Input) => readonly Touched[]> = new Map([
  ['GetItem', keyed('Key')],
  ['UpdateItem', keyed('Key')],
  ['DeleteItem', keyed('Key')],
  ['PutItem', keyed('Item')],
  ['Query', (input) => [{ table: textAt(input, 'TableName'), partitions: queried(input) }]],
  [
    'BatchGetItem',
    (input) =>
      Object.entries(recordAt(input, 'RequestItems')).map(([table, asked]) => ({
        table,
        partitions: partitionsOf(listAt(asked, 'Keys')),
      })),
  ],
]);

function partitionsOf(items: readonly unknown[]): readonly string[] | undefined {
  const found = new Set(items.map((item) => textAt(recordAt(item, PARTITION_KEY), 'S')));
  return found.size === 0 || found.has('') ? undefined : [...found];
}

/** The one partition that a Query asks a table, not an index, for. */
function queried(input: Input): readonly string[] | undefined {
  if (input.IndexName !== undefined) return undefined;
  const condition = textAt(input, 'KeyConditionExpression');
  const [, name = '', value = ''] = /^\s*(#?\w+)\s*=\s*(:\w+)/.exec(condition) ?? [];
  const names = recordAt(input, 'ExpressionAttributeNames');
  const isPartition = (name.startsWith('#') ? names[name] : name) === PARTITION_KEY;
  const partition = textAt(recordAt(recordAt(input, 'ExpressionAttributeValues'), value), 'S');
  return isPartition && partition !== '' ? [partition] : undefined;
}

const MODEL_ACTIONS: Readonly<Record<string, string>> = {
  converse: 'bedrock:InvokeModel',
  invoke: 'bedrock:InvokeModel',
  'converse-stream': 'bedrock:InvokeModelWithResponseStream',
  'invoke-with-response-stream': 'bedrock:InvokeModelWithResponseStream',
  'count-tokens': 'bedrock:CountTokens',
};

/**
 * A call through a profile needs the right on the profile and on each model it may go to.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
 */
const bedrock: Mapping = ({ operation }, around) => {
  const [, id = '', verb = ''] = /^POST \/model\/(.+)\/([a-z-]+)$/.exec(operation) ?? [];
  const action = Object.hasOwn(MODEL_ACTIONS, verb) ? MODEL_ACTIONS[verb] : undefined;
  if (action === undefined) return undefined;
  const profile = around.profile(id);
  if (!profile) return [{ action, resource: modelArn(id, around) }];
  const tags = Object.entries(profile.tags).map(
    ([key, value]) => [`aws:ResourceTag/${key}`, value] as const,
  );
  return [
    { action, resource: profile.arn, context: Object.fromEntries(tags) },
    ...profile.modelArns.map((resource) => ({
      action,
      resource,
      context: { 'bedrock:InferenceProfileArn': profile.arn },
    })),
  ];
};

const modelArn = (id: string, { region }: AccessSurroundings): string =>
  id.startsWith('arn:') ? id : `arn:aws:bedrock:${region}::foundation-model/${id}`;

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html */
const events: Mapping = ({ operation, input }, around) => {
  const entries = listAt(input, 'Entries');
  if (operation !== 'PutEvents' || entries.length === 0) return undefined;
  const arn = arnIn('events', around);
  return entries.map((entry) => {
    const bus = textAt(entry, 'EventBusName') || 'default';
    return {
      action: 'events:PutEvents',
      resource: arn(bus, `event-bus/${bus}`),
      context: {
        'events:source': textAt(entry, 'Source'),
        'events:detail-type': textAt(entry, 'DetailType'),
      },
    };
  });
};

const states: Mapping = ({ operation, input }) =>
  ['StartExecution', 'StartSyncExecution'].includes(operation)
    ? [{ action: `states:${operation}`, resource: textAt(input, 'stateMachineArn') }]
    : undefined;

const lambda: Mapping = ({ operation }, around) => {
  const [, id] = /^POST \/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(operation) ?? [];
  if (id === undefined) return undefined;
  const resource = arnIn('lambda', around)(id, `function:${id}`);
  return [{ action: 'lambda:InvokeFunction', resource }];
};

/** Both are asked of the stream: in policies a group of streams is written with `:*` behind it. */
const logs: Mapping = ({ operation, input }, around) => {
  if (!['CreateLogStream', 'PutLogEvents'].includes(operation)) return undefined;
  const { region, account } = around;
  const group = `arn:aws:logs:${region}:${account}:log-group:${textAt(input, 'logGroupName')}`;
  const resource = `${group}:log-stream:${textAt(input, 'logStreamName')}`;
  return [{ action: `logs:${operation}`, resource }];
};

const sns: Mapping = ({ operation, input }) =>
  operation === 'Publish'
    ? [{ action: 'sns:Publish', resource: textAt(input, 'TopicArn') }]
    : undefined;

const S3_OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
};

/** Buckets in the path. Of a bucket's own operations listing alone is known. */
const s3: Mapping = ({ operation, query }) => {
  const [, method = '', bucket, key] = /^([A-Z]+) \/([^/]+)(?:\/(.+))?$/.exec(operation) ?? [];
  if (bucket === undefined) return undefined;
  if (key !== undefined) {
    const action = S3_OBJECT_ACTIONS[method];
    const isPlain = Object.keys(query).every((name) => name === 'x-id');
    return action && isPlain ? [{ action, resource: `arn:aws:s3:::${bucket}/${key}` }] : undefined;
  }
  if (method !== 'GET' || query['list-type'] !== '2') return undefined;
  const context = { 's3:prefix': query.prefix ?? '' };
  return [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context }];
};

/** Actions of services that have no resources to name. */
const anywhere =
  (prefix: string, operations: readonly string[]): Mapping =>
  ({ operation }) =>
    operations.includes(operation)
      ? [{ action: `${prefix}:${operation}`, resource: '*' }]
      : undefined;

/** By the service's name in the signature. */
const MAPPINGS: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ['dynamodb', dynamodb],
  ['bedrock', bedrock],
  ['events', events],
  ['states', states],
  ['lambda', lambda],
  ['logs', logs],
  ['sns', sns],
  ['s3', s3],
  ['ce', anywhere('ce', ['GetCostAndUsage', 'GetDimensionValues', 'GetTags'])],
  ['monitoring', anywhere('cloudwatch', ['GetMetricData', 'GetMetricStatistics', 'ListMetrics'])],
  // Everybody may ask who he is.
  ['sts', ({ operation }) => (operation === 'GetCallerIdentity' ? [] : undefined)],
]);
