/** Calls of the deployed functions are held to the policies of their roles, as IAM has them. */

import { createServer, type Server } from 'node:http';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { close, listen } from '../../../sandbox/base/loopback-server.ts';
import { Access } from '../../acceptance/support/access.ts';
import { accessDenied } from '../../acceptance/support/access-denied.ts';
import type { AwsCall } from '../../acceptance/support/aws-call.ts';
import { RolePolicies } from '../../acceptance/support/role-policies.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/ledger';
const statement = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [action],
        Resource: [TABLE],
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['policy'] } },
      },
    ],
  });

/** IAM as it answers: one role with an inline and an attached policy. */
class Iam {
  inline = statement('dynamodb:GetItem');
  attached = statement('dynamodb:PutItem');
  reads = 0;
  boundary = '';

  readonly call = async ({ Action = '', RoleName }: Readonly<Record<string, string>>) => {
    if (RoleName !== undefined && RoleName !== 'reader')
      throw new Error(`NoSuchEntity ${RoleName}`);
    if (Action === 'GetRole') this.reads += 1;
    const answers: Readonly<Record<string, string>> = {
      GetRole: `<Role>${this.boundary}</Role>`,
      ListRolePolicies: '<PolicyNames><member>function</member></PolicyNames>',
      GetRolePolicy: `<PolicyDocument>${encodeURIComponent(this.inline)}</PolicyDocument>`,
      ListAttachedRolePolicies: '<member><PolicyArn>arn:aws:iam::1:policy/p</PolicyArn></member>',
      GetPolicy: '<Policy><DefaultVersionId>v2</DefaultVersionId></Policy>',
      GetPolicyVersion: `<Document>${this.attached.replaceAll('"', '&quot;')}</Document>`,
    };
    return answers[Action] ?? '';
  };
}

function accessOver(iam: Iam) {
  const policies = new RolePolicies(iam.call);
  const roles = new Map([
    ['reads', ['arn:aws:iam::111122223333:role/reader']],
    ['idle', []],
    ['lost', ['arn:aws:iam::111122223333:role/gone']],
  ]);
  const access = new Access({
    surroundings: { account: '111122223333', region: 'us-east-1', profile: () => undefined },
    policies,
    rolesOf: (accessKey) => roles.get(accessKey),
  });
  return { access, policies };
}

const call = (caller: string, operation = 'GetItem', pk = 'policy'): AwsCall => ({
  service: 'dynamodb',
  operation,
  input: { TableName: 'ledger', Key: { pk: { S: pk } }, Item: { pk: { S: pk } } },
  query: {},
  caller,
});

describe('a call', () => {
  test('is let through when an inline or an attached policy allows it', async () => {
    const { access } = accessOver(new Iam());
    expect(await access.refusal(call('reads'))).toBeUndefined();
    expect(await access.refusal(call('reads', 'PutItem'))).toBeUndefined();
    expect(access.refused).toEqual([]);
  });

  test.each([
    ['an action that no policy names', call('reads', 'UpdateItem'), 'dynamodb:UpdateItem'],
    [
      'a partition that the condition leaves out',
      call('reads', 'GetItem', 'ledger'),
      'dynamodb:GetItem',
    ],
  ])('is refused for %s', async (_, asked, action) => {
    const { access } = accessOver(new Iam());
    expect(await access.refusal(asked)).toMatchObject({
      status: 400,
      body: {
        __type: 'AccessDeniedException',
        message:
          'User: arn:aws:sts::111122223333:assumed-role/reader/reads is not authorized to perform: ' +
          `${action} on resource: ${TABLE} because no identity-based policy allows the ${action} action`,
      },
    });
    expect(access.refused).toEqual([`reader ${action} ${TABLE}`]);
  });

  test('is refused when it is not known, even to whom everything is allowed', async () => {
    const iam = new Iam();
    iam.inline =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';
    const { access } = accessOver(iam);
    expect(await access.refusal(call('reads', 'Scan'))).toMatchObject({ status: 400 });
    expect(access.refused).toEqual(['reader dynamodb:Scan *']);
  });

  test.each(['a-stranger', 'idle'])('is refused to %s, who has no role', async (caller) => {
    const { access } = accessOver(new Iam());
    expect(await access.refusal(call(caller))).toMatchObject({
      status: 403,
      body: { __type: 'UnrecognizedClientException' },
    });
  });

  test('fails when the role is gone', async () => {
    const { access } = accessOver(new Iam());
    await expect(access.refusal(call('lost'))).rejects.toThrow('NoSuchEntity gone');
  });

  test('is refused when the permissions boundary does not allow it', async () => {
    const iam = new Iam();
    // The policy that is attached, and allows only writes.
    iam.boundary = '<PermissionsBoundaryArn>arn:aws:iam::1:policy/p</PermissionsBoundaryArn>';
    const { access } = accessOver(iam);
    expect(await access.refusal(call('reads'))).toMatchObject({ status: 400 });
    expect(await access.refusal(call('reads', 'PutItem'))).toBeUndefined();
  });
});

test('policies are read once, and again after a change', async () => {
  const iam = new Iam();
  const { access, policies } = accessOver(iam);
  for (let i = 0; i < 3; i++) await access.refusal(call('reads'));
  policies.noteCall('GetRolePolicy');
  await access.refusal(call('reads'));
  expect(iam.reads).toBe(1);
  iam.inline = statement('dynamodb:DeleteItem');
  policies.noteCall('PutRolePolicy');
  expect(await access.refusal(call('reads'))).toBeDefined();
  expect(iam.reads).toBe(2);
});

describe("the refusal is the service's own", () => {
  let server: Server;
  let endpoint = '';
  let service = '';
  beforeAll(async () => {
    server = createServer((_request, response) => {
      const denied = accessDenied({ service, who: 'me', action: 'a:B', resource: '<r>' });
      response.writeHead(denied.status, { 'content-type': 'application/json', ...denied.headers });
      response.end(denied.xml ?? JSON.stringify(denied.body));
    });
    endpoint = await listen(server);
  });
  afterAll(() => close(server));

  const options = () => ({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    // Bedrock's client would speak HTTP/2.
    requestHandler: new NodeHttpHandler(),
    disableHostPrefix: true,
    forcePathStyle: true,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  const CALLS: readonly [string, string, () => Promise<unknown>][] = [
    [
      'dynamodb',
      'AccessDeniedException',
      () => new DynamoDBClient(options()).send(new GetItemCommand({ TableName: 't', Key: {} })),
    ],
    [
      'bedrock',
      'AccessDeniedException',
      () =>
        new BedrockRuntimeClient(options()).send(
          new ConverseCommand({ modelId: 'm', messages: [] }),
        ),
    ],
    [
      'events',
      'AccessDeniedException',
      () => new EventBridgeClient(options()).send(new PutEventsCommand({ Entries: [] })),
    ],
    [
      'states',
      'AccessDeniedException',
      () => new SFNClient(options()).send(new StartSyncExecutionCommand({ stateMachineArn: 'm' })),
    ],
    [
      's3',
      'AccessDenied',
      () => new S3Client(options()).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
    ],
  ];

  test.each(CALLS)('of %s: %s', async (name, error, send) => {
    service = name;
    await expect(send()).rejects.toMatchObject({
      name: error,
      message: expect.stringContaining('User: me is not authorized to perform: a:B'),
    });
  });
});
