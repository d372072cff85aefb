/** Reads the calls in trace files, and counts the lines that are not calls. */

import { extractJsonObjects } from '../../core/insight/trace/extract-records.ts';
import {
  type Attribution,
  isInvocationLogEntry,
  readInvocationLogEntry,
} from '../../core/insight/trace/invocation-log.ts';
import { validate as isTraceLine } from '../../core/insight/trace/trace.validator.ts';
import {
  parseTraceCall,
  type SkipReason,
  type TraceCall,
} from '../../core/insight/trace/trace-call.ts';
import { printable } from '../../core/safe-text.ts';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';
import { textLines } from './text-lines.ts';

interface BadLine {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Filled while the calls are read. */
export class TraceStats {
  lines = 0;
  badLines = 0;
  /** The first of them. */
  readonly bad: BadLine[] = [];
  readonly passedOver: Record<SkipReason, number> = {
    not_valid: 0,
    replayed: 0,
    unavailable: 0,
    no_call: 0,
    unattributed: 0,
  };
  /** Calls of Bedrock's invocation log, and those whose application had to be assumed. */
  readonly invocationLog = { calls: 0, assumed: 0 };

  addBad(bad: BadLine): void {
    this.badLines += 1;
    if (this.bad.length < BAD_LINES_SHOWN) this.bad.push(bad);
  }
}

const BAD_LINES_SHOWN = 20;

/**
 * In the order of the files. Without an attribution, entries of Bedrock's log are not calls.
 *
 * @throws Error with one sentence for a file that cannot be read.
 */
export async function* readTrace(
  files: readonly string[],
  notes: TraceStats,
  attribution?: Attribution,
): AsyncIterable<TraceCall> {
  for (const file of files) {
    try {
      for await (const { number, text } of textLines(file)) {
        notes.lines += 1;
        yield* callsIn({ file, line: number, text }, notes, attribution);
      }
    } catch (error) {
      throw new TraceError(`${printable(file, 200)}: ${readingProblem(error)}`, error);
    }
  }
}

/** A file of a trace that cannot be read. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

interface TextLine {
  readonly file: string;
  readonly line: number;
  /** Absent when it is too long to read. */
  readonly text: string | undefined;
}

function* callsIn(
  { file, line, text }: TextLine,
  notes: TraceStats,
  attribution: Attribution | undefined,
): Iterable<TraceCall> {
  const bad = (message: string) => notes.addBad({ file, line, message });
  if (text === undefined) return bad('is longer than 16 MB');
  const found = extractJsonObjects(text);
  if ('unreadable' in found) return bad(found.unreadable);
  for (const value of found.objects) {
    const read =
      attribution && isInvocationLogEntry(value)
        ? readLogged(value, notes, attribution)
        : parseTraceCall(value, isTraceLine);
    if ('problem' in read) bad(read.problem);
    else if ('passedOver' in read) notes.passedOver[read.passedOver] += 1;
    else yield read.call;
  }
}

function readLogged(value: unknown, notes: TraceStats, attribution: Attribution) {
  const read = readInvocationLogEntry(value, attribution);
  if (!('line' in read)) return read;
  notes.invocationLog.calls += 1;
  if (read.isApplicationAssumed) notes.invocationLog.assumed += 1;
  return parseTraceCall({ kind: 'audit', ...read.line }, isTraceLine);
}

/** A call that was read before. @throws Error if it was not. */
export function rereadCall(text: string): TraceCall {
  const read = parseTraceCall(JSON.parse(text), isTraceLine);
  if ('call' in read) return read.call;
  throw new Error('a call in a temporary file cannot be read again');
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'file not found',
  EISDIR: 'is a directory: name the files in it',
  EACCES: 'no permission to read the file',
  Z_DATA_ERROR: 'the file is damaged: gzip cannot decompress it',
  Z_BUF_ERROR: 'the file is truncated: gzip cannot decompress it to the end',
};

function readingProblem(error: unknown): string {
  const code = stringField(toUnvalidated(error), 'code') ?? 'unknown error';
  return PROBLEMS[code] ?? `cannot read the file (${code})`;
}
