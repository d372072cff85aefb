import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { timeZoneProblems } from '../../../../core/policy/time-zones.ts';

const read: unknown = JSON.parse(readFileSync('core/policy/time-zones.json', 'utf8'));
const zones =
  typeof read === 'object' && read !== null && 'zones' in read && Array.isArray(read.zones)
    ? read.zones.map(String)
    : [];

describe('the list of time zones', () => {
  test('has all that the runtime lists, and none that it does not know', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !zones.includes(zone))).toEqual([]);
    expect(zones.flatMap((zone) => timeZoneProblems(zone, false))).toEqual([]);
  });

  test.each(['PST', 'Mars/Olympus', '+02:00', 'Local', ' UTC', ''])('lacks %p', (zone) => {
    expect(timeZoneProblems(zone, false)).toHaveLength(1);
  });

  test('is not asked for a policy in force, as the runtime can know more', () => {
    expect(timeZoneProblems('PST', true)).toEqual([]);
    expect(timeZoneProblems('Mars/Olympus', true)).toHaveLength(1);
  });
});
