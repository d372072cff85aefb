/** The proxy as a fetch handler: a request in, a response with a stream out. */
import { problemDetails } from '../../core/call/answers/answers.ts';
import { startedCall } from '../../core/call/steps/begin-call.ts';
import { SentryError } from '../../core/errors.ts';
import type { Ids } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json-value.ts';
import type { ProblemCode } from '../../core/problem-codes.ts';
import { answerHeaders } from '../../core/protocols/http/answer-headers.ts';
import { bedrockError } from '../../core/protocols/http/bedrock-error.ts';
import { type BedrockRoute, bedrockRoute } from '../../core/protocols/http/bedrock-route.ts';
import { parseJsonBody } from '../../core/protocols/http/json-body.ts';
import type { RelayPorts } from '../../core/protocols/relay/ports.ts';
import { relayCall } from '../../core/protocols/relay/relay-call.ts';
import { printable } from '../../core/safe-text.ts';
import { type EpochMs, isoTimestamp } from '../../core/time.ts';
import type { Authentication, Sender } from './credentials.ts';
import { type Lookups, profileAnswer, tokenCountAnswer } from './lookups.ts';

interface ProxyPorts extends RelayPorts, Lookups {
  readonly ids: Ids;
  readonly authenticate: (headers: Headers) => Promise<Authentication>;
}

/** @param deadline when this process is ended from outside. */
type Proxy = (request: Request, deadline: EpochMs) => Promise<Response>;

interface Arrived {
  readonly requestId: string;
  readonly receivedAt: EpochMs;
  readonly deadline: EpochMs;
  readonly request: Request;
}

export function createProxy(ports: ProxyPorts): Proxy {
  return async (request, deadline) => {
    const receivedAt = ports.clock.now();
    const arrived = { requestId: ports.ids.uuid(), receivedAt, deadline, request };
    try {
      return await serve(ports, arrived);
    } catch (error) {
      ports.warn('a request could not be completed', error);
      return error instanceof SentryError
        ? refuse(arrived, error.code, `${printable(error.message)}.`)
        : refuse(arrived, 'workflow_unavailable', 'The request could not be completed.');
    }
  };
}

async function serve(ports: ProxyPorts, arrived: Arrived): Promise<Response> {
  const { request } = arrived;
  const { pathname } = new URL(request.url);
  const found = bedrockRoute(request.method, pathname);
  if (found.outcome === 'not_found') return refuse(arrived, 'not_found', found.detail);
  if (found.outcome === 'wrong_method') {
    return refuse(arrived, 'method_not_allowed', found.detail, { allow: found.allow });
  }
  const known = await ports.authenticate(request.headers);
  if (known.outcome === 'unavailable') {
    return refuse(arrived, 'ledger_unavailable', `${printable(known.error.message)}.`);
  }
  if (known.outcome === 'refused')
    return refuse(arrived, 'unauthenticated', known.detail, {}, known.status);
  return answerRoute(ports, arrived, found.route, known.sender);
}

async function answerRoute(
  ports: ProxyPorts,
  arrived: Arrived,
  route: BedrockRoute,
  sender: Sender,
): Promise<Response> {
  const { request, ...times } = arrived;
  const named = { ...times, ...sender, path: route, header: headerNames(request.headers) };
  if (route.kind === 'profiles' || route.kind === 'profile') {
    const policy = await ports.policies.load();
    const answer = profileAnswer(ports, policy, route, named);
    return 'problem' in answer
      ? refuse(arrived, 'unknown_model', answer.problem)
      : json(arrived, 200, answer.body);
  }
  const parsed = parseJsonBody(new Uint8Array(await request.arrayBuffer()));
  if ('problems' in parsed) {
    const [{ path, message }] = parsed.problems;
    return refuse(arrived, 'invalid_request', `${path}: ${message}`);
  }
  const { modelName } = route;
  const call = { ...named, modelName, body: parsed.body, headers: bedrockHeaders(request.headers) };
  if (route.kind === 'countTokens') {
    const counted = await tokenCountAnswer(ports, startedCall(call), call);
    if ('problem' in counted) return problemResponse(arrived, counted.problem);
    const { status, headers, body } = counted;
    const passed = { ...own(arrived), ...passedOn(headers) };
    return new Response(toStream(body), { status, headers: passed });
  }
  return relay(ports, arrived, { ...call, operation: route.operation });
}

async function relay(
  ports: ProxyPorts,
  arrived: Arrived,
  call: Parameters<typeof relayCall>[1],
): Promise<Response> {
  const outcome = await relayCall(ports, call);
  const now = ports.clock.now();
  const about = answerHeaders({ requestId: arrived.requestId, ...outcome }, now);
  if (outcome.kind === 'problem') {
    const { status, headers, body } = bedrockError(outcome.problem, now);
    return new Response(body, { status, headers: { ...about, ...headers } });
  }
  const { status, headers, body } = outcome;
  return new Response(body instanceof Uint8Array ? toBody(body) : toStream(body), {
    status,
    headers: { ...about, ...passedOn(headers) },
  });
}

/** A copy, as a body must own its memory. */
const toBody = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** Asks for one event at a time, so that a slow reader slows the model's stream down. */
function toStream(events: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** Headers that describe the body, and headers of the service about the call. */
const PASSED_ON = /^(?:content-type$|x-amzn-)/;
const passedOn = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => PASSED_ON.test(name)));

const BEDROCK_HEADER = /^x-amzn-bedrock-/;
const bedrockHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries([...headers].filter(([name]) => BEDROCK_HEADER.test(name)));

function headerNames(headers: Headers) {
  const name = (kind: string): string | undefined => headers.get(`x-sentry-${kind}`) ?? undefined;
  return {
    costCenter: name('cost-center'),
    application: name('application'),
    environment: name('environment'),
  };
}

const own = ({ requestId }: Arrived): Readonly<Record<string, string>> => ({
  'x-sentry-request-id': requestId,
  'x-amzn-requestid': requestId,
});

const json = (arrived: Arrived, status: number, body: JsonObject): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...own(arrived), 'content-type': 'application/json' },
  });

function refuse(
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

function problemResponse(
  arrived: Arrived,
  problem: Parameters<typeof bedrockError>[0],
  more: Readonly<Record<string, string>> = {},
  statusInstead?: number,
): Response {
  const { status, headers, body } = bedrockError(problem, arrived.receivedAt);
  return new Response(body, {
    status: statusInstead ?? status,
    headers: { ...own(arrived), ...headers, ...more },
  });
}
