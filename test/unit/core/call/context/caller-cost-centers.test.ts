import { describe, expect, test } from '@jest/globals';
import {
  boundCostCenters,
  isOperator,
  roleArn,
} from '../../../../../core/call/context/caller-cost-centers.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const center = (callers?: object) => ({
  model: 'haiku',
  models: ['haiku'],
  applications: ['faq'],
  limits: [],
  ...(callers && { callers }),
});

const SSO = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_';

const policy = policyOf(
  configWith({
    cost_centers: {
      sales: center({ iam_role_arns: ['arn:aws:iam::111122223333:role/sales-*'] }),
      support: center({ iam_role_arns: ['arn:aws:iam::111122223333:role/team/support'] }),
      people: center({
        iam_role_arns: [
          'arn:aws:iam::111122223333:role/AWSReservedSSO_Hr_*',
          `${SSO}0123456789abcdef`,
        ],
      }),
      web: center([
        { jwt: { team: 'web', stage: 'live' } },
        { iam_role_arns: ['arn:aws:iam::444455556666:role/web'] },
      ]),
      open: center(),
    },
  }),
);

const iam = (arn: string) =>
  boundCostCenters(policy, { kind: 'iam', arn }).map(({ costCenter }) => costCenter.name);
const jwt = (claims: Record<string, string>) =>
  boundCostCenters(policy, { kind: 'jwt', claims }).map(({ costCenter }) => costCenter.name);

describe('callers', () => {
  test.each([
    ['arn:aws:sts::111122223333:assumed-role/sales-bot/session', ['sales']],
    ['arn:aws:sts::111122223333:assumed-role/support/session', ['support']],
    ['arn:aws:sts::444455556666:assumed-role/web/session', ['web']],
    ['arn:aws:sts::999999999999:assumed-role/sales-bot/session', []],
    ['arn:aws-us-gov:sts::111122223333:assumed-role/sales-bot/session', []],
    ['arn:aws:sts::111122223333:assumed-role/xsales-bot/session', []],
    ['arn:aws:sts::111122223333:assumed-role/Sales-bot/session', []],
    ['arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Hr_0123456789abcdef/ada', ['people']],
    ['arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ada', ['people']],
    ['arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Hr_Admin_0123456789abcdef/ada', []],
    ['arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Hr_0123456789abcde/ada', []],
    // API Gateway never sends the ARN of a role itself.
    ['arn:aws:iam::111122223333:role/sales-bot', []],
    ['arn:aws:iam::111122223333:user/sales-bot', []],
    ['arn:aws:iam::111122223333:user/support', []],
    ['arn:aws:sts::111122223333:federated-user/support', []],
    ['arn:aws:iam::111122223333:root', []],
    ['arn:aws:sts::111122223333:assumed-role/sales-bot/a/b', []],
    ['', []],
  ])('%s is bound to %j', (arn, names) => {
    expect(iam(arn)).toEqual(names);
  });

  test('a token needs every claim', () => {
    expect(jwt({ team: 'web', stage: 'live', more: 'x' })).toEqual(['web']);
    expect(jwt({ team: 'web' })).toEqual([]);
    expect(jwt({ team: 'web', stage: 'test' })).toEqual([]);
  });

  test('a cost center without callers is open to no one once others are bound', () => {
    expect(jwt({})).toEqual([]);
  });

  test('the sessions of a role have one identity', () => {
    expect(roleArn('arn:aws-us-gov:sts::111122223333:assumed-role/a/b')).toBe(
      'arn:aws-us-gov:iam::111122223333:role/a',
    );
    const user = 'arn:aws:iam::111122223333:user/ada';
    expect(roleArn(user)).toBe(user);
  });
});

test.each([
  [{ email: 'ada@example.com', email_verified: 'true' }, true],
  [{ email: 'ada@example.com', email_verified: 'false' }, false],
  [{ email: 'ada@example.com' }, false],
  [{ email: 'bob@example.com', email_verified: 'true' }, false],
])('where an address is among the claims of a binding, %j matches: %p', (claims, isOne) => {
  const binding = { jwt: { email: 'ada@example.com' } };
  const policy = policyOf(
    configWith({ cost_centers: { sales: center(binding) }, operators: binding }),
  );
  for (const caller of [
    { kind: 'jwt', claims } as const,
    { kind: 'jwt', claims, isProxied: true } as const,
  ]) {
    expect(isOperator(policy, caller)).toBe(isOne);
    expect(boundCostCenters(policy, caller)).toHaveLength(isOne ? 1 : 0);
  }
});
