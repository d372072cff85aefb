import { describe, expect, test } from '@jest/globals';
import { parseUntil } from '../../../../core/policy/parse-until.ts';

const NOW = Date.parse('2026-11-23T14:05:30Z');
const read = (text: string, timeZone = 'UTC') => {
  const at = parseUntil(text, NOW, timeZone);
  return typeof at === 'number' ? new Date(at).toISOString() : at;
};

describe('the end of an override', () => {
  test.each([
    ['2026-12-01', 'UTC', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01', 'America/New_York', '2026-12-01T05:00:00.000Z'],
    ['2027-06-01', 'America/New_York', '2027-06-01T04:00:00.000Z'],
    ['2026-11-25', 'Pacific/Auckland', '2026-11-24T11:00:00.000Z'],
    ['2027-03-28', 'Asia/Beirut', '2027-03-27T22:00:00.000Z'],
    ['2026-12-01T18:00:00Z', 'Asia/Tokyo', '2026-12-01T18:00:00.000Z'],
    ['2026-12-01T18:00+09:00', 'UTC', '2026-12-01T09:00:00.000Z'],
    ['90m', 'UTC', '2026-11-23T15:35:30.000Z'],
    ['12h', 'UTC', '2026-11-24T02:05:30.000Z'],
    ['3d', 'UTC', '2026-11-26T14:05:30.000Z'],
    ['366d', 'UTC', '2027-11-24T14:05:30.000Z'],
  ])('%s in %s is %s', (text, timeZone, iso) => {
    expect(read(text, timeZone)).toBe(iso);
  });

  test.each(['2026-11-23', '2026-11-23T14:05:30Z', '0h', '2020-01-01'])(
    '%s is not in the future, and the message has the time',
    (text) => {
      expect(read(text)).toBe(
        `must be in the future, got "${text}": it is 2026-11-23T14:05:30.000Z now`,
      );
    },
  );

  test.each(['367d', '2027-11-25', '999999d'])('%s is too far away', (text) => {
    expect(read(text)).toContain('must be at most 366 days from now (2027-11-24T14:05:30.000Z)');
  });

  test.each(['tomorrow', '', '3w', '-3d', '1.5h', '2026-02-30', '2026-12-01 18:00', '1e3d'])(
    '%j is not a time: the message lists the formats',
    (text) => {
      expect(read(text)).toMatch(/^invalid time .*: use a date such as 2026-12-01 .* 12h or 3d$/);
    },
  );
});
