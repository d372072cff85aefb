/**
 * HTTP entry point of the sandbox: does what API Gateway does before and after the gateway
 * function.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/time.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type JsonAnswer,
  readBody,
  sendJson,
} from '../base/loopback-server.ts';
import { LAMBDA_PAYLOAD_BYTES_MAX, type LambdaHost } from '../engines/lambda/host.ts';
import {
  type GatewayRequest,
  isApiPath,
  sendGatewayAnswer,
  toGatewayEvent,
  toGatewayRequest,
} from './api-gateway-event.ts';
import type { Authorization } from './authorizer.ts';
import { hostRefusal, sandboxRouteRefusal } from './browser-guard.ts';
import type { ConcurrencyGate } from './concurrency-gate.ts';
import { type ConsolePage, sendPage } from './console-page.ts';
import { type Cors, corsHeaders, preflightHeaders } from './cors.ts';
import { isForProxy, passToProxy } from './function-url.ts';
import { type GatewayProblem, problemAnswer, sendProblem } from './problem.ts';
import { alsoHttp2 } from './protocols.ts';

interface GatewayParts {
  readonly gateway: Pick<LambdaHost, 'invoke'>;
  /** Serves operators: it checks their tokens itself. */
  readonly operate: Pick<LambdaHost, 'invoke'>;
  readonly proxy: Pick<LambdaHost, 'invokeStreamed'>;
  readonly clock: Clock;
  readonly noticesDisconnect?: () => boolean;
  /** For requests that can call a model; absent: no limit. */
  readonly admission?: Pick<ConcurrencyGate, 'run'>;
  /** Absent: no authentication. */
  readonly authorize?: (request: GatewayRequest) => Promise<Authorization>;
  /** Of the route that only signed requests pass, whatever else is authenticated. */
  readonly authorizeSigned: (request: GatewayRequest) => Promise<Authorization>;
  /** Absent: pages of other origins cannot read answers. */
  readonly cors?: Cors | undefined;
  /** Absent: no page; requests for it go to the gateway. */
  readonly page?: ConsolePage;
  /** Handles everything below `/_sandbox/` except the page. */
  readonly sandboxRoutes: (request: GatewayRequest) => Promise<JsonAnswer>;
  /** Receives internal errors. */
  readonly report: (line: string) => void;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html, 2026-11 */
const BODY_BYTES_MAX = 10 * 1024 * 1024;
const HEADER_BYTES_MAX = 10_240;
const INTEGRATION_MS_MAX = 30_000;
const REQUEST_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 60_000;
const LINGER_MS = 2_000;
const TOO_LARGE =
  'A request can have 10 MB in all, and 6 MB (6,291,456 bytes) in the event of the function.';

