/** Time enters the core through a Clock only; nothing here reads the host's clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export type EpochSeconds = number;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface Clock {
  now(): EpochMs;
}

export const isoTimestamp = (at: EpochMs): string => new Date(at).toISOString();

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether it is a day of the calendar, as `2026-11-30`. */
export function isIsoDate(text: string): boolean {
  const at = ISO_DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The 30th of February is read as a day in March.
  return !Number.isNaN(at) && isoTimestamp(at).startsWith(text);
}

/** A moment as `2026-11-30T23:59:58Z`, with its offset; undefined for anything else. */
export function parseIsoTime(text: string): EpochMs | undefined {
  const date = ISO_TIME.exec(text)?.[1];
  const at = date !== undefined && isIsoDate(date) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
