/** When an override ends, as an operator writes it. */
import { quoted } from '../safe-text.ts';
import { type EpochMs, isIsoDate, isoTimestamp, parseIsoTime } from '../time.ts';
import { startOfDay } from '../windows.ts';
import { OVERRIDE_DAYS_MAX, OVERRIDE_MS_MAX } from './override-items.ts';

const DURATION = /^(\d{1,6})([mhd])$/;
const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const FORMS =
  'use a date such as 2026-12-01 (until the start of that day), a time such as 2026-12-01T18:00:00Z, or a duration such as 90m, 12h or 3d';

/**
 * Reads a day (its beginning in the policy's time zone), a time, or a duration from now.
 * @returns the problem, as a string.
 */
export function parseUntil(text: string, now: EpochMs, timeZone: string): EpochMs | string {
  const at = momentOf(text, now, timeZone);
  if (at === undefined) return `invalid time ${quoted(text)}: ${FORMS}`;
  if (at <= now) {
    return `must be in the future, got ${quoted(text)}: it is ${isoTimestamp(now)} now`;
  }
  const latest = now + OVERRIDE_MS_MAX;
  if (at <= latest) return at;
  const rule = `must be at most ${OVERRIDE_DAYS_MAX} days from now (${isoTimestamp(latest)})`;
  return `${rule}, got ${quoted(text)}: change the configuration for a permanent amount`;
}

/** A date, a time or a duration from now; otherwise undefined. */
export function momentOf(text: string, now: EpochMs, timeZone: string): EpochMs | undefined {
  if (isIsoDate(text)) return startOfDay(text, timeZone);
  const duration = durationMs(text);
  return duration === undefined ? parseIsoTime(text) : now + duration;
}

/** `90m`, `12h` or `3d`; otherwise undefined. */
export function durationMs(text: string): number | undefined {
  const [, count, unit = ''] = DURATION.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}
