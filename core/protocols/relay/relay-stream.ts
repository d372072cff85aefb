/** Relays a stream event by event, and settles its call before the last event is written. */
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import type { ServedAs } from '../../pricing/price.ts';
import { eventJson, type StreamFrame, StreamMeter } from '../metering/stream-meter.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { WireCandidate } from '../request-bound/wire-candidate.ts';
import type { StreamWriter } from './dialect.ts';
import type { WrittenText } from './logged-content.ts';
import { brokenOff, type RelayPorts } from './ports.ts';

/** Result of a stream. */
export interface StreamEnd {
  /** The model had written something before the end. */
  readonly hasBegun: boolean;
  /** Without any, a count of no output is right. */
  readonly hasContent: boolean;
  /** Usage to charge; absent if unknown. */
  readonly counts?: TokenCounts;
  /** The tier and latency that the stream names. */
  readonly servedAs: ServedAs;
  /** Absent where the model has finished. */
  readonly failure?: ConverseFailure;
  /** Given where the policy logs it. */
  readonly written?: string;
}

interface RelayedStream {
  readonly body: AsyncIterable<Uint8Array>;
  readonly candidate: WireCandidate;
  readonly writer: StreamWriter;
  /** Called once, whatever happens. */
  readonly settle: (end: StreamEnd) => Promise<void>;
  /** Takes what the model writes, for the log. */
  readonly written?: WrittenText | undefined;
}

/** The connection ends right after the last event; waiting longer has no use. */
const END_MS = 2_000;

export async function* relayStream(
  { frames, sleeper }: Pick<RelayPorts, 'frames' | 'sleeper'>,
  { body, candidate, writer, settle, written: log }: RelayedStream,
): AsyncGenerator<Uint8Array> {
  const meter = new StreamMeter();
  const source = frames.read(body)[Symbol.asyncIterator]();
  /** Kept back until it is known whether it is the last. */
  let held: StreamFrame | undefined;
  let broken: ConverseFailure | undefined;
  let isSettled = false;
  const settleOnce = async () => {
    if (isSettled) return;
    isSettled = true;
    const end = endOf(meter, candidate, broken, held);
    await settle(log ? { ...end, written: log.text } : end);
  };
  const next = async (): Promise<StreamFrame | undefined> => {
    try {
      const result = source.next();
      const isLast = held !== undefined && (meter.hasUsage || held.kind !== 'event');
      const waited = isLast
        ? await Promise.race([result, sleeper.sleep(END_MS).then(() => undefined)])
        : await result;
      if (!waited) void source.return?.();
      return waited && !waited.done ? waited.value : undefined;
    } catch (error) {
      broken = brokenOff(error);
      return undefined;
    }
  };
  try {
    for (let frame = await next(); frame; frame = await next()) {
      const before = held;
      // Counted before anything is written: that is when a reader can disconnect.
      meter.add(frame);
      log?.add(eventJson(frame));
      const mayBeLast = meter.hasUsage || meter.hasStopped || frame.kind !== 'event';
      held = mayBeLast ? frame : undefined;
      if (before) yield* written(writer.event(before));
      if (!mayBeLast) yield* written(writer.event(frame));
    }
    await settleOnce();
    yield* lastBytes(writer, held, meter.hasUsage || (meter.hasStopped && !broken));
  } finally {
    // The reader has disconnected: the model continues, and its usage is still settled.
    if (!isSettled) {
      for (let frame = await next(); frame; frame = await next()) {
        held = frame;
        meter.add(frame);
        log?.add(eventJson(frame));
      }
      await settleOnce();
    }
  }
}

const written = (bytes: Uint8Array | undefined): readonly Uint8Array[] =>
  bytes === undefined || bytes.length === 0 ? [] : [bytes];

/** A stream that failed ends with an error of its format, never cleanly. */
function* lastBytes(
  writer: StreamWriter,
  held: StreamFrame | undefined,
  isComplete: boolean,
): Generator<Uint8Array> {
  const last = held?.kind === 'event' ? written(writer.event(held)) : [];
  yield* last;
  if (held && held.kind !== 'event') yield writer.failure(held);
  else if (isComplete) yield* written(writer.end());
  else yield writer.failure({ name: 'modelStreamErrorException', message: BROKEN_OFF });
}

const BROKEN_OFF = 'The model stream ended before it was complete.';

function endOf(
  meter: StreamMeter,
  candidate: WireCandidate,
  broken: ConverseFailure | undefined,
  last: StreamFrame | undefined,
): StreamEnd {
  const { counts, events, servedAs, hasContent } = meter;
  const seen = { servedAs, hasContent };
  if (meter.hasUsage || (meter.hasStopped && !broken)) return { ...seen, hasBegun: true, counts };
  const thrown = last && last.kind !== 'event' ? failureOf(last) : undefined;
  const failure = thrown ?? broken ?? { name: 'UsageUnknown', message: BROKEN_OFF };
  if (events === 0) return { ...seen, hasBegun: false, failure };
  const isHidden = candidate.hidesReasoning || meter.hidesReasoning;
  if (!thrown || isHidden) return { ...seen, hasBegun: true, failure };
  return { ...seen, hasBegun: true, failure, counts: countsSoFar(meter, candidate) };
}

const failureOf = ({ name, message }: StreamFrame): ConverseFailure => ({
  name: name.charAt(0).toUpperCase() + name.slice(1),
  message,
});

/**
 * Usage before an exception: the reserved input, unless it was reported, and a bound of the output.
 */
function countsSoFar({ counts, writtenBytes }: StreamMeter, candidate: WireCandidate): TokenCounts {
  const { worstCase, writtenCacheTtl, price } = candidate;
  const output = Math.min(Math.max(writtenBytes, counts.output || 0), worstCase.output_tokens);
  if (counts.input !== undefined) {
    const { total: _, ...known } = counts;
    return { ...known, output };
  }
  const all = worstCase.input_tokens;
  if (writtenCacheTtl === '1h') return { input: 0, output, cacheWrite: all, cacheWrite5m: 0 };
  return writtenCacheTtl === '5m' && price.price.cacheWrite > price.price.input
    ? { input: 0, output, cacheWrite: all, cacheWrite5m: all }
    : { input: all, output };
}
