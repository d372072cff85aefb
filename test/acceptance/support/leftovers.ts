/** Resources of a deployment that still exist, as the services list them. */
import type { Facade } from './facade.ts';
import { authorizationOf } from './forward.ts';

interface Listing {
  readonly service: string;
  /** `X-Amz-Target` of a JSON protocol. */
  readonly target?: string;
  readonly method?: 'GET';
  readonly path?: string;
  /** A list without members is left out of the answer. */
  readonly leavesOutEmpty?: true;
}

const JSON_LISTINGS: readonly Listing[] = [
  { service: 'dynamodb', target: 'DynamoDB_20120810.ListTables' },
  { service: 'logs', target: 'Logs_20140328.DescribeLogGroups' },
  { service: 'monitoring', target: 'GraniteServiceVersion20100801.DescribeAlarms' },
  { service: 'monitoring', target: 'GraniteServiceVersion20100801.ListDashboards' },
  { service: 'states', target: 'AWSStepFunctions.ListStateMachines' },
  { service: 'events', target: 'AWSEvents.ListRules' },
  { service: 'sqs', target: 'AmazonSQS.ListQueues', leavesOutEmpty: true },
  { service: 'lambda', method: 'GET', path: '/2015-03-31/functions/' },
  { service: 'scheduler', method: 'GET', path: '/schedules' },
  { service: 'apigateway', method: 'GET', path: '/v2/apis' },
  { service: 'apigateway', method: 'GET', path: '/restapis' },
];
const QUERY_LISTINGS: readonly { service: string; path: string; item: RegExp }[] = [
  { service: 'iam', path: '/?Action=ListRoles&Version=2010-05-08', item: /<RoleName>/ },
  { service: 'sns', path: '/?Action=ListTopics&Version=2010-03-31', item: /<TopicArn>/ },
  { service: 'cloudfront', path: '/2020-05-31/distribution', item: /<DistributionSummary>/ },
  {
    service: 'cloudformation',
    path: '/?Action=DescribeStacks&Version=2010-05-15',
    item: /<StackName>/,
  },
  { service: 's3', path: '/', item: /<Bucket>/ },
];

/** @returns the listings that are not empty, with what they hold. */
export async function leftIn(facade: Facade): Promise<readonly string[]> {
  const left: string[] = [];
  for (const listing of JSON_LISTINGS) {
    const { service, target, method = 'POST', path = '/', leavesOutEmpty } = listing;
    const answer = await fetch(`${facade.url}${path}`, {
      method,
      headers: {
        authorization: authorizationOf(service),
        ...(target ? { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' } : {}),
      },
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
    const body: unknown = await answer.json();
    const lists = Object.values(Object(body)).filter(Array.isArray);
    if (!answer.ok || lists.flat().length > 0 || (lists.length === 0 && !leavesOutEmpty)) {
      left.push(`${service}: ${answer.status} ${JSON.stringify(body)}`);
    }
  }
  for (const { service, path, item } of QUERY_LISTINGS) {
    const answer = await fetch(`${facade.url}${path}`, {
      headers: { authorization: authorizationOf(service) },
    });
    const text = await answer.text();
    if (!answer.ok || item.test(text)) left.push(`${service}: ${answer.status} ${text}`);
  }
  const kept = [
    ...facade.profiles.modelIds.keys(),
    ...facade.anomalies.resources.keys(),
    ...facade.budgets.budgets.keys(),
    ...facade.budgets.actions.actions.keys(),
    ...facade.exports.exports.keys(),
    ...facade.costTags.active,
    ...facade.queries.definitions.keys(),
  ];
  return [...left, ...kept];
}
