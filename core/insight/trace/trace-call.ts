/** Parses past calls from audit lines. */
import type { ValidateFunction } from 'ajv';
import { quoted } from '../../safe-text.ts';
import { schemaErrorProblems } from '../../schema-errors.ts';
import { type EpochMs, parseIsoTime } from '../../time.ts';
import { toUnvalidated } from '../../unvalidated.ts';
import type { TraceLine } from './trace.schema.ts';

/** One call that the ledger decided: its start, its end and its audit line. */
export interface TraceCall {
  readonly startsAt: EpochMs;
  /** Time of the line, written right after the call was settled. */
  readonly endsAt: EpochMs;
  readonly line: TraceLine;
}

/** Reasons why a valid line is not a call to replay. */
export type SkipReason = 'not_valid' | 'replayed' | 'unavailable' | 'no_call' | 'unattributed';

type ReadCall =
  | { readonly call: TraceCall }
  | { readonly passedOver: SkipReason }
  | { readonly problem: string };

/** Decisions without a limit check. */
const UNDECIDED: readonly unknown[] = ['not_valid', 'replayed', 'unavailable'];
const isUndecided = (value: unknown): value is Exclude<SkipReason, 'unattributed' | 'no_call'> =>
  UNDECIDED.includes(value);

/** @param isTraceLine compiled from `TRACE_LINE_SCHEMA`, verbosely and with all errors. */
export function parseTraceCall(value: unknown, isTraceLine: ValidateFunction<TraceLine>): ReadCall {
  const record = toUnvalidated(value);
  // Other lines of a log (metrics, operators' changes, lines of the runtime) are not calls.
  if (record.get('kind') !== 'audit' || record.has('event')) return { passedOver: 'no_call' };
  const decision = record.get('decision');
  if (isUndecided(decision)) return { passedOver: decision };
  if (!isTraceLine(value)) {
    const [first] = schemaErrorProblems(isTraceLine.errors ?? [], value);
    return { problem: first ? `${first.path}: ${first.message}` : 'is not an audit line' };
  }
  const startsAt = parseIsoTime(value.tags.timestamp);
  if (startsAt === undefined) return { problem: noTime('tags.timestamp', value.tags.timestamp) };
  const endsAt = parseIsoTime(value.at);
  if (endsAt === undefined) return { problem: noTime('at', value.at) };
  return { call: { startsAt, endsAt: Math.max(startsAt, endsAt), line: value } };
}

const noTime = (path: string, given: string): string =>
  `${path}: ${quoted(given)} is not a time such as 2026-11-23T14:05:30.123Z`;
