/** Ports of relaying a call. */
import type { Digest } from '../../call/idempotency/ports.ts';
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import type { Sleeper } from '../../call/model/ports.ts';
import type { RecordPorts } from '../../call/steps/record-outcome.ts';
import type { ReservePorts } from '../../call/steps/reserve-budget.ts';
import type { EpochMs } from '../../time.ts';
import type { ModelOperation } from '../fields/operations.ts';
import type { StreamFrame } from '../metering/stream-meter.ts';

interface RelayedRequest {
  readonly operation: ModelOperation | 'count-tokens';
  readonly modelId: string;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When the call is given up and its connection closed. */
  readonly deadline: EpochMs;
  /** When it is given up unless its answer has begun. */
  readonly answerBy: EpochMs;
}

export interface RelayedAnswer {
  readonly outcome: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it comes; throws where the connection is lost. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Why a body ended before its end. */
export function brokenOff(error: unknown): ConverseFailure {
  const isNamed = error instanceof Error;
  const message = isNamed ? error.message : 'the answer broke off';
  const name = isNamed && error.name === 'DeadlineExceeded' ? error.name : 'ConnectionLost';
  return { name, message };
}

/** One call, tried once; never throws for what the service or the network does. */
export interface ModelRelay {
  send(
    request: RelayedRequest,
  ): Promise<RelayedAnswer | { readonly outcome: 'failed'; readonly failure: ConverseFailure }>;
}

/** Frames of `application/vnd.amazon.eventstream`. */
export interface StreamFrames {
  /** @throws Error where a frame is damaged, or cut off by the end. */
  read(body: AsyncIterable<Uint8Array>): AsyncIterable<StreamFrame>;
  /** @param name a member of the stream's union, such as `modelStreamErrorException`. */
  exception(name: string, message: string): Uint8Array;
}

export interface RelayPorts extends ReservePorts, RecordPorts {
  readonly relay: ModelRelay;
  readonly frames: StreamFrames;
  readonly sleeper: Sleeper;
  readonly digest: Digest;
}
