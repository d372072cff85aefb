import { describe, expect, test } from '@jest/globals';
import { isIsoDate, parseIsoTime } from '../../../core/time.ts';

describe('a time', () => {
  test.each([
    ['2026-11-30T23:59:58Z', '2026-11-30T23:59:58.000Z'],
    ['2026-11-30T23:59Z', '2026-11-30T23:59:00.000Z'],
    ['2026-12-01T00:30:00.125+01:00', '2026-11-30T23:30:00.125Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(parseIsoTime(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  test.each(['2026-02-30T00:00:00Z', '2026-11-30T23:59:58', '2026-11-30', '2026-11-30T25:00Z', ''])(
    '%j is not one',
    (text) => expect(parseIsoTime(text)).toBeUndefined(),
  );
});

test.each([
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-1-1', false],
  ['2026-11-30T00:00Z', false],
])('%j is a day: %s', (text, is) => expect(isIsoDate(text)).toBe(is));
