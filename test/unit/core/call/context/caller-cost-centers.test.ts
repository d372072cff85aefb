import { describe, expect, test } from '@jest/globals';
import { boundCostCenters, roleArn } from '../../../../../core/call/context/caller-cost-centers.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const center = (callers?: object) => ({
  model: 'haiku',
  models: ['haiku'],
  applications: ['faq'],
  limits: [],
  ...(callers && { callers }),
});

const policy = policyOf(
  configWith({
    cost_centers: {
      sales: center({ iam_role_arns: ['arn:aws:iam::111122223333:role/sales-*'] }),
      support: center({ iam_role_arns: ['arn:aws:iam::111122223333:role/team/support'] }),
      web: center({ jwt: { team: 'web', stage: 'live' } }),
      open: center(),
    },
  }),
);

const iam = (arn: string) => boundCostCenters(policy, { kind: 'iam', arn }).map(({ name }) => name);
const jwt = (claims: Record<string, string>) =>
  boundCostCenters(policy, { kind: 'jwt', claims }).map(({ name }) => name);

describe('callers', () => {
  test.each([
    ['arn:aws:sts::111122223333:assumed-role/sales-bot/session', ['sales']],
    ['arn:aws:iam::111122223333:role/sales-bot', ['sales']],
    ['arn:aws:sts::111122223333:assumed-role/support/session', ['support']],
    ['arn:aws:sts::999999999999:assumed-role/sales-bot/session', []],
    ['arn:aws:sts::111122223333:assumed-role/xsales-bot/session', []],
    ['arn:aws:iam::111122223333:user/sales-bot', []],
    ['', []],
  ])('%s is bound to %j', (arn, names) => {
    expect(iam(arn)).toEqual(names);
  });

  test('a token needs every claim', () => {
    expect(jwt({ team: 'web', stage: 'live', more: 'x' })).toEqual(['web']);
    expect(jwt({ team: 'web' })).toEqual([]);
    expect(jwt({ team: 'web', stage: 'test' })).toEqual([]);
  });

  test('a cost center without callers is open to nobody once others are bound', () => {
    expect(jwt({})).toEqual([]);
  });

  test('a session is its role', () => {
    expect(roleArn('arn:aws-us-gov:sts::111122223333:assumed-role/a/b')).toBe(
      'arn:aws-us-gov:iam::111122223333:role/a',
    );
  });
});
