/** The door of the proxy: what a Function URL with response streaming does for a request. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { KEY_PREFIX } from '../../core/call/identity/proxy-key-format.ts';
import type { Clock } from '../../core/time.ts';
import { type HttpResponse, sendJson } from '../base/loopback-server.ts';
import { LAMBDA_PAYLOAD_BYTES_MAX, type LambdaHost } from '../engines/lambda/host.ts';
import {
  FUNCTION_URL,
  type GatewayRequest,
  isApiPath,
  toGatewayEvent,
} from './api-gateway-event.ts';
import type { ConcurrencyGate } from './concurrency-gate.ts';

interface ProxyParts {
  readonly proxy: Pick<LambdaHost, 'invokeStreamed'>;
  readonly clock: Clock;
  readonly admission?: Pick<ConcurrencyGate, 'run'>;
  /** Whether the function is notified of a client that has left; Lambda does not do that. */
  readonly noticesDisconnect?: () => boolean;
  readonly report: (line: string) => void;
}

/** Paths of model APIs. */
const PROXY_PATH = /^\/(?:app|model|inference-profiles|openai|anthropic|api\/hello)(?:\/|$)/;
/** Their ends, also below a wrong prefix: the proxy names the right one. */
const PROXY_END =
  /\/(?:model\/.+\/(?:converse|invoke|count-tokens)[a-z-]*|chat\/completions|responses|embeddings|messages(?:\/count_tokens)?)$/;

/** On AWS, the API and the proxy have separate addresses. */
export function isForProxy({ url, headers }: GatewayRequest): boolean {
  const [path = ''] = url.split('?');
  if (PROXY_PATH.test(path) || PROXY_END.test(path)) return true;
  // With a key: the usage that both show, and what neither has, for which the proxy has the words.
  const given = `${headers.authorization ?? ''} ${headers['x-api-key'] ?? ''}`;
  return given.includes(KEY_PREFIX) && (path === '/v1/usage' || !isApiPath(path));
}

export async function passToProxy(
  parts: ProxyParts,
  request: GatewayRequest,
  response: HttpResponse,
): Promise<void> {
  const about = { requestId: randomUUID(), now: parts.clock.now() };
  const event = toGatewayEvent(request, about, FUNCTION_URL);
  if (Buffer.byteLength(JSON.stringify(event)) > LAMBDA_PAYLOAD_BYTES_MAX) {
    sendJson(response, { status: 413, body: { message: 'Request Entity Too Large' } });
    return;
  }
  const invoke = () => parts.proxy.invokeStreamed(event);
  // A stream that runs takes no place from the calls that begin.
  const answer = await (parts.admission ? parts.admission.run(invoke) : invoke());
  if ('error' in answer) {
    parts.report(`proxy: ${JSON.stringify(answer.error)}`);
    sendJson(response, { status: 502, body: { message: 'Internal Server Error' } });
    return;
  }
  if (!response.destroyed) response.writeHead(answer.status, { ...answer.headers });
  const left = () => {
    if (!response.writableFinished && parts.noticesDisconnect?.()) answer.leave();
  };
  if (response.destroyed) left();
  else response.on('close', left);
  try {
    for await (const bytes of answer.body) await write(response, bytes);
    response.end();
  } catch (error) {
    if (!response.destroyed) parts.report(`proxy: ${String(error)}`);
    response.destroy();
  }
}

/** The function does not notice that its client is gone: it runs to its end. */
async function write(response: HttpResponse, bytes: Uint8Array): Promise<void> {
  if (response.destroyed || response.write(bytes)) return;
  const written = new AbortController();
  const { signal } = written;
  const closed = once(response, 'close', { signal }).catch(() => undefined);
  await Promise.race([once(response, 'drain', { signal }).catch(() => undefined), closed]);
  written.abort();
}
