/**
 * Checks a time zone. Plans accept the names of the list, which `modules/configuration` reads too;
 * a stored policy is read with whatever zone the runtime knows.
 */
import type { InputProblem } from '../input-problem.ts';
import { closestMatch, quoted } from '../safe-text.ts';
import list from './time-zones.json' with { type: 'json' };

const known: ReadonlySet<string> = new Set(list.zones.map((zone) => zone.toLowerCase()));

export function timeZoneProblems(zone: string | undefined, isStored: boolean): InputProblem[] {
  if (zone === undefined) return [];
  if ((isStored || known.has(zone.toLowerCase())) && isInRuntime(zone)) return [];
  const near = closestZone(zone);
  const hint = near === undefined ? '' : `: did you mean ${quoted(near)}?`;
  const message = `must be an IANA time zone such as "UTC" or "Europe/Berlin", got ${quoted(zone)}${hint}`;
  return [{ path: 'time_zone', message }];
}

/** The zone of a city that is written without its region, or the one with the closest name. */
function closestZone(given: string): string | undefined {
  const city = given.trim().replaceAll(' ', '_').toLowerCase();
  const ofCity = list.zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`));
  return ofCity ?? closestMatch(given, list.zones);
}

/** Offsets such as "+02:00" are refused: they are not zones and have no daylight saving time. */
function isInRuntime(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
