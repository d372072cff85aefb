/**
 * Sorts any number of calls by start time: log streams are not in order, and a line is written when
 * its call ends. If the calls do not fit in memory, parts are sorted on disk.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TraceCall } from '../../core/insight/trace/trace-call.ts';
import { rereadCall } from './read-trace.ts';
import { textLines } from './text-lines.ts';

/** Calls kept in memory. */
const PART_MAX = 50_000;

/**
 * A call and its position in the trace: of calls that start together, the earlier line is first.
 */
type IndexedCall = readonly [call: TraceCall, place: number];

const inOrder = ([a, i]: IndexedCall, [b, j]: IndexedCall): number =>
  a.startsAt - b.startsAt || a.endsAt - b.endsAt || i - j;

/** @param partMax calls kept in memory. */
export async function* sortedCalls(
  calls: AsyncIterable<TraceCall>,
  partMax = PART_MAX,
): AsyncIterable<TraceCall> {
  let folder: string | undefined;
  try {
    const parts: AsyncIterable<IndexedCall>[] = [];
    let part: IndexedCall[] = [];
    let place = 0;
    for await (const call of calls) {
      part.push([call, place++]);
      if (part.length < partMax) continue;
      folder ??= await mkdtemp(join(tmpdir(), 'cost-sentry-'));
      parts.push(await setAside(join(folder, String(parts.length)), part.sort(inOrder)));
      part = [];
    }
    part.sort(inOrder);
    if (parts.length === 0) {
      for (const [call] of part) yield call;
    } else {
      yield* merged([...parts, fromMemory(part)]);
    }
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function* fromMemory(part: readonly IndexedCall[]): AsyncIterable<IndexedCall> {
  yield* part;
}

async function setAside(
  file: string,
  part: readonly IndexedCall[],
): Promise<AsyncIterable<IndexedCall>> {
  await pipeline(function* () {
    for (const [{ line }, place] of part) yield `${place} ${JSON.stringify(withKind(line))}\n`;
  }, createWriteStream(file));
  return readBack(file);
}

/** Omits prompts: they are not needed and can be long. */
const withKind = (line: TraceCall['line']) => ({
  ...line,
  kind: 'audit',
  prompt: undefined,
  completion: undefined,
});

async function* readBack(file: string): AsyncIterable<IndexedCall> {
  for await (const { text = '' } of textLines(file)) {
    const space = text.indexOf(' ');
    yield [rereadCall(text.slice(space + 1)), Number(text.slice(0, space))];
  }
}

async function* merged(parts: readonly AsyncIterable<IndexedCall>[]): AsyncIterable<TraceCall> {
  const readers = parts.map((part) => part[Symbol.asyncIterator]());
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    let first: { readonly at: number; readonly value: IndexedCall } | undefined;
    for (const [at, head] of heads.entries()) {
      if (head.done) continue;
      if (!first || inOrder(head.value, first.value) < 0) first = { at, value: head.value };
    }
    if (!first) return;
    yield first.value[0];
    const next = await readers[first.at]?.next();
    if (next) heads[first.at] = next;
  }
}
