import { describe, expect, test } from '@jest/globals';
import { type Context, conditionsHold, isOperator } from '../../../support/iam/conditions.ts';

const KEY = 'aws:PrincipalArn';
const ROLE = 'arn:aws:iam::111122223333:role/genai';

type Given = string | readonly string[] | undefined;
const contextOf = (given: Given): Context => (given === undefined ? {} : { [KEY]: given });

/** Operator, values of the policy, value of the request, whether it holds. */
const CASES: readonly (readonly [string, readonly string[], Given, boolean])[] = [
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', ['a'], 'A', false],
  ['StringEquals', ['a*'], 'ab', false],
  ['StringEquals', ['a'], undefined, false],
  ['StringEqualsIfExists', ['a'], undefined, true],
  ['StringEqualsIfExists', ['a'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a'], undefined, true],
  ['StringEqualsIgnoreCase', ['a'], 'A', true],
  ['StringNotEqualsIgnoreCase', ['a'], 'A', false],
  ['StringLike', ['a*'], 'abc', true],
  ['StringLike', ['a?'], 'abc', false],
  ['StringLike', ['A*'], 'abc', false],
  ['StringLike', ['a.c'], 'abc', false],
  ['StringNotLike', ['a*', 'b*'], 'bc', false],
  ['StringNotLike', ['a*', 'b*'], 'cd', true],
  ['ArnLike', [ROLE], ROLE, true],
  ['ArnEquals', ['arn:aws:iam::*:role/gen*'], ROLE, true],
  ['ArnLike', ['arn:aws:iam::*:role/*'], 'arn:aws:iam::111122223333:role/path/to/genai', true],
  ['ArnLike', ['arn:aws:iam:*:role/genai'], ROLE, false],
  ['ArnLike', ['arn:aws:*'], ROLE, false],
  ['ArnLike', [ROLE], undefined, false],
  ['ArnNotLike', [ROLE, 'arn:aws:iam::*:user/*'], 'arn:aws:iam::1:user/x', false],
  ['ArnNotLike', [ROLE], `${ROLE}-2`, true],
  ['ArnNotEquals', [ROLE], ROLE, false],
  ['ArnNotLike', [ROLE], undefined, true],
  ['Bool', ['true'], 'True', true],
  ['Bool', ['true'], 'false', false],
  ['Bool', ['false'], undefined, false],
  ['BoolIfExists', ['false'], undefined, true],
  ['Null', ['true'], undefined, true],
  ['Null', ['true'], 'a', false],
  ['Null', ['false'], undefined, false],
  ['Null', ['false'], 'a', true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a'], 'a', true],
  ['ForAllValues:StringEquals', ['a'], undefined, true],
  ['ForAllValues:StringEquals', ['a'], [], true],
  ['ForAllValues:StringLike', ['account#*'], ['account#x', 'policy'], false],
  ['ForAllValues:StringNotEquals', ['a'], ['b', 'a'], false],
  ['ForAllValues:StringNotEquals', ['a'], ['b', 'c'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a'], undefined, false],
  ['ForAnyValue:StringEquals', ['a'], [], false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
  ['ForAnyValue:StringNotEquals', ['a'], ['a'], false],
  ['ForAnyValue:StringNotEquals', ['a'], undefined, false],
  ['ForAnyValue:StringLikeIfExists', ['a*'], undefined, true],
];

describe('a condition', () => {
  test.each(CASES)('%s %j, given %j: %s', (operator, wanted, given, expected) => {
    expect(conditionsHold({ [operator]: { [KEY]: wanted } }, contextOf(given))).toBe(expected);
  });

  test('holds when all its keys and operators do', () => {
    const conditions = { StringEquals: { a: ['1'], b: ['2'] }, StringLike: { c: ['3*'] } };
    expect(conditionsHold(conditions, { a: '1', b: '2', c: '33' })).toBe(true);
    expect(conditionsHold(conditions, { a: '1', b: 'x', c: '33' })).toBe(false);
    expect(conditionsHold(conditions, { a: '1', b: '2', c: 'x' })).toBe(false);
  });

  test('names a key in any case', () => {
    expect(conditionsHold({ StringEquals: { 'AWS:principalarn': [ROLE] } }, { [KEY]: ROLE })).toBe(
      true,
    );
  });

  test('does not guess how several values compare', () => {
    const conditions = { StringEquals: { [KEY]: ['a'] } };
    expect(() => conditionsHold(conditions, { [KEY]: ['a', 'b'] })).toThrow('ForAllValues');
  });
});

test.each([
  'NumericLessThan',
  'DateEquals',
  'IpAddress',
  'ForSomeValues:StringEquals',
  'stringlike',
])('%s is not evaluated', (operator) => {
  expect(isOperator(operator)).toBe(false);
});
