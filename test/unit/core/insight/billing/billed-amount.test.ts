import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addBilled,
  approximateNanoUsd,
  type BilledAmount,
  formatBilled,
  formatCents,
  largestRemainderCents,
  NOTHING_BILLED,
  parseBilled,
  subtractBilled,
  toPermille,
} from '../../../../../core/insight/billing/billed-amount.ts';

const read = (text: string): BilledAmount => {
  const amount = parseBilled(text);
  if (amount === undefined) throw new Error(`${text} is not an amount`);
  return amount;
};

describe('an amount', () => {
  test.each([
    ['0', '0.00'],
    ['12.5', '12.50'],
    ['0.0000123456', '0.0000123456'],
    ['1.2E-7', '0.00000012'],
    ['1.2345678901234567E-15', '0.0000000000000012345678901234567'],
    ['-3.4e+2', '-340.00'],
    ['123456789012345678901234567890', '123456789012345678901234567890.00'],
    ['1E-40', `0.${'0'.repeat(39)}1`],
    ['10E-41', `0.${'0'.repeat(39)}1`],
  ])('%s is %s, to the last digit', (text, shown) => {
    expect(formatBilled(read(text))).toBe(shown);
  });

  test.each([
    '',
    ' 1',
    '1,5',
    '.5',
    '5.',
    'NaN',
    'Infinity',
    '0x10',
    '1e',
    '1E-41',
    '1e400',
    '--1',
  ])('is not read from "%s"', (text) => {
    expect(parseBilled(text)).toBeUndefined();
  });

  test('of many parts is their exact sum, where doubles are not', () => {
    const tenths = Array.from({ length: 10 }, () => read('0.1'));
    expect(formatBilled(tenths.reduce(addBilled, NOTHING_BILLED))).toBe('1.00');
    expect(formatBilled(subtractBilled(read('0.3'), read('0.1')))).toBe('0.20');
  });

  test.each([
    ['0.005', '0.01', 5_000_000],
    ['0.0049999999999', '0.00', 4_999_999.9999],
    ['-0.005', '-0.01', -5_000_000],
    ['1.0000000004', '1.00', 1_000_000_000.4],
  ])('%s is shown as %s and drawn as %s nano-USD', (text, cents, nanoUsd) => {
    expect([formatCents(read(text)), approximateNanoUsd(read(text))]).toEqual([cents, nanoUsd]);
  });
});

describe('cents that add up', () => {
  test('are rounded up where the remainders are largest', () => {
    expect(largestRemainderCents(['0.333', '0.333', '0.334'].map(read))).toEqual([
      '0.33',
      '0.33',
      '0.34',
    ]);
    expect(largestRemainderCents(['0.006', '0.006', '-0.002'].map(read))).toEqual([
      '0.01',
      '0.00',
      '0.00',
    ]);
  });

  const amounts = fc.array(fc.bigInt(-(10n ** 42n), 10n ** 42n), { maxLength: 30 });
  test('make the rounded total, each less than a cent from its amount', () => {
    fc.assert(
      fc.property(amounts, (values) => {
        const exact = values.map((value) => value as BilledAmount);
        const shown = largestRemainderCents(exact).map(read);
        const sum = (all: readonly BilledAmount[]) => all.reduce(addBilled, NOTHING_BILLED);
        expect(formatCents(sum(shown))).toBe(formatCents(sum(exact)));
        for (const [i, value] of exact.entries()) {
          const off = subtractBilled(shown[i] ?? NOTHING_BILLED, value);
          expect(off < 10n ** 38n && off > -(10n ** 38n)).toBe(true);
        }
      }),
    );
  });
});

test('a share is in tenths of a percent, and 0 of nothing', () => {
  expect(toPermille(read('1'), read('3'))).toBe(333);
  expect(toPermille(read('2'), read('3'))).toBe(667);
  expect(toPermille(read('1'), NOTHING_BILLED)).toBe(0);
});
