import { describe, expect, test } from '@jest/globals';
import {
  isOlderThanHistory,
  NEVER,
  periodAt,
  periodName,
  resetTimestamp,
} from '../../../core/windows.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (time: number) => new Date(time).toISOString();

describe('windows in UTC', () => {
  const now = at('2026-11-23T14:05:30Z');
  test.each([
    ['month', '2026-11', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['week', '2026-W48', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['day', '2026-11-23', '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ['hour', '2026-11-23T14', '2026-11-23T14:00:00.000Z', '2026-11-23T15:00:00.000Z'],
    ['minute', '2026-11-23T14:05', '2026-11-23T14:05:00.000Z', '2026-11-23T14:06:00.000Z'],
  ] as const)('%s is %s', (window, name, startsAt, endsAt) => {
    const period = periodAt(window, now, 'UTC');
    expect([period.name, iso(period.startsAt), iso(period.endsAt)]).toEqual([
      name,
      startsAt,
      endsAt,
    ]);
  });

  test('the last millisecond of a month belongs to it, the next one does not', () => {
    expect(periodName('month', at('2026-11-30T23:59:59.999Z'), 'UTC')).toBe('2026-11');
    expect(periodName('month', at('2026-12-01T00:00:00.000Z'), 'UTC')).toBe('2026-12');
  });

  test('February of a leap year ends on the 29th', () => {
    expect(iso(periodAt('month', at('2028-02-10T00:00:00Z'), 'UTC').endsAt)).toBe(
      '2028-03-01T00:00:00.000Z',
    );
  });
});

describe('windows in a time zone', () => {
  test('the month begins at local midnight', () => {
    const period = periodAt('month', at('2026-11-30T20:00:00Z'), 'Asia/Tokyo');
    expect(period.name).toBe('2026-12');
    expect(iso(period.startsAt)).toBe('2026-11-30T15:00:00.000Z');
  });

  test('a day is 23 hours long when clocks go forward, 25 when they go back', () => {
    const hours = (day: string) => {
      const { startsAt, endsAt } = periodAt('day', at(day), 'America/New_York');
      return (endsAt - startsAt) / 3_600_000;
    };
    expect(hours('2026-03-08T12:00:00Z')).toBe(23);
    expect(hours('2026-11-01T12:00:00Z')).toBe(25);
  });

  test('the hour that comes twice is two windows', () => {
    const first = periodAt('hour', at('2026-11-01T05:30:00Z'), 'America/New_York');
    const second = periodAt('hour', at('2026-11-01T06:30:00Z'), 'America/New_York');
    expect([first.name, second.name]).toEqual(['2026-11-01T01-04:00', '2026-11-01T01-05:00']);
    expect(first.endsAt).toBe(second.startsAt);
  });

  test('half-hour zones have different hours', () => {
    const { startsAt } = periodAt('hour', at('2026-11-23T14:05:00Z'), 'Asia/Kolkata');
    expect(iso(startsAt)).toBe('2026-11-23T13:30:00.000Z');
  });
});

describe('weeks', () => {
  test.each([
    ['2026-11-29T23:59:59.999Z', '2026-W48'],
    ['2026-11-30T00:00:00Z', '2026-W49'],
    ['2026-12-31T12:00:00Z', '2026-W53'],
    ['2027-01-03T12:00:00Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-01T00:00:00Z', '2020-W53'],
  ])('%s is in %s, as ISO 8601 counts them', (moment, name) => {
    expect(periodName('week', at(moment), 'UTC')).toBe(name);
    const { startsAt, endsAt } = periodAt('week', at(moment), 'UTC');
    expect(new Date(startsAt).getUTCDay()).toBe(1);
    expect(endsAt - startsAt).toBe(7 * 86_400_000);
    expect([startsAt <= at(moment), at(moment) < endsAt]).toEqual([true, true]);
  });

  test('begin on Monday at local midnight, and are an hour longer when clocks go back', () => {
    const { startsAt, endsAt } = periodAt('week', at('2026-10-28T12:00:00Z'), 'America/New_York');
    expect(iso(startsAt)).toBe('2026-10-26T04:00:00.000Z');
    expect((endsAt - startsAt) / 3_600_000).toBe(7 * 24 + 1);
  });

  test('are dropped with the history, and a total never is', () => {
    const history = { windows: 3, timeZone: 'UTC' };
    const now = at('2027-01-10T00:00:00Z');
    const old = (name: string) => isOlderThanHistory(name, now, history);
    expect(['2026-W50', '2026-W51', '2026-W53', '2027-W01'].map(old)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(old('total')).toBe(false);
    expect(isOlderThanHistory('total', NEVER, history)).toBe(false);
  });
});

test('a total has no end', () => {
  const period = periodAt('total', at('2026-11-29T00:00:00Z'), 'Asia/Tokyo');
  expect(period.name).toBe('total');
  expect(resetTimestamp(period.endsAt)).toBeNull();
});
