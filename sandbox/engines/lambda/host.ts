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

interface Waiting {
  readonly settle: (result: LambdaResult) => void;
  /** Gets the parts of a streamed answer, and asks for the next one by the second argument. */
  readonly part?: ((bytes: Uint8Array, take: () => void) => void) | undefined;
}

/** One running worker and its pending invocations. */
interface Incarnation {
  readonly worker: Worker;
  readonly ready: Promise<LambdaError | undefined>;
  readonly waiting: Map<number, Waiting>;
  readonly clockWaiting: Map<number, () => void>;
  unfinishedLine: string;
}

export class LambdaHost {
  readonly #settings: LambdaSettings;
  readonly #surroundings: LambdaRuntime;
  #incarnation: Incarnation | undefined;
  #nextId = 0;
  #closed = false;

  constructor(settings: LambdaSettings, surroundings: LambdaRuntime) {
    this.#settings = settings;
    this.#surroundings = surroundings;
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
    const ended = this.#invoke(event, randomUUID(), (bytes, take) => stream.add(bytes, take));
    void ended.then((result) => stream.end('error' in result ? result.error : undefined));
    return readPrelude(stream);
  }

  async #invoke(event: unknown, requestId: string, part?: Waiting['part']): Promise<LambdaResult> {
    if (this.#closed) return unknownError('the sandbox is stopping');
    const incarnation = this.#current();
    const problem = await incarnation.ready;
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
        incarnation.waiting.delete(id);
        resolve(result);
      };
      incarnation.waiting.set(id, { settle, part });
      const json = JSON.stringify(event) ?? 'null';
      send(incarnation.worker, { kind: 'invoke', id, requestId, event: json, timeoutMs });
    });
  }

  /** Resolves when the function's clock has the sandbox's offset. */
  async setClock(): Promise<void> {
    const incarnation = this.#incarnation;
    if (!incarnation || (await incarnation.ready)) return;
    const id = this.#nextId++;
    await new Promise<void>((resolve) => {
      incarnation.clockWaiting.set(id, resolve);
      send(incarnation.worker, {
        kind: 'clock',
        id,
        offsetMs: this.#surroundings.clockOffsetMs(),
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#incarnation?.worker.terminate();
  }

  #current(): Incarnation {
    this.#incarnation ??= this.#spawn();
    return this.#incarnation;
  }

  #spawn(): Incarnation {
    const workerData: WorkerSettings = {
      functionName: this.functionName,
      bundle: this.#settings.bundle.href,
      clockOffsetMs: this.#surroundings.clockOffsetMs(),
    };
    const worker = new Worker(this.#surroundings.workerEntry, {
      env: { ...this.#settings.env },
      workerData,
      stdout: true,
      stderr: true,
    });
    let resolve: (problem: LambdaError | undefined) => void = () => undefined;
    const ready = new Promise<LambdaError | undefined>((settle) => {
      resolve = settle;
    });
    const incarnation: Incarnation = {
      worker,
      ready,
      waiting: new Map(),
      clockWaiting: new Map(),
      unfinishedLine: '',
    };
    let reason = 'the process exited';
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve(undefined);
      else if (message.kind === 'broken') resolve(message.error);
      else this.#receive(incarnation, message);
    });
    // Output that bypasses the captured write methods, such as warnings of Node.js.
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#print(incarnation, chunk.toString()));
    }
    worker.on('error', (error) => {
      reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    });
    worker.on('exit', () => {
      if (this.#incarnation === incarnation) this.#incarnation = undefined;
      this.#print(incarnation, incarnation.unfinishedLine === '' ? '' : '\n');
      const crash = unknownError(`${this.functionName}: ${reason}`);
      resolve(crash.error);
      for (const { settle } of [...incarnation.waiting.values()]) settle(crash);
      for (const done of incarnation.clockWaiting.values()) done();
    });
    return incarnation;
  }

  #receive(incarnation: Incarnation, message: FromWorker): void {
    switch (message.kind) {
      case 'printed':
        this.#print(incarnation, message.text);
        break;
      case 'answered':
        incarnation.waiting.get(message.id)?.settle(withinLimit(message.payload));
        break;
      case 'part':
        incarnation.waiting
          .get(message.id)
          ?.part?.(message.bytes, () =>
            send(incarnation.worker, { kind: 'taken', id: message.id }),
          );
        break;
      case 'failed':
        incarnation.waiting.get(message.id)?.settle({ error: message.error });
        break;
      case 'clockSet':
        incarnation.clockWaiting.get(message.id)?.();
        incarnation.clockWaiting.delete(message.id);
    }
  }

  #print(incarnation: Incarnation, text: string): void {
    const lines = (incarnation.unfinishedLine + text).split('\n');
    incarnation.unfinishedLine = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') this.#surroundings.printed(this.functionName, line);
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
