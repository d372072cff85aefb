/** One call of a model API from its request to its answer: the four steps around a relayed answer. */
import type { Answer } from '../../call/answers/answers.ts';
import type { Charge } from '../../call/model/charge.ts';
import { callDeadline } from '../../call/steps/invoke-model.ts';
import { recordOutcome } from '../../call/steps/record-outcome.ts';
import { reserveCall } from '../../call/steps/reserve-budget.ts';
import {
  isReleasedForNewProfile,
  withFirstEvent,
} from '../../call/steps/retry-replaced-profile.ts';
import { isStreamed } from '../fields/operations.ts';
import { mergeServedAs, servedAsInHeaders } from '../metering/served-tier.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { WirePart } from '../request-bound/wire-candidate.ts';
import { withAttribution } from './attribution.ts';
import { sameStream } from './dialect.ts';
import {
  asProblem,
  chargeOf,
  type FailedRelay,
  fail,
  type RelayOutcome,
  type Reserved,
  readError,
  relayError,
  type ServiceError,
  succeed,
} from './finish-call.ts';
import { loggedPrompt, WrittenText } from './logged-content.ts';
import type { RelayedAnswer, RelayPorts } from './ports.ts';
import { prepareCall, type RelayRequest } from './prepare-call.ts';
import { relayParts } from './relay-parts.ts';
import { relayStream, type StreamEnd } from './relay-stream.ts';
import { readAnswer } from './whole-answer.ts';

/** Left to this process after its deadline, to write the last bytes. */
const RECORDING_MS = 1_000;

/** A call that is reserved. */
interface RelayedCall {
  readonly ports: RelayPorts;
  readonly request: RelayRequest;
  readonly reserved: Reserved;
  readonly startedAt: number;
  readonly user: string | undefined;
  /** A replaced profile has ended its first run. */
  readonly isSecond: boolean;
}

/** @param first the run of the same call that a replaced profile has ended. */
export async function relayCall(
  ports: RelayPorts,
  request: RelayRequest,
  first?: Reserved,
): Promise<RelayOutcome> {
  const prepared = await prepareCall(ports, request);
  if (prepared.status !== 'valid') return refused(ports, prepared);
  const isSecond = first !== undefined;
  const outcome = await reserveCall(ports, prepared, {
    isRepeat: false,
    isSecond,
    endsBy: request.deadline + RECORDING_MS,
  });
  const approved = first ? withFirstEvent(outcome, first) : outcome;
  if (approved.status !== 'approved') return refused(ports, approved);
  const { user, logPrompts, priceOf } = prepared;
  const { candidate } = approved;
  const { body, parts } = candidate;
  const reserved: Reserved = {
    ...approved,
    priceOf: priceOf(candidate.modelId),
    ...(logPrompts && { prompt: loggedPrompt(parts?.map((part) => part.body) ?? body) }),
  };
  const startedAt = ports.clock.now();
  const call = { ports, request, reserved, startedAt, user, isSecond };
  if (parts) return inParts(call, parts);
  const result = await send(call, candidate);
  if (result.outcome === 'failed') return failed(call, result);
  if (result.status !== 200) return refusedByService(call, await readError(result));
  return isStreamed(candidate.operation) ? streamed(call, result) : whole(call, result);
}

async function refused(
  ports: RelayPorts,
  call: Parameters<typeof recordOutcome>[1] & { readonly answer: Answer },
): Promise<RelayOutcome> {
  const { answer } = await recordOutcome(ports, call);
  return { kind: 'problem', problem: asProblem(answer), answer };
}

/** Sends a request to the service, with the names of the call. */
function send({ ports, request, reserved, user }: RelayedCall, part: WirePart) {
  const { operation, modelId } = reserved.candidate;
  const { deadline, answerBy = deadline } = request;
  const sent = withAttribution(part, reserved.tags, user);
  const until = isStreamed(operation) ? deadline : Math.min(deadline, answerBy);
  return ports.relay.send({
    operation,
    modelId,
    body: JSON.stringify(sent.body),
    headers: sent.headers,
    deadline: callDeadline(reserved, until),
    answerBy: callDeadline(reserved, answerBy),
  });
}

async function failed(call: RelayedCall, failure: FailedRelay): Promise<RelayOutcome> {
  const { ports, reserved, startedAt } = call;
  const problem = await fail(ports, reserved, startedAt, failure);
  return { kind: 'problem', problem, reserved, answer: problem };
}

/** @param charge of a call in parts, of which some may have run. */
async function refusedByService(
  { ports, request, reserved, startedAt, isSecond }: RelayedCall,
  error: ServiceError,
  charge?: Charge,
): Promise<RelayOutcome> {
  const { failure } = error;
  const mayRunAgain = !isSecond && charge?.mayHaveRun !== true;
  if (mayRunAgain && (await isReleasedForNewProfile(ports, { ...reserved, failure }))) {
    return relayCall(ports, request, reserved);
  }
  return relayError(ports, reserved, startedAt, error, charge);
}

const answered = ({ ports, request, reserved }: RelayedCall) => ({
  operation: reserved.candidate.operation,
  requestId: request.requestId,
  modelName: request.modelName,
  answeredAt: ports.clock.now(),
});

function toAnswer(call: RelayedCall) {
  const { dialect } = call.request;
  return (bytes: Uint8Array, counts: TokenCounts) =>
    dialect ? dialect.toAnswer(bytes, answered(call), counts) : bytes;
}

async function inParts(call: RelayedCall, parts: readonly WirePart[]): Promise<RelayOutcome> {
  const { ports, request, reserved, startedAt } = call;
  const result = await relayParts(reserved, parts, (part) => send(call, part), toAnswer(call));
  const { charge } = result;
  if ('failure' in result) {
    return result.error ? refusedByService(call, result.error, charge) : failed(call, result);
  }
  const { answers, json } = result;
  const answer = await succeed(ports, reserved, startedAt, charge, loggedPrompt(json));
  const body = request.dialect?.join?.(answers) ?? Buffer.concat(answers);
  return { kind: 'relayed', status: 200, headers: {}, body, reserved, answer };
}

async function whole(call: RelayedCall, result: RelayedAnswer): Promise<RelayOutcome> {
  const { ports, reserved, startedAt } = call;
  const read = await readAnswer(reserved, result, toAnswer(call));
  if ('failure' in read) return failed(call, read);
  const answer = await succeed(ports, reserved, startedAt, read.charge, loggedPrompt(read.json));
  const { status, headers } = result;
  return { kind: 'relayed', status, headers, body: read.bytes, reserved, answer };
}

function streamed(call: RelayedCall, { headers, body: source }: RelayedAnswer): RelayOutcome {
  const { ports, request, reserved } = call;
  const { candidate } = reserved;
  const inHeaders = servedAsInHeaders(headers);
  const settle = (end: StreamEnd) =>
    settleStream(call, { ...end, servedAs: mergeServedAs(end.servedAs, inHeaders) });
  const writer = request.dialect?.toStream(answered(call)) ?? sameStream(ports.frames);
  const written = 'prompt' in reserved ? new WrittenText() : undefined;
  const body = relayStream(ports, { body: source, candidate, writer, settle, written });
  return { kind: 'relayed', status: 200, headers, body, reserved };
}

async function settleStream(
  { ports, reserved, startedAt }: RelayedCall,
  { hasBegun, failure, written, ...seen }: StreamEnd,
): Promise<void> {
  const charge = hasBegun ? chargeOf(reserved, seen) : undefined;
  if (failure) await fail(ports, reserved, startedAt, { failure, charge });
  else await succeed(ports, reserved, startedAt, charge ?? chargeOf(reserved), written);
}
