/**
 * The ledger's DynamoDB for the functions: a proxy that counts requests, fails them on demand, and
 * forwards the others to dynalite or to the user's DynamoDB.
 */
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Clock } from '../../../core/time.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { close, listen, readBody, sendJson, stampDateHeaders } from '../../base/loopback-server.ts';
import type { LedgerBehavior } from './behavior.ts';
import { type DynamoDbEngine, startDynalite } from './dynalite-engine.ts';

export interface DynamoDbProxy {
  readonly url: string;
  /** Received requests by operation, including failed ones and retries. */
  readonly requests: ReadonlyMap<string, number>;
  behave(behavior: LedgerBehavior): void;
  close(): Promise<void>;
}

interface DynamoDbOptions {
  /** Absent: dynalite. */
  readonly endpoint?: URL;
  /** Directory of dynalite's tables; absent: in memory. */
  readonly directory?: string;
  /** Absent: host time. */
  readonly clock?: Clock;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;

export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDbProxy> {
  const engine = options.endpoint
    ? { url: options.endpoint, close: () => Promise.resolve() }
    : await startDynalite(options.directory);
  const proxy = new Forwarder(engine);
  const server = createServer((request, response) => {
    proxy.serve(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  stampDateHeaders(server, options.clock ?? { now: Date.now });
  return {
    url: await listen(server),
    requests: proxy.requests,
    behave: (behavior) => proxy.behave(behavior),
    close: async () => {
      await close(server);
      await proxy.settled();
      await engine.close();
    },
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11 */
const EXPRESSION_BYTES_MAX = 4096;

/** What DynamoDB refuses and dynalite does not: an expression that is too long. */
function expressionProblem(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  for (const [name, value] of Object.entries(body)) {
    if (!name.endsWith('Expression') || typeof value !== 'string') continue;
    if (Buffer.byteLength(value) > EXPRESSION_BYTES_MAX) {
      return (
        `Invalid ${name}: Expression size has exceeded the maximum allowed size; ` +
        `expression size: ${Buffer.byteLength(value)}`
      );
    }
  }
  return undefined;
}

class Forwarder {
  readonly requests = new Map<string, number>();
  readonly #engine: DynamoDbEngine;
  readonly #transport: typeof http | typeof https;
  readonly #agent: http.Agent;
  readonly #inFlight = new Set<Promise<unknown>>();
  #behavior: LedgerBehavior = {};
  #failuresLeft = 0;
  #passesLeft = 0;

  constructor(engine: DynamoDbEngine) {
    this.#engine = engine;
    this.#transport = engine.url.protocol === 'https:' ? https : http;
    this.#agent = new this.#transport.Agent({ keepAlive: true });
  }

  behave(behavior: LedgerBehavior): void {
    this.#behavior = behavior;
    this.#failuresLeft = behavior.fail?.times ?? 0;
    this.#passesLeft = behavior.fail?.skip ?? 0;
  }

  /** Resolves when the engine has responded to all requests. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    this.#agent.destroy();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await readBody(request, BODY_BYTES_MAX);
    if (!('bytes' in received)) return void response.destroy();
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? 'unknown';
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
    const fails = this.#failsNow(operation);
    if (fails === 'before') return sendInternalError(response, 'As set by the test.');
    const refusal = expressionProblem(parseJson(received.bytes));
    if (refusal !== undefined) {
      return sendJson(response, {
        status: 400,
        body: { __type: 'com.amazon.coral.validate#ValidationException', message: refusal },
      });
    }
    const answer = await this.#forward(request, received.bytes).catch((error: Error) => ({
      unreachable: error.message,
    }));
    if (fails === 'after') return void response.destroy();
    if ('unreachable' in answer) {
      return sendInternalError(response, `DynamoDB is unavailable: ${answer.unreachable}`);
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  #failsNow(operation: string): 'before' | 'after' | undefined {
    const { fail } = this.#behavior;
    if (fail?.operation !== operation || this.#failuresLeft === 0) return undefined;
    if (this.#passesLeft > 0) {
      this.#passesLeft -= 1;
      return undefined;
    }
    this.#failuresLeft -= 1;
    return fail.when;
  }

  /**
   * Waits for the whole response even if the caller has disconnected: dynalite fails on aborted
   * calls.
   */
  #forward(request: IncomingMessage, body: Buffer): Promise<Forwarded> {
    const forwarded = new Promise<Forwarded>((resolve, reject) => {
      const { host: _host, 'transfer-encoding': _encoding, ...headers } = request.headers;
      const outgoing = this.#transport.request(this.#engine.url, {
        agent: this.#agent,
        method: request.method,
        headers: { ...headers, connection: 'keep-alive', 'content-length': body.length },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const {
            connection: _c,
            date: _d,
            'transfer-encoding': _t,
            ...answerHeaders
          } = answer.headers;
          const status = answer.statusCode ?? 500;
          resolve({ status, headers: answerHeaders, body: Buffer.concat(chunks) });
        });
      });
      outgoing.end(body);
    });
    this.#inFlight.add(forwarded);
    const forget = () => this.#inFlight.delete(forwarded);
    forwarded.then(forget, forget);
    return forwarded;
  }
}

interface Forwarded {
  readonly status: number;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
}

const sendInternalError = (response: ServerResponse, message: string): void =>
  sendJson(response, {
    status: 500,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message },
  });
