import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../support/iam/decide.ts';
import { parsePolicy } from '../../../support/iam/policy.ts';

const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledger';

const policy = (...statements: readonly object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
const allow = (action: string | string[], resource: string | string[] = '*') => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});
const deny = (sid: string, action: string) => ({ ...allow(action), Sid: sid, Effect: 'Deny' });

const get = { action: 'dynamodb:GetItem', resource: TABLE };
const ALLOWED = { outcome: 'allowed' };
const BY_DEFAULT = { outcome: 'denied', by: 'default' };

describe('a request', () => {
  test('is denied unless a statement allows it', () => {
    expect(decide([[policy(allow('dynamodb:PutItem'))]], get)).toEqual(BY_DEFAULT);
    expect(decide([[policy(allow('dynamodb:GetItem'))]], get)).toEqual(ALLOWED);
    expect(decide([[]], get)).toEqual(BY_DEFAULT);
  });

  test('is allowed by one policy of several', () => {
    expect(decide([[policy(allow('s3:*')), policy(allow('dynamodb:*'))]], get)).toEqual(ALLOWED);
  });

  test('is denied by the statement that says so, wherever it is', () => {
    const denied = { outcome: 'denied', by: 'statement', sid: 'NoReads' };
    expect(decide([[policy(allow('*'), deny('NoReads', 'dynamodb:Get*'))]], get)).toEqual(denied);
    expect(
      decide([[policy(allow('*'))], [policy(allow('*')), policy(deny('NoReads', '*'))]], get),
    ).toEqual(denied);
  });

  test('must be allowed in every layer', () => {
    expect(decide([[policy(allow('*'))], [policy(allow('s3:*'))]], get)).toEqual(BY_DEFAULT);
    expect(decide([[policy(allow('*'))], [policy(allow('dynamodb:*'))]], get)).toEqual(ALLOWED);
  });
});

describe('a statement', () => {
  /** Action of the statement, action of the request, whether it is meant. */
  const ACTIONS: readonly (readonly [string, string, boolean])[] = [
    ['bedrock:InvokeModel*', 'bedrock:InvokeModelWithResponseStream', true],
    ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', false],
    ['BEDROCK:invokemodel', 'bedrock:InvokeModel', true],
    ['bedrock:*', 'bedrock-mantle:CreateInference', false],
    ['bedrock*', 'bedrock-mantle:CreateInference', true],
    ['bedrock:Invoke?odel', 'bedrock:InvokeModel', true],
  ];
  test.each(ACTIONS)('on %s: a request for %s: %s', (pattern, action, isMeant) => {
    const { outcome } = decide([[policy(allow(pattern))]], { action, resource: '*' });
    expect(outcome).toBe(isMeant ? 'allowed' : 'denied');
  });

  /** Resource of the statement, resource of the request, whether it is meant. */
  const RESOURCES: readonly (readonly [string, string, boolean])[] = [
    [TABLE, TABLE, true],
    [TABLE, `${TABLE}-2`, false],
    [TABLE, TABLE.toUpperCase(), false],
    ['arn:aws:dynamodb:*:*:table/*', TABLE, true],
    ['arn:aws:*:*:*:ledger', TABLE, false],
    ['arn:aws:bedrock:*::foundation-model/x', 'arn:aws:bedrock:::foundation-model/x', true],
    ['arn:aws:bedrock:*::foundation-model/x', 'arn:aws:bedrock:eu:1:foundation-model/x', false],
    ['arn:aws:logs:eu:1:log-group:x:*', 'arn:aws:logs:eu:1:log-group:x:log-stream:y', true],
    ['*', '*', true],
    [TABLE, '*', false],
  ];
  test.each(RESOURCES)('on %s: a request on %s: %s', (pattern, resource, isMeant) => {
    const { outcome } = decide([[policy(allow('a:B', pattern))]], { action: 'a:B', resource });
    expect(outcome).toBe(isMeant ? 'allowed' : 'denied');
  });

  test('on a resource that is no whole ARN is refused, as AWS takes such ones in several ways', () => {
    const cut = policy(allow('*', 'arn:aws:dynamodb:*:table/ledger'));
    expect(() => decide([[cut]], get)).toThrow('is neither * nor an ARN');
  });

  test('on NotAction or NotResource is about all others', () => {
    const others = policy({ Effect: 'Allow', NotAction: ['s3:*', 'iam:*'], NotResource: [TABLE] });
    expect(decide([[others]], get)).toEqual(BY_DEFAULT);
    expect(decide([[others]], { ...get, resource: `${TABLE}-2` })).toEqual(ALLOWED);
    expect(decide([[others]], { action: 'iam:GetRole', resource: '*' })).toEqual(BY_DEFAULT);
  });

  test('is about no request that its conditions do not hold for', () => {
    const leading = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['account#*'] } };
    const accounts = policy({ ...allow('dynamodb:GetItem', TABLE), Condition: leading });
    const on = (...keys: string[]) =>
      decide([[accounts]], { ...get, context: { 'dynamodb:LeadingKeys': keys } });
    expect(on('account#costCenter#sales')).toEqual(ALLOWED);
    expect(on('account#costCenter#sales', 'policy')).toEqual(BY_DEFAULT);
  });
});

describe('a policy', () => {
  /** Problem of a statement, the statement. */
  const BROKEN: readonly (readonly [string, object])[] = [
    ['Statement[0].Effect: is "deny"', { ...allow('*'), Effect: 'deny' }],
    ['Statement[0].Principal: is not evaluated', { ...allow('*'), Principal: '*' }],
    ['Statement[0]: must have either Action or NotAction', { ...allow('*'), NotAction: '*' }],
    ['Statement[0]: must have either Resource or NotResource', { Effect: 'Deny', Action: '*' }],
    ['Statement[0].Action: is empty', allow([])],
    [
      'Statement[0].Condition.IpAddress: is not evaluated',
      { ...allow('*'), Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    ],
    [
      'Statement[0].Resource: policy variables are not evaluated',
      allow('*', `arn:aws:s3:::\${aws:username}`),
    ],
  ];
  test.each(BROKEN)('with a problem is refused: %s', (says, statement) => {
    expect(() => policy(statement)).toThrow(says);
  });

  test('of another version is refused', () => {
    expect(() => parsePolicy('{"Version":"2008-10-17","Statement":[]}')).toThrow('2012-10-17');
  });

  test('may have one statement without a list, and one value', () => {
    const one = JSON.stringify({
      Version: '2012-10-17',
      Statement: { ...allow('*'), Condition: { Bool: { 'aws:SecureTransport': true } } },
    });
    const context = { 'aws:SecureTransport': 'true' };
    expect(decide([[parsePolicy(one)]], { ...get, context })).toEqual(ALLOWED);
  });
});
