/**
 * A mock of Bedrock: Converse, ConverseStream and CountTokens over HTTP, without models or cost.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, isoTimestamp } from '../../../core/time.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { close, listen, readBody, sendJson, stampDateHeaders } from '../../base/loopback-server.ts';
import { RecentEntries } from '../../base/recent-entries.ts';
import { type BedrockBehavior, bedrockErrorStatus } from './behavior.ts';
import { converseProblem, countTokensProblem, isModelIdentifier } from './check-request.ts';
import { FaultInjection } from './fault-injection.ts';
import { countTokens, type MockAnswer, mockAnswer, toEventStream } from './mock-answer.ts';

interface BedrockRequest {
  /** ISO 8601. */
  readonly at: string;
  readonly operation: keyof typeof OPERATIONS;
  readonly modelId: string;
  readonly body: unknown;
}

export interface MockBedrock {
  readonly url: string;
  /** Every received request, with or without a response. */
  readonly requests: RecentEntries<BedrockRequest>;
  /** Requests that currently wait, as set by the behavior. */
  readonly waiting: () => number;
  /** Replaces the whole behavior; hanging requests continue with the new one. */
  behave(behavior: BedrockBehavior): void;
  close(): Promise<void>;
}

interface MockBedrockOptions {
  /** ARN of every application inference profile -> its model id. */
  readonly profiles?: ReadonlyMap<string, string>;
  /** Called when one more request waits. */
  readonly onWait?: () => void;
  /** Absent: host time. */
  readonly clock?: Clock;
}

const OPERATIONS = {
  Converse: 'converse',
  ConverseStream: 'converse-stream',
  CountTokens: 'count-tokens',
} as const;
const BODY_BYTES_MAX = 25 * 1024 * 1024;
const PROFILE = ':application-inference-profile/';

export async function startMockBedrock(options: MockBedrockOptions = {}): Promise<MockBedrock> {
  const mock = new Mock(options);
  const server = createServer((request, response) => {
    mock.serve(request, response).catch((error: unknown) => {
      fail(response, 'InternalServerException', String(error));
    });
  });
  server.keepAliveTimeout = 60_000;
  stampDateHeaders(server, options.clock ?? { now: Date.now });
  return {
    url: await listen(server),
    requests: mock.requests,
    waiting: () => mock.faults.waiting,
    behave: (behavior) => mock.faults.behave(behavior),
    close: () => {
      mock.faults.behave({});
      return close(server);
    },
  };
}

class Mock {
  readonly requests = new RecentEntries<BedrockRequest>();
  readonly faults: FaultInjection;
  readonly #clock: Clock;
  readonly #profiles: ReadonlyMap<string, string>;

  constructor({
    profiles = new Map(),
    onWait = () => undefined,
    clock = { now: Date.now },
  }: MockBedrockOptions) {
    this.#clock = clock;
    this.#profiles = profiles;
    this.faults = new FaultInjection(onWait);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const called = parsePath(request);
    const received = await readBody(request, BODY_BYTES_MAX);
    if ('aborted' in received) return;
    if (!called) return fail(response, 'ResourceNotFoundException', 'Unknown operation.');
    const body = 'bytes' in received ? parseJson(received.bytes) : undefined;
    this.requests.add({ at: isoTimestamp(this.#clock.now()), ...called, body });
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    await this.faults.pause(gone.signal);
    if (gone.signal.aborted) return;
    const failure = this.faults.nextFailure();
    const inStream =
      called.operation === 'ConverseStream' && failure?.name === 'ModelStreamErrorException';
    if (failure && !inStream) {
      const { name, status } = failure;
      return fail(response, name, 'As set by the test.', status);
    }
    const problem = this.#problem(called, body);
    if (problem !== undefined) return fail(response, 'ValidationException', problem);
    this.#answer(response, called, body, inStream);
  }

  #problem(called: Called, body: unknown): string | undefined {
    const { modelId, operation } = called;
    const known = !modelId.includes(PROFILE) || this.#profiles.has(modelId);
    if (!isModelIdentifier(modelId) || !known) return 'The provided model identifier is invalid.';
    return operation === 'CountTokens'
      ? countTokensProblem(body, modelId)
      : converseProblem(body, this.#profiles.get(modelId) ?? modelId);
  }

  #answer(response: ServerResponse, called: Called, body: unknown, breaksOff: boolean): void {
    const parts = isRecord(body) ? body : {};
    if (called.operation === 'CountTokens') {
      const input = isRecord(parts.input) ? parts.input.converse : undefined;
      const given = this.faults.behavior.usage?.inputTokens;
      const inputTokens = typeof given === 'number' ? given : countTokens(input);
      sendJson(response, { status: 200, body: { inputTokens } });
      return;
    }
    const answer = mockAnswer(parts, this.faults.behavior);
    if (called.operation === 'ConverseStream') sendStream(response, answer, breaksOff);
    else sendJson(response, { status: 200, headers: requestId(), body: converseBody(answer) });
  }
}

type Called = Pick<BedrockRequest, 'operation' | 'modelId'>;

/** Converse is `POST /model/{modelId}/converse`; the id can be an ARN, encoded or not. */
function parsePath(request: IncomingMessage): Called | undefined {
  const [path = ''] = (request.url ?? '').split('?');
  const match = /^\/model\/(.+)\/([a-z-]+)$/.exec(path);
  const operation = (Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).find(
    (name) => OPERATIONS[name] === match?.[2],
  );
  if (request.method !== 'POST' || !match?.[1] || !operation) return undefined;
  try {
    return { operation, modelId: decodeURIComponent(match[1]) };
  } catch {
    return undefined;
  }
}

const requestId = () => ({ 'x-amzn-requestid': randomUUID() });

function fail(
  response: ServerResponse,
  name: string,
  message: string,
  status = bedrockErrorStatus(name),
): void {
  sendJson(response, {
    status,
    headers: { ...requestId(), 'x-amzn-errortype': name },
    body: { message },
  });
}

const converseBody = ({ text, stopReason, usage, serviceTier, latencyMs }: MockAnswer) => ({
  output: { message: { role: 'assistant', content: [{ text }] } },
  stopReason,
  usage,
  metrics: { latencyMs },
  ...(serviceTier !== undefined && { serviceTier: { type: serviceTier } }),
});

function sendStream(response: ServerResponse, answer: MockAnswer, breaksOff: boolean): void {
  response.writeHead(200, {
    ...requestId(),
    'content-type': 'application/vnd.amazon.eventstream',
  });
  for (const part of toEventStream(answer, breaksOff)) response.write(part);
  response.end();
}
