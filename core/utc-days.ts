/** Days of the calendar in UTC, as AWS bills and CloudWatch sums up. */

import type { InputProblem } from './input-problem.ts';
import { quoted } from './safe-text.ts';
import { DAY_MS, type EpochMs, isIsoDate, isoTimestamp } from './time.ts';

/** As `2026-11-30`; days compare as texts do. */
export type Day = string;

export const dayAt = (at: EpochMs): Day => isoTimestamp(at).slice(0, 10);

export const startOf = (day: Day): EpochMs => Date.parse(`${day}T00:00:00Z`);

export const dayAfter = (day: Day, days = 1): Day => dayAt(startOf(day) + days * DAY_MS);

export const daysBetween = (from: Day, to: Day): number =>
  Math.round((startOf(to) - startOf(from)) / DAY_MS);

/** Problems of a date from a flag. */
export const dayProblems = (path: string, text: string): readonly InputProblem[] =>
  isIsoDate(text)
    ? []
    : [{ path, message: `must be a date such as 2026-11-01, got ${quoted(text)}` }];
