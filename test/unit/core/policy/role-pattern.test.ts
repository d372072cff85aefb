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

  const refused = (rest: string, reason: string, advice = 'sales-*') => {
    const problem = rolePatternProblem(role(rest));
    expect(problem).toContain(reason);
    expect(problem).toContain(`"${role(advice)}"`);
    expect(matchesRole(role(rest), session('sales'))).toBe(false);
    expect(matchesRole(role(rest), session('ci-of-another-team'))).toBe(false);
  };

  test.each([
    ['sales/*', undefined],
    ['*/*', undefined],
    ['team-a/ci-*', 'ci-*'],
    ['a/b/*x', '*x'],
    ['aws-reserved/sso.amazonaws.com/*', undefined],
    ['aws-reserved/sso.amazonaws.com/AWSReservedSSO_Hr_*', 'AWSReservedSSO_Hr_*'],
  ])('%s has a path and a wildcard', (rest, advice) => {
    refused(rest, 'has a path and a wildcard in its last segment', advice);
  });

  test.each(['*', '**', '*-*', 'team/_'])('%s has no letter or digit', (rest) => {
    refused(rest, 'no letter or digit in its last segment');
  });

  test.each(['sales/', '/sales'])('%s does not end with a name', (rest) => {
    refused(rest, 'does not end with the name of a role');
  });
});
