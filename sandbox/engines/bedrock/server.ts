/**
 * A mock of the Bedrock runtime over HTTP, without models or cost.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, isoTimestamp } from '../../../core/time.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { close, listen, readBody, sendJson, stampDateHeaders } from '../../base/loopback-server.ts';
import { RecentEntries } from '../../base/recent-entries.ts';
import { type BedrockBehavior, bedrockErrorStatus } from './behavior.ts';
import {
  converseProblem,
  countedInput,
  countTokensProblem,
  isModelIdentifier,
} from './check-request.ts';
import { exceptionFrame } from './event-stream.ts';
import { FaultInjection } from './fault-injection.ts';
import {
  converseFrames,
  countTokens,
  invokeFrames,
  type MockAnswer,
  mockAnswer,
} from './mock-answer.ts';
import { countHeaders, invokeFormat } from './mock-invoke.ts';
import { converseToolBlocks } from './mock-tool-use.ts';

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
  readonly behavior: () => BedrockBehavior;
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
  InvokeModel: 'invoke',
  InvokeModelWithResponseStream: 'invoke-with-response-stream',
  CountTokens: 'count-tokens',
} as const;
const BODY_BYTES_MAX = 25 * 1024 * 1024;
/** After the first piece of text. */
const STREAM_ERROR = { afterEvents: 2, how: 'exception' } as const;
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
    behavior: () => mock.faults.behavior,
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
      OPERATIONS[called.operation].endsWith('-stream') &&
      failure?.name === 'ModelStreamErrorException';
    if (failure && !inStream) {
      const { name, status } = failure;
      return fail(response, name, 'As set by the test.', status);
    }
    const problem = this.#problem(called, body);
    if (problem !== undefined) return fail(response, 'ValidationException', problem);
    await this.#answer(response, called, body, inStream);
  }

  #problem(called: Called, body: unknown): string | undefined {
    const { modelId, operation } = called;
    const known = !modelId.includes(PROFILE) || this.#profiles.has(modelId);
    if (!isModelIdentifier(modelId) || !known) return 'The provided model identifier is invalid.';
    if (operation === 'CountTokens') return countTokensProblem(body, modelId);
    if (operation.startsWith('Converse')) return converseProblem(body, this.#modelOf(modelId));
    return isRecord(body) ? undefined : 'Malformed input request, please reformat your input.';
  }

  /** The model behind a profile. */
  #modelOf(modelId: string): string {
    return this.#profiles.get(modelId) ?? modelId;
  }

  async #answer(
    response: ServerResponse,
    called: Called,
    body: unknown,
    breaksOff: boolean,
  ): Promise<void> {
    const parts = isRecord(body) ? body : {};
    if (called.operation === 'CountTokens') {
      const given = this.faults.behavior.usage?.inputTokens;
      const inputTokens = typeof given === 'number' ? given : countTokens(countedInput(body));
      sendJson(response, { status: 200, body: { inputTokens } });
      return;
    }
    const answer = mockAnswer(parts, this.faults.behavior);
    const model = this.#modelOf(called.modelId);
    switch (called.operation) {
      case 'Converse':
        sendJson(response, { status: 200, headers: requestId(), body: converseBody(answer) });
        break;
      case 'InvokeModel': {
        const format = invokeFormat(model, parts);
        // Models that do not stream write no tokens: embeddings and reranking.
        const { outputTokens, ...read } = answer.usage ?? {};
        const counts = answer.usage && (format.events ? { ...read, outputTokens } : read);
        const headers = { ...requestId(), ...countHeaders(counts) };
        const invoked = format.body(answer);
        sendJson(response, { status: 200, headers, body: invoked });
        break;
      }
      case 'ConverseStream':
        await this.#stream(response, converseFrames(answer), breaksOff);
        break;
      default: {
        const frames = invokeFrames(model, parts, answer);
        if (frames) await this.#stream(response, frames, breaksOff);
        else fail(response, 'ValidationException', 'The model is unsupported for streaming.');
      }
    }
  }

  /** At the pace, and with the end, that the behavior sets. */
  async #stream(
    response: ServerResponse,
    frames: readonly Buffer[],
    breaksOff: boolean,
  ): Promise<void> {
    const { chunkMs = 0, cut = breaksOff ? STREAM_ERROR : undefined } = this.faults.behavior;
    response.writeHead(200, {
      ...requestId(),
      'content-type': 'application/vnd.amazon.eventstream',
    });
    for (const frame of frames.slice(0, cut?.afterEvents ?? frames.length)) {
      await this.#write(response, frame);
      if (chunkMs > 0) await this.faults.wait(chunkMs);
      if (response.destroyed) return;
    }
    if (cut?.how === 'destroy') {
      // Once everything before it has been sent.
      await new Promise<void>((sent) => void response.socket?.write('', () => sent()));
      response.destroy();
    } else if (cut?.how === 'exception') {
      response.end(exceptionFrame('modelStreamErrorException', 'As set by the test.'));
    } else response.end();
  }

  async #write(response: ServerResponse, frame: Buffer): Promise<void> {
    if (response.write(frame) || response.destroyed) return;
    await Promise.race([once(response, 'drain'), once(response, 'close')]).catch(() => undefined);
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

const converseBody = (answer: MockAnswer) => ({
  output: {
    message: {
      role: 'assistant',
      content: [{ text: answer.text }, ...converseToolBlocks(answer.toolUse)],
    },
  },
  stopReason: answer.stopReason,
  usage: answer.usage,
  metrics: { latencyMs: answer.latencyMs },
  ...(answer.serviceTier !== undefined && { serviceTier: { type: answer.serviceTier } }),
});
