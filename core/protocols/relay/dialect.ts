/** Another API in front of the Bedrock runtime: its requests and answers in both directions. */
import type { InputProblem } from '../../input-problem.ts';
import type { Model } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import type { ModelOperation } from '../fields/operations.ts';
import type { StreamFrame } from '../metering/stream-meter.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { WireRequest } from '../request-bound/wire-candidate.ts';
import type { StreamFrames } from './ports.ts';

/** The request for one model, or why that model cannot be asked for it. */
export type DialectRequest =
  | {
      readonly wire: WireRequest;
      /** Further requests, where the model takes one input and the caller has several. */
      readonly more?: readonly WireRequest[];
      /** Paths in the caller's body by paths in the sent one; others are the same. */
      readonly paths?: Readonly<Record<string, string>>;
      /** Members without a place in what is sent, which the answer names. */
      readonly ignored?: readonly string[];
      /** Betas without such a place. */
      readonly droppedBetas?: readonly string[];
    }
  | { readonly problems: readonly InputProblem[] };

/** A call whose answer is translated. */
export interface AnsweredCall {
  readonly operation: ModelOperation;
  readonly requestId: string;
  readonly answeredAt: EpochMs;
  /** As the caller named it. */
  readonly modelName: string;
}

export interface Dialect {
  /** @param allowed `proxy.allow_fields`. */
  toWire(model: Model, allowed: ReadonlySet<string>): DialectRequest;
  /** The whole answer; undefined where the model's own is not in its format. */
  toAnswer(bytes: Uint8Array, call: AnsweredCall, counts: TokenCounts): Uint8Array | undefined;
  /** The answers of several requests as one, in their order. */
  join?(answers: readonly Uint8Array[]): Uint8Array;
  toStream(call: AnsweredCall): StreamWriter;
}

/** An exception of the model's stream, with its bytes, or an end that came too early. */
interface StreamFailure extends Pick<StreamFrame, 'name' | 'message'> {
  readonly bytes?: Uint8Array;
}

/** Writes a model's stream in the format of its caller. */
export interface StreamWriter {
  /** Undefined where the format has nothing for an event. */
  event(frame: StreamFrame): Uint8Array | undefined;
  /** After the last event of a stream that is complete. */
  end(): Uint8Array | undefined;
  /** The last event of a stream that failed. */
  failure(failure: StreamFailure): Uint8Array;
}

/** Events of the Bedrock runtime, byte for byte as they came. */
export const sameStream = (frames: Pick<StreamFrames, 'exception'>): StreamWriter => ({
  event: ({ bytes }) => bytes,
  end: () => undefined,
  failure: ({ name, message, bytes }) => bytes ?? frames.exception(name, message),
});
