/**
 * Windows of limits, most of them of the calendar in the policy's time zone. A window's name is in
 * the counters' names, so a new window needs no reset: it starts with counters that do not exist
 * yet.
 */
import { DAY_MS, type EpochMs, HOUR_MS, isoTimestamp, MINUTE_MS } from './time.ts';

export const WINDOWS = ['minute', 'hour', 'day', 'week', 'month', 'total', 'request'] as const;
export type Window = (typeof WINDOWS)[number];

/** Windows of the calendar; a `total` never ends, and a `request` is about one call alone. */
const CALENDAR = ['minute', 'hour', 'day', 'week', 'month'] as const;
type CalendarWindow = (typeof CALENDAR)[number];

/**
 * One window: `2026-11`, `2026-W48`, `2026-11-23`, `2026-11-23T14` or `2026-11-23T14:05`; or
 * `total`, which never ends.
 */
export interface Period {
  readonly name: string;
  readonly startsAt: EpochMs;
  /** The first moment after the window. */
  readonly endsAt: EpochMs;
}

interface WindowKind {
  /** Characters of a period's name, without an offset. */
  readonly nameLength: number;
  readonly lengthMs: number;
  /** No zone's day is longer than 25 hours, no month than 31 days and 1 hour. */
  readonly longestMs: number;
}

const KINDS: Readonly<Record<CalendarWindow, WindowKind>> = {
  minute: { nameLength: 16, lengthMs: MINUTE_MS, longestMs: MINUTE_MS },
  hour: { nameLength: 13, lengthMs: HOUR_MS, longestMs: HOUR_MS },
  day: { nameLength: 10, lengthMs: DAY_MS, longestMs: 26 * HOUR_MS },
  week: { nameLength: 8, lengthMs: 7 * DAY_MS, longestMs: 7 * DAY_MS + 2 * HOUR_MS },
  month: { nameLength: 7, lengthMs: 31 * DAY_MS, longestMs: 32 * DAY_MS },
};

export const LONGEST_WINDOW_MS = Math.max(...CALENDAR.map((kind) => KINDS[kind].longestMs));

const CACHE_MAX = 512;

const formats = new Map<string, Intl.DateTimeFormat>();
const periods = new Map<string, Period>();

/** The last moment that a date can have: the end of what does not end. */
export const NEVER: EpochMs = 8_640_000_000_000_000;

/** ISO 8601; null where it never comes. */
export const resetTimestamp = (endsAt: EpochMs): string | null =>
  endsAt >= NEVER ? null : isoTimestamp(endsAt);

const isCalendar = (window: Window): window is CalendarWindow =>
  CALENDAR.some((each) => each === window);

/** The window of that kind which holds a moment. */
export function periodAt(window: Window, at: EpochMs, timeZone: string): Period {
  if (!isCalendar(window)) return { name: window, startsAt: 0, endsAt: NEVER };
  const name = periodName(window, at, timeZone);
  const key = `${timeZone} ${name}`;
  const known = periods.get(key);
  if (known) return known;
  const longest = KINDS[window].longestMs;
  const inside = (t: EpochMs) => periodName(window, t, timeZone) === name;
  const period = {
    name,
    startsAt: firstTrue(at - longest, at, inside),
    endsAt: firstTrue(at, at + longest, (t) => !inside(t)),
  };
  if (periods.size >= CACHE_MAX) periods.clear();
  periods.set(key, period);
  return period;
}

/** The first moment of a day (`2026-11-30`) in a time zone. */
export function startOfDay(date: string, timeZone: string): EpochMs {
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  const hasBegun = (t: EpochMs) => periodName('day', t, timeZone) >= date;
  return firstTrue(midnightUtc - KINDS.day.longestMs, midnightUtc + KINDS.day.longestMs, hasBegun);
}

/**
 * Names of hours and minutes outside UTC carry the offset (`2026-11-01T01-04:00`): when clocks go
 * back the same local hour comes twice, and two windows must not share a counter.
 */
export function periodName(window: Window, at: EpochMs, timeZone: string): string {
  if (!isCalendar(window)) return window;
  if (window === 'week') return weekName(periodName('day', at, timeZone));
  const length = KINDS[window].nameLength;
  if (timeZone === 'UTC') return new Date(at).toISOString().slice(0, length);
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = value;
  const local = `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
  const isClock = window === 'hour' || window === 'minute';
  const offset = isClock ? (parts.timeZoneName ?? '').replace('GMT', '') || '+00:00' : '';
  return local.slice(0, length) + offset;
}

/** The ISO 8601 week of a day, from Monday to Sunday: `2026-W53` holds 2027-01-01. */
function weekName(day: string): string {
  const date = Date.parse(`${day}T00:00:00Z`);
  const fromMonday = (new Date(date).getUTCDay() + 6) % 7;
  // A week belongs to the year that its Thursday is in.
  const thursday = date + (3 - fromMonday) * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

const OFFSET = /[+-]\d\d:\d\d$/;

/** Whether a period, given by its name, lies further back than the history that is kept. */
export function isOlderThanHistory(
  name: string,
  now: EpochMs,
  history: { readonly windows: number; readonly timeZone: string },
): boolean {
  const bare = name.length > KINDS.day.nameLength ? name.replace(OFFSET, '') : name;
  const window = CALENDAR.find((kind) => isNamed(bare, kind));
  if (!window) return false;
  const oldest = now - history.windows * KINDS[window].lengthMs;
  return bare < periodName(window, oldest, history.timeZone).slice(0, bare.length);
}

/** A `total` is of no calendar, so it is never old. */
const isNamed = (name: string, window: CalendarWindow): boolean =>
  KINDS[window].nameLength === name.length && /^\d/.test(name);

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'longOffset',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** First moment in (from, to] at which `holds`, given that it stays true from then on. */
function firstTrue(from: EpochMs, to: EpochMs, isReached: (at: EpochMs) => boolean): EpochMs {
  let below = from;
  let above = to;
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (isReached(middle)) above = middle;
    else below = middle;
  }
  return above;
}
