/** Serves the console: the page at `/` and its files. */
import type { HttpResponse } from '../base/loopback-server.ts';
import type { GatewayRequest } from './api-gateway-event.ts';

interface PageFile {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** Response to a request for the console; undefined for every other request. */
export type ConsolePage = (request: Pick<GatewayRequest, 'method' | 'url'>) => PageFile | undefined;

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/_sandbox/console.js': ['console.js', 'text/javascript; charset=utf-8'],
  '/_sandbox/console.css': ['console.css', 'text/css; charset=utf-8'],
};

/** The page shows values of requests, which can be hostile, so it runs only its own files. */
const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The page has no icon: without a response, browsers would log an error. */
const NO_ICON: PageFile = { status: 204, headers: {}, bytes: Buffer.alloc(0) };

/**
 * @param read gets the name of a file of the built console.
 * @throws Error when one is not there.
 */
export async function readConsole(read: (name: string) => Promise<Buffer>): Promise<ConsolePage> {
  const files = await Promise.all(
    Object.entries(FILES).map(async ([path, [name, type]]): Promise<[string, PageFile]> => {
      const bytes = await read(name);
      return [path, { status: 200, headers: { ...HEADERS, 'content-type': type }, bytes }];
    }),
  );
  const answers = new Map([...files, ['/favicon.ico', NO_ICON]]);
  return ({ method, url }) =>
    method === 'GET' || method === 'HEAD' ? answers.get(url.split('?')[0] ?? '') : undefined;
}

export function sendPage(response: HttpResponse, { status, headers, bytes }: PageFile): void {
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && { 'content-length': bytes.length }),
  });
  response.end(bytes);
}
