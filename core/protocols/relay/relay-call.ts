/** One call of a model API from its request to its answer: the four steps around a relayed answer. */
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
import { callDeadline, chargedCall } from '../../call/steps/invoke-model.ts';
import { recordOutcome } from '../../call/steps/record-outcome.ts';
import { reserveCall } from '../../call/steps/reserve-budget.ts';
import {
  isReleasedForNewProfile,
  withFirstEvent,
} from '../../call/steps/retry-replaced-profile.ts';
import type { FailedCall, ReservedCall, SucceededCall } from '../../call/steps/state.ts';
import { invariant } from '../../errors.ts';
import { isStreamed } from '../fields/operations.ts';
import { countsInHeaders, countsInJson } from '../metering/read-counts.ts';
import { mergeServedAs, servedAsInHeaders, servedAsInJson } from '../metering/served-tier.ts';
import {
  highest,
  type PriceOf,
  type TokenCounts,
  toReportedUsage,
} from '../metering/token-counts.ts';
import { hasWritten } from '../metering/written-content.ts';
import type { WireCandidate } from '../request-bound/wire-candidate.ts';
import { withAttribution } from './attribution.ts';
import { sameStream } from './dialect.ts';
import { loggedPrompt, WrittenText } from './logged-content.ts';
import type { RelayedAnswer, RelayPorts } from './ports.ts';
import { prepareCall, type RelayRequest } from './prepare-call.ts';
import { relayStream, type StreamEnd } from './relay-stream.ts';
import { errorOf, parsedJson, readWhole } from './service-answer.ts';

/** Sources of the headers of every response. */
interface AboutCall {
  readonly reserved?: ReservedCall<WireCandidate>;
  /** Settled, or the refusal of a limit. Absent while a stream runs. */
  readonly answer?: Answer;
}

type RelayOutcome =
  | ({ readonly kind: 'problem'; readonly problem: ProblemDetails } & AboutCall)
  | ({
      readonly kind: 'relayed';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array | AsyncIterable<Uint8Array>;
      /** Of an answer that is an error of the service. */
      readonly failure?: ConverseFailure;
    } & AboutCall);

/** Left to this process after its deadline, to write the last bytes. */
const RECORDING_MS = 1_000;

interface Reserved extends ReservedCall<WireCandidate> {
  readonly priceOf: PriceOf;
  /** Given where the policy logs prompts. */
  readonly prompt?: unknown;
}

/** @param first the run of the same call that a replaced profile has ended. */
export async function relayCall(
  ports: RelayPorts,
  request: RelayRequest,
  first?: Reserved,
): Promise<RelayOutcome> {
  const prepared = await prepareCall(ports, request);
  if (prepared.status !== 'valid') return refused(ports, prepared);
  const outcome = await reserveCall(ports, prepared, {
    isRepeat: false,
    isSecond: first !== undefined,
    endsBy: request.deadline + RECORDING_MS,
  });
  const approved = first ? withFirstEvent(outcome, first) : outcome;
  if (approved.status !== 'approved') return refused(ports, approved);
  const startedAt = ports.clock.now();
  const { candidate } = approved;
  const reserved: Reserved = {
    ...approved,
    priceOf: prepared.priceOf(candidate.modelId),
    ...(prepared.logPrompts && { prompt: loggedPrompt(candidate.body) }),
  };
  const result = await ports.relay.send(wireRequest(request, reserved, prepared.user));
  if (result.outcome === 'failed') {
    const problem = await fail(ports, reserved, startedAt, result);
    return { kind: 'problem', problem, reserved, answer: problem };
  }
  if (result.status !== 200) {
    const error = await readError(result);
    const { failure } = error;
    const isAgain = !first && (await isReleasedForNewProfile(ports, { ...reserved, failure }));
    return isAgain
      ? relayCall(ports, request, reserved)
      : relayError(ports, reserved, startedAt, error);
  }
  return relayAnswer(ports, request, reserved, startedAt, result);
}

/** The request as it is sent to the service. */
function wireRequest(
  { deadline, answerBy = deadline }: RelayRequest,
  reserved: Reserved,
  user: string | undefined,
) {
  const { operation, modelId } = reserved.candidate;
  const sent = withAttribution(reserved.candidate, reserved.tags, user);
  const latest = isStreamed(operation) ? deadline : Math.min(deadline, answerBy);
  return {
    operation,
    modelId,
    body: JSON.stringify(sent.body),
    headers: sent.headers,
    deadline: callDeadline(reserved, latest),
    answerBy: callDeadline(reserved, answerBy),
  };
}

