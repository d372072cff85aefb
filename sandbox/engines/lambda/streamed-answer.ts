/** A streamed answer of a function, as what stands in front of Lambda reads it. */
import { isRecord } from '../../base/json.ts';
import { PRELUDE_END } from './response-stream.ts';
import type { LambdaError } from './worker-protocol.ts';

export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Throws where the function failed after its first byte. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Reports to the function that its reader has left. */
  readonly leave: () => void;
}

/** Parts as the worker sends them; each is asked for when the one before was taken. */
export class PartStream implements AsyncIterable<Uint8Array> {
  leave: () => void = () => undefined;
  readonly #parts: { readonly bytes: Uint8Array; readonly take: () => void }[] = [];
  #ended: { readonly error: LambdaError | undefined } | undefined;
  #wake: () => void = () => undefined;

  add(bytes: Uint8Array, take: () => void): void {
    this.#parts.push({ bytes, take });
    this.#wake();
  }

  end(error: LambdaError | undefined): void {
    this.#ended = { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = this.#parts.shift();
      if (part) {
        yield part.bytes;
        part.take();
      } else if (this.#ended) {
        const { error } = this.#ended;
        if (error) throw new FunctionFailedError(error);
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

class FunctionFailedError extends Error {
  override readonly name = 'FunctionFailed';
  readonly error: LambdaError;

  constructor(error: LambdaError) {
    super(`${error.errorType}: ${error.errorMessage}`);
    this.error = error;
  }
}

/** Status and headers come first, as JSON that eight zero bytes end. */
export async function readPrelude(
  stream: PartStream,
): Promise<StreamedAnswer | { readonly error: LambdaError }> {
  const parts = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  try {
    for (;;) {
      const { value, done } = await parts.next();
      if (done) return { error: preludeError('the answer has no status') };
      head = Buffer.concat([head, value]);
      const end = head.indexOf(PRELUDE_END);
      if (end < 0) continue;
      const prelude: unknown = JSON.parse(head.toString('utf8', 0, end));
      const { statusCode, headers } = isRecord(prelude) ? prelude : {};
      if (typeof statusCode !== 'number') return { error: preludeError('the status is no number') };
      const texts = Object.entries(isRecord(headers) ? headers : {});
      return {
        status: statusCode,
        headers: Object.fromEntries(texts.map(([name, text]) => [name, String(text)])),
        body: following(head.subarray(end + PRELUDE_END.length), parts),
        leave: () => stream.leave(),
      };
    }
  } catch (error) {
    if (error instanceof FunctionFailedError) return { error: error.error };
    throw error;
  }
}

const preludeError = (errorMessage: string): LambdaError => ({
  errorType: 'Runtime.InvalidResponse',
  errorMessage,
});

async function* following(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}
