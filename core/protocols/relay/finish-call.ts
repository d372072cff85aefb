/** The last step of a relayed call: its charge, its record, and what its caller gets. */
import {
  type Answer,
  isProblem,
  type ProblemDetails,
  problemDetails,
  successBody,
  upstreamError,
} from '../../call/answers/answers.ts';
import { type Charge, chargeOfAnswer, chargeOfFailure } from '../../call/model/charge.ts';
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import { chargedBody, chargedCall } from '../../call/steps/invoke-model.ts';
import { recordOutcome } from '../../call/steps/record-outcome.ts';
import type { FailedCall, ReservedCall, SucceededCall } from '../../call/steps/state.ts';
import { invariant } from '../../errors.ts';
import { type PriceOf, toReportedUsage } from '../metering/token-counts.ts';
import type { WireCandidate } from '../request-bound/wire-candidate.ts';
import type { RelayedAnswer, RelayPorts } from './ports.ts';
import type { StreamEnd } from './relay-stream.ts';
import { errorOf, readWhole } from './service-answer.ts';

/** Sources of the headers of every response. */
interface AboutCall {
  readonly reserved?: ReservedCall<WireCandidate>;
  /** Settled, or the refusal of a limit. Absent while a stream runs. */
  readonly answer?: Answer;
}

/** `isCharged`: other parts of the call have run. */
type RelayedFailure = ConverseFailure & { readonly isCharged: boolean };

export type RelayOutcome =
  | ({ readonly kind: 'problem'; readonly problem: ProblemDetails } & AboutCall)
  | ({
      readonly kind: 'relayed';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array | AsyncIterable<Uint8Array>;
      /** Of an answer that is an error of the service. */
      readonly failure?: RelayedFailure;
    } & AboutCall);

export interface Reserved extends ReservedCall<WireCandidate> {
  readonly priceOf: PriceOf;
  /** Given where the policy logs prompts. */
  readonly prompt?: unknown;
}

/** A call that was refused, or failed, ends in a problem. */
export function asProblem(answer: Answer): ProblemDetails {
  invariant(isProblem(answer), 'a call without a result ends in a problem');
  return answer;
}

export interface ServiceError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly failure: ConverseFailure;
}

export async function readError({ status, headers, body }: RelayedAnswer): Promise<ServiceError> {
  const { bytes } = await readWhole(body);
  return { status, headers, bytes, failure: { ...errorOf(headers, bytes), httpStatus: status } };
}

/** An error of the service, passed on as it is; of a call in parts with what all of them cost. */
export async function relayError(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { status, headers, bytes, failure }: ServiceError,
  charge?: Charge,
): Promise<RelayOutcome> {
  const answer = await fail(ports, reserved, startedAt, { failure, charge });
  const relayed = { ...failure, isCharged: charge?.mayHaveRun === true };
  return { kind: 'relayed', status, headers, body: bytes, failure: relayed, reserved, answer };
}

type Seen = Pick<StreamEnd, 'counts' | 'servedAs' | 'hasContent'>;

/** Of a model that has run; counts that are not known are never free. */
export function chargeOf(reserved: Reserved, seen?: Seen): Charge {
  const { writesText } = reserved.candidate;
  const reported = seen?.counts && {
    ...toReportedUsage(seen.counts, writesText, reserved.priceOf),
    servedAs: seen.servedAs,
  };
  return chargeOfAnswer(chargedCall(reserved), reported, writesText && seen?.hasContent !== false);
}

export async function succeed(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  charge: Charge,
  completion: unknown,
): Promise<Answer> {
  const { tags, candidate, fallbackFrom } = reserved;
  const parts = { tags, candidate, fallbackFrom, charge, content: [], stopReason: '' };
  const call: SucceededCall = {
    ...reserved,
    status: 'succeeded',
    latencyMs: ports.clock.now() - startedAt,
    charge,
    ...('prompt' in reserved && { completion }),
    answer: successBody(parts),
  };
  return (await recordOutcome(ports, call)).answer;
}

export interface FailedRelay {
  readonly failure: ConverseFailure;
  /** Absent where no byte of the answer came. */
  readonly charge?: Charge | undefined;
}

export async function fail(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { failure, charge: known }: FailedRelay,
): Promise<ProblemDetails> {
  const upstream = upstreamError(failure);
  const charge = known ?? chargeOfFailure(chargedCall(reserved), failure);
  const charged = chargedBody(charge);
  const detail = `${upstream.name}: ${upstream.message}`;
  const call: FailedCall = {
    ...reserved,
    status: 'failed',
    latencyMs: ports.clock.now() - startedAt,
    failure: { ...failure, ...upstream },
    charge,
    answer: problemDetails('invocation_failed', reserved.tags, detail, { upstream, charged }),
  };
  return asProblem((await recordOutcome(ports, call)).answer);
}
