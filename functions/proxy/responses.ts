/** Responses of the proxy in the format of the API that a client speaks. */
import { type ProblemDetails, problemDetails } from '../../core/call/answers/answers.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import type { JsonObject } from '../../core/json-value.ts';
import type { ProblemCode } from '../../core/problem-http-status.ts';
import { anthropicErrors } from '../../core/protocols/anthropic/error.ts';
import { answerHeaders, unifiedLimitHeaders } from '../../core/protocols/http/answer-headers.ts';
import type { ApiName, ApiRoute } from '../../core/protocols/http/api-route.ts';
import { bedrockErrors } from '../../core/protocols/http/bedrock-error.ts';
import { readJsonBody, strictJsonBody } from '../../core/protocols/http/json-body.ts';
import { EVENT_STREAM_HEADERS } from '../../core/protocols/http/sse.ts';
import type { ErrorFormat, ServiceFailure } from '../../core/protocols/http/wire-error.ts';
import { openAiErrors } from '../../core/protocols/openai/error.ts';
import type { RelayPorts } from '../../core/protocols/relay/ports.ts';
import type { RelayedRequest, RelayRequest } from '../../core/protocols/relay/prepare-call.ts';
import { relayCall } from '../../core/protocols/relay/relay-call.ts';
import { quoted } from '../../core/safe-text.ts';
import { type EpochMs, isoTimestamp } from '../../core/time.ts';
import { yieldAfterLarge } from '../edge/yield-event-loop.ts';
import type { Sender } from './credentials.ts';
import { headerNames, sessionOf } from './request-names.ts';
import { toBody, toStream } from './response-stream.ts';

export interface Arrived {
  readonly requestId: string;
  readonly receivedAt: EpochMs;
  readonly deadline: EpochMs;
  readonly answerBy?: EpochMs;
  readonly request: Request;
  readonly api: ApiName;
}

interface Format {
  readonly errors: ErrorFormat;
  /** The header in which clients look for the id of a request. */
  readonly idHeader: string;
  /** Status of a wrong key, where it is always the same. */
  readonly unauthenticated?: 401;
  /** Sent while a stream is silent. */
  readonly ping?: Uint8Array;
}

const encoder = new TextEncoder();
const FORMATS: Readonly<Record<ApiName, Format>> = {
  bedrock: { errors: bedrockErrors, idHeader: 'x-amzn-requestid' },
  anthropic: {
    errors: anthropicErrors,
    idHeader: 'request-id',
    unauthenticated: 401,
    ping: encoder.encode('event: ping\ndata: {"type": "ping"}\n\n'),
  },
  openai: {
    errors: openAiErrors,
    idHeader: 'x-request-id',
    unauthenticated: 401,
    // A comment, which is no event.
    ping: encoder.encode(': ping\n\n'),
  },
};

export const errorsOf = ({ api }: Arrived): Format => FORMATS[api];

/** The facts of a request that every route needs. */
export function askedBy(
  { request, api: _, ...times }: Arrived,
  route: ApiRoute,
  sender: Sender,
): Omit<RelayedRequest, 'modelName' | 'body' | 'headers'> {
  const { application, environment } = route;
  return {
    ...times,
    ...sender,
    ...sessionOf(request.headers),
    path: {
      ...(application !== undefined && { application }),
      ...(environment !== undefined && { environment }),
    },
    header: headerNames(request.headers),
  };
}

/** A request of another API than Bedrock's, before its model is known. */
export type ApiRequest = ReturnType<typeof askedBy> & { readonly body: JsonObject };

export async function bodyOf({
  request,
}: Arrived): Promise<{ readonly body: JsonObject } | { readonly problem: InputProblem }> {
  const encoding = request.headers.get('content-encoding')?.trim() ?? '';
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    const message = `send the body without Content-Encoding, not as ${quoted(encoding)}`;
    return { problem: { path: '$', message } };
  }
  const read = readJsonBody(new Uint8Array(await request.arrayBuffer()));
  if ('problem' in read) return read;
  await yieldAfterLarge(read.text);
  const strict = strictJsonBody(read);
  await yieldAfterLarge(read.text);
  return strict;
}

/** Runs a call and answers it, as the model streams or at once. */
export async function relay(
  ports: RelayPorts,
  arrived: Arrived,
  call: RelayRequest,
): Promise<Response> {
  const outcome = await relayCall(ports, call);
  const now = ports.clock.now();
  const { requestId } = arrived;
  const { errors, idHeader, ping } = errorsOf(arrived);
  const about = {
    ...answerHeaders({ requestId, ...outcome, recent: ports.recent }, now),
    ...(arrived.api === 'anthropic' && outcome.kind === 'relayed' && outcome.status === 200
      ? unifiedLimitHeaders({ ...outcome, recent: ports.recent })
      : {}),
    [idHeader]: requestId,
  };
  if (outcome.kind === 'problem') {
    const { status, headers, body } = errors.problem(outcome.problem, now);
    return new Response(body, { status, headers: { ...about, ...headers } });
  }
  const { status, headers, body, failure } = outcome;
  if (failure && errors.service) {
    return serviceResponse(arrived, { ...failure, httpStatus: status, headers }, about);
  }
  const isWhole = body instanceof Uint8Array;
  const own = isWhole ? JSON_HEADERS : EVENT_STREAM_HEADERS;
  return new Response(isWhole ? toBody(body) : toStream(body, ping), {
    status,
    headers: { ...about, ...(call.dialect ? own : passedOn(headers)) },
  });
}

/** An error of the service in the words of the service, in the shape of the client's API. */
export function serviceResponse(
  arrived: Arrived,
  failure: ServiceFailure,
  about: Readonly<Record<string, string>> = ownHeaders(arrived),
): Response {
  const { errors } = errorsOf(arrived);
  const error = errors.service?.(failure, arrived.requestId);
  const { status, headers, body } = error ?? {
    status: failure.httpStatus,
    headers: {},
    body: failure.message,
  };
  return new Response(body, { status, headers: { ...about, ...headers } });
}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Headers that describe the body, and headers of the service about the call. */
const PASSED_ON = /^(?:content-type$|x-amzn-)/;
export const passedOn = (
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => PASSED_ON.test(name)));

export const ownHeaders = (arrived: Arrived): Readonly<Record<string, string>> => ({
  'x-sentry-request-id': arrived.requestId,
  [errorsOf(arrived).idHeader]: arrived.requestId,
});

export const json = (arrived: Arrived, status: number, body: JsonObject): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...ownHeaders(arrived), ...JSON_HEADERS },
  });

export const invalid = (arrived: Arrived, { path, message }: InputProblem): Response =>
  refuse(arrived, 'invalid_request', `${path}: ${message}`);

export function refuse(
  arrived: Arrived,
  code: ProblemCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
  status?: number,
): Response {
  const { requestId, receivedAt } = arrived;
  const tags = { requestId, timestamp: isoTimestamp(receivedAt) };
  return problemResponse(arrived, problemDetails(code, tags, detail), headers, status);
}

export function problemResponse(
  arrived: Arrived,
  problem: ProblemDetails,
  more: Readonly<Record<string, string>> = {},
  statusInstead?: number,
): Response {
  const error = errorsOf(arrived).errors.problem(problem, arrived.receivedAt);
  return new Response(error.body, {
    status: statusInstead ?? error.status,
    headers: { ...ownHeaders(arrived), ...error.headers, ...more },
  });
}
