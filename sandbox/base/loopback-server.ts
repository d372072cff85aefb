/** HTTP servers on the loopback address, and the bodies they receive. */
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Server as NetServer } from 'node:net';
import type { Writable } from 'node:stream';
import type { Clock } from '../../core/time.ts';

export const LOOPBACK = '127.0.0.1';

/** Of HTTP/1.1 and HTTP/2 alike. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;
export interface HttpResponse extends Writable {
  readonly headersSent: boolean;
  setHeader(name: string, value: string | readonly string[]): unknown;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
}

/** How much of an oversized body is read, so that its sender receives the response. */
const DRAIN_BYTES_MAX = 64 * 1024 * 1024;

/** Listens on the loopback address; port 0 selects a free one. Rejects if the port is in use. */
export function listen(server: NetServer, port = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`no port: ${String(address)}`));
      } else {
        resolve(`http://${LOOPBACK}:${address.port}`);
      }
    });
  });
}

/**
 * Responses have the clock's time. An SDK that sees a large time difference treats an error as
 * clock skew and sends the request again.
 */
export function stampDateHeaders(server: Server, clock: Clock): void {
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('date', new Date(clock.now()).toUTCString());
  });
}

/**
 * Stops listening and waits for requests in flight, at most `graceMs`; then the connections are
 * closed.
 */
export function close(server: Server, graceMs = 0): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

type Body = { readonly bytes: Buffer } | { readonly tooLarge: true } | { readonly aborted: true };

/** Reads a body of at most `bytesMax` bytes; a larger one is discarded. Never rejects. */
export function readBody(request: HttpRequest, bytesMax: number): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else chunks = [];
      if (bytes > DRAIN_BYTES_MAX) {
        request.pause();
        resolve({ tooLarge: true });
      }
    });
    request.on('end', () =>
      resolve(bytes > bytesMax ? { tooLarge: true } : { bytes: Buffer.concat(chunks) }),
    );
    request.on('error', () => resolve({ aborted: true }));
    request.on('close', () => resolve({ aborted: true }));
  });
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export function sendJson(response: HttpResponse, answer: JsonAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    ...answer.headers,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