/** The model's answer, whole or as a stream that settles the call at its end. */
async function relayAnswer(
  ports: RelayPorts,
  { requestId, modelName, dialect }: RelayRequest,
  reserved: Reserved,
  startedAt: number,
  result: RelayedAnswer,
): Promise<RelayOutcome> {
  const { candidate } = reserved;
  const { operation } = candidate;
  const answered = { operation, requestId, modelName, answeredAt: ports.clock.now() };
  if (!isStreamed(operation)) {
    const toAnswer = (bytes: Uint8Array, counts: TokenCounts) =>
      dialect ? dialect.toAnswer(bytes, answered, counts) : bytes;
    return relayWhole(ports, reserved, startedAt, result, toAnswer);
  }
  const inHeaders = servedAsInHeaders(result.headers);
  const settle = async (end: StreamEnd) => {
    const servedAs = mergeServedAs(end.servedAs, inHeaders);
    await settleStream(ports, reserved, startedAt, { ...end, servedAs });
  };
  const writer = dialect?.toStream(answered) ?? sameStream(ports.frames);
  const written = 'prompt' in reserved ? new WrittenText() : undefined;
  const body = relayStream(ports, { body: result.body, candidate, writer, settle, written });
  return { kind: 'relayed', status: 200, headers: result.headers, body, reserved };
}

async function refused(
  ports: RelayPorts,
  call: Parameters<typeof recordOutcome>[1] & { readonly answer: Answer },
): Promise<RelayOutcome> {
  const { answer } = await recordOutcome(ports, call);
  return { kind: 'problem', problem: asProblem(answer), answer };
}

/** A call that was refused, or failed, ends in a problem. */
function asProblem(answer: Answer): ProblemDetails {
  invariant(isProblem(answer), 'a call without a result ends in a problem');
  return answer;
}

interface ServiceError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly failure: ConverseFailure;
}

async function readError({ status, headers, body }: RelayedAnswer): Promise<ServiceError> {
  const { bytes } = await readWhole(body);
  return { status, headers, bytes, failure: { ...errorOf(headers, bytes), httpStatus: status } };
}

/** An error of the service, passed on as it is. */
async function relayError(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { status, headers, bytes, failure }: ServiceError,
): Promise<RelayOutcome> {
  const answer = await fail(ports, reserved, startedAt, { failure });
  return { kind: 'relayed', status, headers, body: bytes, failure, reserved, answer };
}

async function relayWhole(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { status, headers, body }: RelayedAnswer,
  toAnswer: (bytes: Uint8Array, counts: TokenCounts) => Uint8Array | undefined,
): Promise<RelayOutcome> {
  const read = await readWhole(body);
  if (read.failure) {
    const { failure } = read;
    // The status of the answer has come: the model has run.
    const charge = chargeOf(reserved);
    const problem = await fail(ports, reserved, startedAt, { failure, charge });
    return { kind: 'problem', problem, reserved, answer: problem };
  }
  const json = parsedJson(read.bytes);
  const counts = highest([countsInJson(json), countsInHeaders(headers)]);
  const servedAs = mergeServedAs(servedAsInJson(json), servedAsInHeaders(headers));
  const charge = chargeOf(reserved, { counts, servedAs, hasContent: hasWritten(json) });
  const bytes = toAnswer(read.bytes, counts);
  if (!bytes) {
    const failure = { name: 'MalformedAnswer', message: 'the answer lacks its message' };
    const problem = await fail(ports, reserved, startedAt, { failure, charge });
    return { kind: 'problem', problem, reserved, answer: problem };
  }
  const answer = await succeed(ports, reserved, startedAt, charge, loggedPrompt(json));
  return { kind: 'relayed', status, headers, body: bytes, reserved, answer };
}

async function settleStream(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { hasBegun, failure, written, ...seen }: StreamEnd,
): Promise<void> {
  const charge = hasBegun ? chargeOf(reserved, seen) : undefined;
  if (failure) await fail(ports, reserved, startedAt, { failure, charge });
  else await succeed(ports, reserved, startedAt, charge ?? chargeOf(reserved), written);
}

type Seen = Pick<StreamEnd, 'counts' | 'servedAs' | 'hasContent'>;

/** Of a model that has run; counts that are not known are never free. */
function chargeOf(reserved: Reserved, seen?: Seen): Charge {
  const { writesText } = reserved.candidate;
  const reported = seen?.counts && {
    ...toReportedUsage(seen.counts, writesText, reserved.priceOf),
    servedAs: seen.servedAs,
  };
  return chargeOfAnswer(chargedCall(reserved), reported, writesText && seen?.hasContent !== false);
}

async function succeed(
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

interface FailedRelay {
  readonly failure: ConverseFailure;
  /** Absent where no byte of the answer came. */
  readonly charge?: Charge | undefined;
}

async function fail(
  ports: RelayPorts,
  reserved: Reserved,
  startedAt: number,
  { failure, charge }: FailedRelay,
): Promise<ProblemDetails> {
  const upstream = upstreamError(failure);
  const detail = `${upstream.name}: ${upstream.message}`;
  const call: FailedCall = {
    ...reserved,
    status: 'failed',
    latencyMs: ports.clock.now() - startedAt,
    failure: { ...failure, ...upstream },
    charge: charge ?? chargeOfFailure(chargedCall(reserved), failure),
    answer: problemDetails('invocation_failed', reserved.tags, detail, { upstream }),
  };
  return asProblem((await recordOutcome(ports, call)).answer);
}
