import { describe, expect, test } from '@jest/globals';
import { constantNumber } from '../../../adapters/constant-arithmetic.ts';

describe('constant arithmetic', () => {
  // Values of `terraform console`, 1.11.4.
  test.each([
    ['5 * 2000', 10_000],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['100 / 8 / 2', 6.25],
    ['7 % 4', 3],
    ['-7 % 4', -3],
    ['7 % -4', 3],
    ['-(2 + 3)', -5],
    ['--2', 2],
    ['0.1 * 3', 0.3],
    ['1e3 + 1', 1_001],
    ['1.5e-2 * 2', 0.03],
    [' 2*3 ', 6],
    ['2 / -4', -0.5],
  ])('%s is %d', (expression, value) => {
    expect(constantNumber(expression)).toBe(value);
  });

  test.each([
    '',
    '5 *',
    '* 5',
    '(5',
    '5)',
    '5 5',
    '1 / 0',
    '1 % 0',
    'var.amount * 2',
    'max(1, 2)',
    '5 > 3',
    'true',
    '"5"',
    '1_000',
    '0x10',
    '.5',
    '1e999',
    '9'.repeat(300),
  ])('%s has no value', (expression) => {
    expect(constantNumber(expression)).toBeUndefined();
  });
});
