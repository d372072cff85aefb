import { describe, expect, test } from '@jest/globals';
import { matchesRole, rolePatternProblem } from '../../../../core/policy/role-pattern.ts';

const role = (rest: string) => `arn:aws:iam::111122223333:role/${rest}`;
const session = (name: string) => ({ partition: 'aws', account: '111122223333', name });

describe('a role pattern', () => {
  test.each([
    'sales',
    'sales-*',
    '*-sales',
    's*',
    '*9',
    'team/sales',
    'team/*/sales',
    'AWSReservedSSO_Sales_*',
    'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Sales_0123456789abcdef',
  ])('%s is taken', (rest) => {
    expect(rolePatternProblem(role(rest))).toBeUndefined();
  });

  test.each([
    ['sales/*', 'has a path and a wildcard in its last segment', 'role/sales-*"'],
    ['*/*', 'has a path and a wildcard', 'role/sales-*"'],
    ['team-a/ci-*', 'has a path and a wildcard', '"arn:aws:iam::111122223333:role/ci-*"'],
    ['a/b/*x', 'has a path and a wildcard', '"arn:aws:iam::111122223333:role/*x"'],
    ['aws-reserved/sso.amazonaws.com/*', 'has a path and a wildcard', 'role/sales-*"'],
    [
      'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Hr_*',
      'has a path and a wildcard',
      '"arn:aws:iam::111122223333:role/AWSReservedSSO_Hr_*"',
    ],
    ['*', 'no letter or digit in its last segment', 'role/sales-*"'],
    ['**', 'no letter or digit', 'role/sales-*"'],
    ['*-*', 'no letter or digit', 'role/sales-*"'],
    ['team/_', 'no letter or digit', 'role/sales-*"'],
    ['sales/', 'does not end with the name of a role', 'role/sales-*"'],
    ['/sales', 'does not end with the name of a role', 'role/sales-*"'],
  ])('%s is refused with the reason and what to write', (rest, reason, advice) => {
    const problem = rolePatternProblem(role(rest));
    expect(problem).toContain(reason);
    expect(problem).toContain(advice);
    expect(matchesRole(role(rest), session('sales'))).toBe(false);
    expect(matchesRole(role(rest), session('ci-of-another-team'))).toBe(false);
  });
});