export function createApiGateway(parts: GatewayParts): Server {
  const serve = (request: HttpRequest, response: HttpResponse) => {
    answer(parts, request, response).catch((error: unknown) => {
      parts.report(`${request.method} ${request.url}: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendJson(response, INTERNAL_ERROR);
    });
  };
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_MS_MAX };
  const server = createServer({ ...limits, keepAliveTimeout: KEEP_ALIVE_MS }, serve);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Rejected before the client sends the body.
    if (Number(request.headers['content-length']) > BODY_BYTES_MAX) {
      refuseTooLarge(response);
    } else {
      response.writeContinue();
      serve(request, response);
    }
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close');
    sendProblem(response, problem('expectation_failed', 'Only 100-continue is supported.'));
  });
  server.on('clientError', refuseRaw);
  alsoHttp2(server, serve);
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    sendRaw(socket, problem('method_not_allowed', 'This is no proxy.'));
  });
  return server;
}

async function answer(
  parts: GatewayParts,
  incoming: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const misdirected = hostRefusal(incoming);
  if (misdirected) {
    response.setHeader('connection', 'close');
    sendProblem(response, problem(misdirected.code, misdirected.detail));
    return;
  }
  const body = await readBody(incoming, BODY_BYTES_MAX);
  if ('bytes' in body)
    return answerRequest(parts, toGatewayRequest(incoming, body.bytes), response);
  if ('aborted' in body) response.destroy();
  else refuseTooLarge(response);
}

async function answerRequest(
  parts: GatewayParts,
  request: GatewayRequest,
  response: HttpResponse,
): Promise<void> {
  const page = parts.page?.(request);
  if (page) {
    sendPage(response, page);
    return;
  }
  if (SANDBOX_PATH.test(request.url)) {
    const refused = sandboxRouteRefusal(request, request.body.length > 0);
    if (refused) {
      sendProblem(response, problem(refused.code, refused.detail));
      return;
    }
    sendJson(response, await parts.sandboxRoutes(request));
    return;
  }
  if (isForProxy(request)) {
    await passToProxy(parts, request, response);
    return;
  }
  const preflight = preflightHeaders(parts.cors, request);
  if (preflight) {
    response.writeHead(204, preflight);
    response.end();
    return;
  }
  for (const [name, value] of Object.entries(corsHeaders(parts.cors, request))) {
    response.setHeader(name, value);
  }
  if (OPERATOR_PATH.test(request.url)) {
    await passOn(parts, parts.operate, request, {}, response);
    return;
  }
  const authorization = await authorizationOf(parts, request);
  if ('refused' in authorization) {
    sendProblem(response, problem('unauthenticated', authorization.refused));
    return;
  }
  const pass = () => passOn(parts, parts.gateway, request, authorization, response);
  // Read-only requests do not wait behind calls.
  await (request.method === 'POST' && parts.admission ? parts.admission.run(pass) : pass());
}

async function passOn(
  parts: GatewayParts,
  target: GatewayParts['gateway'],
  request: GatewayRequest,
  authorization: Authorization | Record<never, never>,
  response: HttpResponse,
): Promise<void> {
  const requestId = randomUUID();
  const event = toGatewayEvent(request, { requestId, now: parts.clock.now(), ...authorization });
  if (Buffer.byteLength(JSON.stringify(event)) > LAMBDA_PAYLOAD_BYTES_MAX) {
    refuseTooLarge(response);
  } else {
    await integrate(parts, target, event, response);
  }
}

/** Health checks have no credentials, and what has no route has no authorizer. */
async function authorizationOf(
  parts: GatewayParts,
  request: GatewayRequest,
): Promise<Authorization | Record<never, never>> {
  if (TOKENS_PATH.test(request.url)) return parts.authorizeSigned(request);
  if (!parts.authorize || HEALTH_PATH.test(request.url) || !isApiPath(request.url)) return {};
  return parts.authorize(request);
}

/**
 * As in API Gateway: after the time limit the caller gets a timeout, and the function continues.
 */
async function integrate(
  parts: GatewayParts,
  target: GatewayParts['gateway'],
  event: object,
  response: HttpResponse,
) {
  const done = new AbortController();
  const patience = sleep<undefined>(INTEGRATION_MS_MAX, undefined, { signal: done.signal }).catch(
    () => undefined,
  );
  const result = await Promise.race([target.invoke(event), patience]);
  done.abort();
  if (!result) {
    sendJson(response, { status: 503, body: { message: 'Service Unavailable' } });
    return;
  }
  if ('payload' in result && sendGatewayAnswer(response, result.payload)) return;
  const error = 'error' in result ? result.error : { errorType: 'not a response of payload 2.0' };
  parts.report(`function: ${JSON.stringify(error)}`);
  sendJson(response, INTERNAL_ERROR);
}

const SANDBOX_PATH = /^\/_sandbox(?:[/?]|$)/;
const OPERATOR_PATH = /^\/v1\/operator(?:[/?]|$)/;
const TOKENS_PATH = /^\/v1\/tokens\/?(?:\?|$)/;
const HEALTH_PATH = /^\/healthz\/?(?:\?|$)/;
const INTERNAL_ERROR = { status: 500, body: { message: 'Internal Server Error' } };

const REFUSALS = {
  invalid_request: { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'Unauthenticated' },
  forbidden_origin: { status: 403, title: 'The origin is not allowed' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'Request timeout' },
  payload_too_large: { status: 413, title: 'Request too large' },
  unsupported_media_type: { status: 415, title: 'The body is not JSON' },
  expectation_failed: { status: 417, title: 'Expectation failed' },
  forbidden_host: { status: 421, title: 'The request is for another host' },
  headers_too_large: { status: 431, title: 'Headers too large' },
} as const;

const problem = (code: keyof typeof REFUSALS, detail: string): GatewayProblem => ({
  ...REFUSALS[code],
  code,
  detail,
  requestId: randomUUID(),
});

/** The rest of the body is discarded, so the connection closes after the response. */
function refuseTooLarge(response: HttpResponse): void {
  response.setHeader('connection', 'close');
  sendProblem(response, problem('payload_too_large', TOO_LARGE));
}

/** Malformed requests: invalid syntax, too many headers, too slow. */
function refuseRaw(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    const detail = `Request line and headers must not exceed ${HEADER_BYTES_MAX} bytes.`;
    sendRaw(socket, problem('headers_too_large', detail));
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const seconds = REQUEST_MS_MAX / 1000;
    sendRaw(socket, problem('request_timeout', `It must be complete within ${seconds} seconds.`));
  } else {
    sendRaw(socket, problem('invalid_request', 'This is not HTTP/1.1.'));
  }
}

function sendRaw(socket: Duplex, refusal: GatewayProblem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer(refusal);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${refusal.title}`,
    ...Object.entries({
      ...headers,
      connection: 'close',
      'content-length': String(Buffer.byteLength(text)),
    }).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  // A client that keeps sending must not hold the socket.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
