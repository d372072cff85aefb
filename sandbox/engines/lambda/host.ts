/** Hosts one function: its bundle in a worker thread, with concurrent events. */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { PartStream, readPrelude, type StreamedAnswer } from './streamed-answer.ts';
import type { FromWorker, LambdaError, ToWorker, WorkerSettings } from './worker-protocol.ts';

interface LambdaSettings {
  readonly functionName: string;
  /** `file:` URL of the bundle. */
  readonly bundle: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface LambdaRuntime {
  /** `file:` URL of the worker's own code. */
  readonly workerEntry: URL;
  readonly clockOffsetMs: () => number;
  /**
   * Receives every line that the function prints, in order and before the response it belongs to.
   */
  readonly printed: (functionName: string, line: string) => void;
}

/** The response as JSON, or an error with the type that a state machine's Catch uses. */
export type LambdaResult = { readonly payload: string } | { readonly error: LambdaError };

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, 2026-11 */
export const LAMBDA_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;

interface PendingInvocation {
  readonly settle: (result: LambdaResult) => void;
  /** Gets the parts of a streamed answer, and asks for the next one by the second argument. */
  readonly part?: ((bytes: Uint8Array, take: () => void) => void) | undefined;
}

/** One running worker and its pending invocations. */
interface WorkerInstance {
  readonly worker: Worker;
  readonly ready: Promise<LambdaError | undefined>;
  readonly pending: Map<number, PendingInvocation>;
  readonly pendingClocks: Map<number, () => void>;
  unfinishedLine: string;
}

export class LambdaHost {
  readonly #settings: LambdaSettings;
  readonly #runtime: LambdaRuntime;
  #instance: WorkerInstance | undefined;
  #nextId = 0;
  #closed = false;

  constructor(settings: LambdaSettings, runtime: LambdaRuntime) {
    this.#settings = settings;
    this.#runtime = runtime;
  }

  get functionName(): string {
    return this.#settings.functionName;
  }

  /** Loads the bundle. @throws Error if it cannot be loaded or exports no handler. */
  async start(): Promise<void> {
    const problem = await this.#current().ready;
    if (problem) {
      throw new Error(`${this.functionName} cannot be loaded: ${problem.errorMessage}`);
    }
  }

  /** Never rejects: like Lambda, it returns an error. A crashed worker is restarted first. */
  invoke(event: unknown, requestId: string = randomUUID()): Promise<LambdaResult> {
    return this.#invoke(event, requestId);
  }

  /** As `invoke`, for a function that streams its answer; never rejects before the first byte. */
  async invokeStreamed(event: unknown): Promise<StreamedAnswer | { readonly error: LambdaError }> {
    const stream = new PartStream();
    const ended = this.#invoke(event, randomUUID(), stream);
    void ended.then((result) => stream.end('error' in result ? result.error : undefined));
    return readPrelude(stream);
  }

  async #invoke(event: unknown, requestId: string, stream?: PartStream): Promise<LambdaResult> {
    if (this.#closed) return unknownError('the sandbox is stopping');
    const instance = this.#current();
    const problem = await instance.ready;
    if (problem) return { error: problem };
    const { timeoutMs } = this.#settings;
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const seconds = (timeoutMs / 1000).toFixed(2);
        settle({
          error: {
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
          },
        });
      }, timeoutMs);
      const settle = (result: LambdaResult): void => {
        clearTimeout(timer);
        instance.pending.delete(id);
        resolve(result);
      };
      const part: PendingInvocation['part'] = stream && ((bytes, take) => stream.add(bytes, take));
      if (stream) stream.leave = () => send(instance.worker, { kind: 'left', id });
      instance.pending.set(id, { settle, part });
      const json = JSON.stringify(event) ?? 'null';
      send(instance.worker, { kind: 'invoke', id, requestId, event: json, timeoutMs });
    });
  }

  /** Resolves when the function's clock has the sandbox's offset. */
  async setClock(): Promise<void> {
    const instance = this.#instance;
    if (!instance || (await instance.ready)) return;
    const id = this.#nextId++;
    await new Promise<void>((resolve) => {
      instance.pendingClocks.set(id, resolve);
      send(instance.worker, {
        kind: 'clock',
        id,
        offsetMs: this.#runtime.clockOffsetMs(),
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#instance?.worker.terminate();
  }

  #current(): WorkerInstance {
    this.#instance ??= this.#spawn();
    return this.#instance;
  }

  #spawn(): WorkerInstance {
    const workerData: WorkerSettings = {
      functionName: this.functionName,
      bundle: this.#settings.bundle.href,
      clockOffsetMs: this.#runtime.clockOffsetMs(),
    };
    const worker = new Worker(this.#runtime.workerEntry, {
      env: { ...this.#settings.env },
      workerData,
      stdout: true,
      stderr: true,
    });
    let resolve: (problem: LambdaError | undefined) => void = () => undefined;
    const ready = new Promise<LambdaError | undefined>((settle) => {
      resolve = settle;
    });
    const instance: WorkerInstance = {
      worker,
      ready,
      pending: new Map(),
      pendingClocks: new Map(),
      unfinishedLine: '',
    };
    let reason = 'the process exited';
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve(undefined);
      else if (message.kind === 'broken') resolve(message.error);
      else this.#receive(instance, message);
    });
    // Output that bypasses the captured write methods, such as warnings of Node.js.
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#print(instance, chunk.toString()));
    }
    worker.on('error', (error) => {
      reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    });
    worker.on('exit', () => {
      if (this.#instance === instance) this.#instance = undefined;
      this.#print(instance, instance.unfinishedLine === '' ? '' : '\n');
      const crash = unknownError(`${this.functionName}: ${reason}`);
      resolve(crash.error);
      for (const { settle } of [...instance.pending.values()]) settle(crash);
      for (const done of instance.pendingClocks.values()) done();
    });
    return instance;
  }

  #receive(instance: WorkerInstance, message: FromWorker): void {
    switch (message.kind) {
      case 'printed':
        this.#print(instance, message.text);
        break;
      case 'answered':
        instance.pending.get(message.id)?.settle(withinLimit(message.payload));
        break;
      case 'part':
        instance.pending
          .get(message.id)
          ?.part?.(message.bytes, () => send(instance.worker, { kind: 'taken', id: message.id }));
        break;
      case 'failed':
        instance.pending.get(message.id)?.settle({ error: message.error });
        break;
      case 'clockSet':
        instance.pendingClocks.get(message.id)?.();
        instance.pendingClocks.delete(message.id);
    }
  }

  #print(instance: WorkerInstance, text: string): void {
    const lines = (instance.unfinishedLine + text).split('\n');
    instance.unfinishedLine = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') this.#runtime.printed(this.functionName, line);
    }
  }
}

const send = (worker: Worker, message: ToWorker): void => worker.postMessage(message);

const unknownError = (reason: string): { readonly error: LambdaError } => ({
  error: {
    errorType: 'Lambda.Unknown',
    errorMessage: `The cause could not be determined: ${reason}`,
  },
});

function withinLimit(payload: string): LambdaResult {
  if (Buffer.byteLength(payload) <= LAMBDA_PAYLOAD_BYTES_MAX) return { payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${LAMBDA_PAYLOAD_BYTES_MAX} bytes).`;
  return { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}
