/** Calls the Bedrock runtime with a body that is ready, and passes its answer on as it comes. */
import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import {
  type BedrockRuntimeClient,
  InvokeModelCommand,
  type InvokeModelCommandInput,
  type InvokeModelCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { DeserializeMiddleware } from '@smithy/types';
import type { ModelRelay, RelayedAnswer } from '../core/protocols/relay/ports.ts';
import { quoted } from '../core/safe-text.ts';
import type { Clock } from '../core/time.ts';
import { toFailure } from './bedrock-converse.ts';

type Relayed = Parameters<ModelRelay['send']>[0];

/** @param client with `maxAttempts: 1`: a second try may be billed. */
export const bedrockRelay = (client: BedrockRuntimeClient, clock: Clock): ModelRelay => ({
  send: async (relayed) => {
    const { deadline: endsAt, answerBy } = relayed;
    const left = (until: number): number => until - clock.now();
    if (left(Math.min(endsAt, answerBy)) <= 0) {
      const failure = { name: 'DeadlineBeforeCall', message: 'no time was left to call the model' };
      return { outcome: 'failed', failure };
    }
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    let timer = setTimeout(abort, left(Math.min(endsAt, answerBy)));
    try {
      const response = await rawAnswer(client, relayed, deadline.signal);
      clearTimeout(timer);
      timer = setTimeout(abort, left(endsAt));
      return toAnswer(response, deadline.signal, () => clearTimeout(timer));
    } catch (error) {
      clearTimeout(timer);
      return { outcome: 'failed', failure: toFailure(error, deadline.signal.aborted) };
    }
  },
});

/**
 * The SDK resolves the endpoint, signs and sends. Every operation is InvokeModel with another end
 * of the path, as its body is passed on as it is; what comes back is kept from being parsed.
 */
async function rawAnswer(
  client: BedrockRuntimeClient,
  { operation, modelId, body, headers }: Relayed,
  abortSignal: AbortSignal,
): Promise<HttpResponse> {
  const command = new InvokeModelCommand({ modelId, body, contentType: 'application/json' });
  let answered: HttpResponse | undefined;
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (HttpRequest.isInstance(request)) {
        request.path = request.path.replace(/\/invoke$/, `/${operation}`);
        Object.assign(request.headers, headers);
      }
      return next(args);
    },
    { step: 'build', name: 'operationPath' },
  );
  const keepRaw: DeserializeMiddleware<InvokeModelCommandInput, InvokeModelCommandOutput> =
    (next) => async (args) => {
      const result = await next(args);
      if (HttpResponse.isInstance(result.response)) answered = result.response;
      return { ...result, response: new HttpResponse({ statusCode: 200, headers: {} }) };
    };
  command.middlewareStack.addRelativeTo(keepRaw, {
    relation: 'after',
    toMiddleware: 'deserializerMiddleware',
    name: 'rawAnswer',
  });
  await client.send(command, { abortSignal });
  if (!answered) throw new Error('the service gave no answer');
  return answered;
}

function toAnswer(
  { statusCode, headers, body }: HttpResponse,
  deadline: AbortSignal,
  done: () => void,
): RelayedAnswer {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const byName: Readonly<Record<string, string>> = Object.fromEntries(lower);
  return {
    outcome: 'answered',
    status: statusCode,
    headers: byName,
    body: untilDeadline(plain(body, byName['content-encoding']), deadline, done),
  };
}

/** Bedrock compresses nothing by itself, but a proxy on the way may. */
const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** The encodings are in the order in which they were applied. */
function plain(body: Readable, encodings = ''): Readable {
  const names = encodings.split(',').map((name) => name.trim().toLowerCase());
  const applied = names.filter((name) => name !== '' && name !== 'identity');
  return applied.reduceRight((encoded, name) => {
    const decoder = DECODERS.get(name)?.() ?? unreadable(name);
    // An error of either ends both, and reaches the reader of the decoder.
    return pipeline(encoded, decoder, () => undefined);
  }, body);
}

/** The answer was made, so what it says is not known. */
const unreadable = (name: string): Transform =>
  new Transform({
    transform: (_chunk, _encoding, done) => done(new Error(`unknown encoding ${quoted(name)}`)),
    flush: (done) => done(new Error(`unknown encoding ${quoted(name)}`)),
  });

class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceeded';
}

async function* untilDeadline(
  body: Readable,
  deadline: AbortSignal,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  const stop = () => body.destroy(new DeadlineExceededError('the model did not finish in time'));
  if (deadline.aborted) stop();
  deadline.addEventListener('abort', stop);
  try {
    for await (const chunk of body) yield chunk;
  } finally {
    deadline.removeEventListener('abort', stop);
    done();
    body.destroy();
  }
}
