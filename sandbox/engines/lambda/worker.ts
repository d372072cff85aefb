/**
 * Runs one function's bundle as Lambda's Node.js runtime does, inside a worker thread. The bundle
 * is unchanged: time and output are redirected around it.
 */
import { createRequire } from 'node:module';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { awslambda, isStreaming, ResponseStream } from './response-stream.ts';
import type { FromWorker, LambdaError, ToWorker, WorkerSettings } from './worker-protocol.ts';

type Handler = (event: unknown, context: object) => unknown;

const settings: WorkerSettings = workerData;
let clockOffsetMs = settings.clockOffsetMs;

// One channel for output and responses keeps their order: metrics arrive before their response.
const send = (message: FromWorker): void => parentPort?.postMessage(message);

const taken = new Map<number, () => void>();
const responses = new Map<number, ResponseStream>();

Object.assign(globalThis, { awslambda });
shiftDate();
capture(process.stdout);
capture(process.stderr);
await run();

function shiftDate(): void {
  const SystemDate = Date;
  const now = (): number => SystemDate.now() + clockOffsetMs;
  globalThis.Date = new Proxy(SystemDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new SystemDate(now()).toString(),
    get: (target, property, receiver) =>
      property === 'now' ? now : Reflect.get(target, property, receiver),
  });
}

function capture(stream: NodeJS.WriteStream): void {
  const decoder = new TextDecoder();
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    send({ kind: 'printed', text });
    const done = rest.findLast((argument) => typeof argument === 'function');
    if (done) queueMicrotask(() => done());
    return true;
  };
}

async function run(): Promise<void> {
  try {
    const { handler } = await load(settings.bundle);
    if (typeof handler !== 'function') throw new TypeError('index.handler is not a function');
    parentPort?.on('message', (message: ToWorker) => receive(handler, message));
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'broken', error: toLambdaError(error) });
  }
}

/** Loaded as CommonJS, as Lambda does: an import would first scan the whole bundle for exports. */
async function load(bundle: string): Promise<{ readonly handler?: Handler }> {
  return bundle.endsWith('.cjs')
    ? createRequire(bundle)(fileURLToPath(bundle))
    : await import(bundle);
}

function receive(handler: Handler, message: ToWorker): void {
  if (message.kind === 'clock') {
    clockOffsetMs = message.offsetMs;
    send({ kind: 'clockSet', id: message.id });
  } else if (message.kind === 'taken') {
    taken.get(message.id)?.();
  } else if (message.kind === 'left') {
    responses.get(message.id)?.destroy(new Error('the client has left'));
  } else {
    void invoke(handler, message);
  }
}

async function invoke(handler: Handler, message: ToWorker & { kind: 'invoke' }): Promise<void> {
  const { id } = message;
  try {
    const event: unknown = JSON.parse(message.event);
    const context = contextOf(message);
    const answer = isStreaming(handler)
      ? await stream(id, (response) => handler(event, response, context))
      : await handler(event, context);
    send({ kind: 'answered', id, payload: JSON.stringify(answer) ?? 'null' });
  } catch (error) {
    send({ kind: 'failed', id, error: toLambdaError(error) });
  }
}

/** A stream that is not finished when the handler resolves is an error, as in Lambda. */
async function stream(id: number, run: (response: ResponseStream) => Promise<void>): Promise<null> {
  const sendPart = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      taken.set(id, resolve);
      send({ kind: 'part', id, bytes });
    });
  const response = new ResponseStream(sendPart);
  responses.set(id, response);
  try {
    await run(response);
    if (!response.writableEnded) throw new Error('the response stream was not ended');
    await finished(response);
    return null;
  } finally {
    taken.delete(id);
    responses.delete(id);
  }
}

function contextOf({ requestId, timeoutMs }: ToWorker & { kind: 'invoke' }): object {
  const { functionName } = settings;
  const end = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'sandbox',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
  };
}

function toLambdaError(error: unknown): LambdaError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  const trace = error.stack?.split('\n') ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}
