/**
 * Keeps web pages of other sites away from the sandbox. A page can make a browser send requests to
 * this machine: under another host's name (DNS rebinding), or from another origin.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

interface Refusal {
  readonly code: 'forbidden_host' | 'forbidden_origin' | 'unsupported_media_type';
  readonly detail: string;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:$|\s*;)/i;

type Incoming = Pick<IncomingMessage, 'headers' | 'socket' | 'url'>;

/** Of every request: it must name this machine, and the port it arrived at. */
export function hostRefusal({ headers, socket, url }: Incoming): Refusal | undefined {
  // A target with a host has priority over the header (RFC 9112, 3.2.2).
  const host = /^https?:\/\/([^/?#]*)/i.exec(url ?? '')?.[1]?.toLowerCase() ?? hostOf(headers);
  const port = socket.localPort;
  const isOwn = LOOPBACK_NAMES.some(
    (name) => host === `${name}:${port}` || (port === 80 && host === name),
  );
  if (isOwn) return undefined;
  const detail = `The sandbox answers to ${LOOPBACK_NAMES.map((name) => `${name}:${port}`).join(', ')} only.`;
  return { code: 'forbidden_host', detail };
}

/** Of requests to `/_sandbox`: no page of another origin, and JSON where there is a body. */
export function sandboxRouteRefusal(
  { headers }: Pick<Incoming, 'headers'>,
  hasBody: boolean,
): Refusal | undefined {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (origin !== undefined && !isSameOrigin(origin, hostOf(headers))) ||
    site === 'cross-site' ||
    site === 'same-site';
  if (isForeign) {
    const detail = 'Pages of another origin may not use /_sandbox.';
    return { code: 'forbidden_origin', detail };
  }
  if (!hasBody || JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  const detail = 'Send the body with "Content-Type: application/json".';
  return { code: 'unsupported_media_type', detail };
}

/** HTTP/2 has `:authority` in its place. */
const hostOf = (headers: IncomingHttpHeaders): string =>
  String(headers[':authority'] ?? headers.host ?? '').toLowerCase();

const isSameOrigin = (origin: string, host: string): boolean =>
  origin.toLowerCase() === `http://${host}` || origin.toLowerCase() === `https://${host}`;
