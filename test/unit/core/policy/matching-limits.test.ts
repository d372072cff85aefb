import { describe, expect, test } from '@jest/globals';
import {
  reserveExpression,
  settleExpression,
} from '../../../../adapters/dynamodb-ledger-expressions.ts';
import { resolvePolicy } from '../../../../core/policy/resolve-policy.ts';
import { configWith } from '../../../support/policy.ts';

const WINDOWS = ['minute', 'hour', 'day', 'month'];
const limitsOf = (count: number, scope: object = {}, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    name: `limit-number-${from + at}`,
    window: WINDOWS[at % WINDOWS.length],
    unit: 'tokens',
    amount: 1_000_000 + at,
    ...scope,
  }));

function problemsOf(limits: readonly object[], isStored = false) {
  const retail = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };
  const resolution = resolvePolicy(configWith({ cost_centers: { retail } }), { isStored });
  return 'problems' in resolution ? resolution.problems : [];
}

describe('limits of one owner', () => {
  test('are accepted up to what one write can have', () => {
    expect(problemsOf(limitsOf(60))).toEqual([]);
  });

  test('are refused above it', () => {
    expect(problemsOf(limitsOf(61))).toEqual([
      {
        path: 'cost_centers.retail.limits',
        message: expect.stringContaining('61 limits apply to one call'),
      },
    ]);
  });

  test('count by the call that meets the most of them, whatever each names', () => {
    const scoped = [
      ...limitsOf(30, { environment: 'dev' }),
      ...limitsOf(30, { application: 'faq' }, 30),
      ...limitsOf(1, { model: 'haiku' }, 60),
    ];
    expect(problemsOf(scoped)).toHaveLength(1);
    const apart = [
      ...limitsOf(50, { environment: 'dev' }),
      ...limitsOf(50, { environment: 'production' }, 50),
    ];
    expect(problemsOf(apart)).toEqual([]);
  });

  test('of a policy in force are never refused', () => {
    expect(problemsOf(limitsOf(61), true)).toEqual([]);
  });
});

test('the largest writes stay below what DynamoDB takes', () => {
  const keys = Array.from({ length: 60 }, (_, at) => `limit-number-${at}_2026-11-23T14:05`);
  const common = {
    account: 'account#costCenter#retail#0',
    reservationId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    attemptId: 'a1b2c3d4',
  };
  const reserve = reserveExpression({
    ...common,
    otherIds: ['3f2504e0-4f89-41d3-9a0c-0305e82c3301.1', '3f2504e0-4f89-41d3-9a0c-0305e82c3301.2'],
    leaseExpiresAt: 2_000_000_000,
    inFlight: { costCenter: 'retail', max: 400 },
    amounts: keys.map((key) => ({ key, amount: 1, ceiling: Number.MAX_SAFE_INTEGER })),
  });
  const settle = settleExpression(
    {
      ...common,
      costCenter: 'retail',
      amounts: keys.map((key) => ({ key, reserved: 1, actual: 1 })),
      closes: true,
      chargesUnreserved: false,
    },
    2_000_000_000,
  );
  for (const { UpdateExpression = '', ConditionExpression = '' } of [reserve, settle]) {
    expect(UpdateExpression.length).toBeLessThan(4_096);
    expect(ConditionExpression.length).toBeLessThan(4_096);
    const operators = /attribute_not_exists|begins_with| (?:AND|OR) |<=|</g;
    expect([...ConditionExpression.matchAll(operators)].length).toBeLessThan(300);
  }
});
