/**
 * What Lambda's Node.js runtime gives a function for response streaming: the global `awslambda`,
 * and a stream that waits for its reader.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html, 2026-11
 */
import { Writable } from 'node:stream';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
/** Ends the status and the headers that come before the body. */
export const PRELUDE_END = Buffer.alloc(8);

/** Resolves once the reader has taken the bytes. */
type Send = (bytes: Uint8Array) => Promise<void>;

export class ResponseStream extends Writable {
  readonly #send: Send;
  #prelude: Buffer | undefined;

  constructor(send: Send) {
    super();
    this.#send = send;
  }

  /** Goes out with the first write, as in Lambda. */
  begin(prelude: object): void {
    this.#prelude = Buffer.concat([Buffer.from(JSON.stringify(prelude)), PRELUDE_END]);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const bytes = this.#prelude ? Buffer.concat([this.#prelude, chunk]) : chunk;
    this.#prelude = undefined;
    this.#send(bytes).then(() => done(), done);
  }

  override _final(done: (error?: Error) => void): void {
    if (this.#prelude) this._write(Buffer.alloc(0), '', done);
    else done();
  }
}

type StreamHandler = (event: unknown, stream: Writable, context: object) => Promise<void>;

/** To be set as the global `awslambda` before a bundle is loaded. */
export const awslambda = {
  streamifyResponse: (handler: StreamHandler): StreamHandler =>
    Object.assign(handler, { [STREAMING]: true }),
  HttpResponseStream: {
    from: (stream: ResponseStream, prelude: object): ResponseStream => {
      stream.begin(prelude);
      return stream;
    },
  },
};

export const isStreaming = (handler: object): handler is StreamHandler => STREAMING in handler;
