import { describe, expect, test } from '@jest/globals';
import { divCeil, formatUsd, parseUsd, toSafeInteger } from '../../../core/money.ts';

describe('parseUsd', () => {
  test.each([
    [0.1, 100_000_000n],
    ['0.1', 100_000_000n],
    [500, 500_000_000_000n],
    [0.000000001, 1n],
    [1e-7, 100n],
    [0.00875, 8_750_000n],
    ['9007199.254740991', 9_007_199_254_740_991n],
    ['500.00', 500_000_000_000n],
  ])('reads %p as %p nano-USD', (value, expected) => {
    expect(parseUsd(value)).toBe(expected);
  });

  test.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e-10,
    0.1234567891,
    1e21,
    '',
    '1e3',
    '0x10',
    '1,5',
  ])('refuses %p', (value) => {
    expect(parseUsd(value)).toBeUndefined();
  });
});

test.each([
  [500_000_000_000n, '500.00'],
  [123_000n, '0.000123'],
  [0n, '0.00'],
  [-1n, '-0.000000001'],
  [1_500_000_000n, '1.50'],
])('%p nano-USD is written %p', (value, expected) => {
  expect(formatUsd(value)).toBe(expected);
});

test('divides rounding up', () => {
  expect(divCeil(0n, 10n)).toBe(0n);
  expect(divCeil(1n, 10n)).toBe(1n);
  expect(divCeil(10n, 10n)).toBe(1n);
});

test('refuses to make a number that would lose nano-USD', () => {
  expect(toSafeInteger(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991);
  expect(() => toSafeInteger(9_007_199_254_740_992n)).toThrow(RangeError);
});
