/** CORS as an HTTP API does it where `api.cors` is set: it answers preflights itself. */
import { asStrings, toUnvalidated } from '../../core/unvalidated.ts';
import type { GatewayRequest } from './api-gateway-event.ts';

export interface Cors {
  readonly allowOrigins: readonly string[];
}

/** As modules/api sets them. */
const METHODS = 'GET,HEAD,POST';
const REQUEST_HEADERS =
  'authorization,content-type,idempotency-key,x-amz-content-sha256,x-amz-date,x-amz-security-token';
const ANSWER_HEADERS = 'idempotent-replayed,retry-after';
const MAX_AGE_SECONDS = '300';

/** `api.cors` of the tfvars; undefined where it is not set. */
export function corsOf(config: unknown): Cors | undefined {
  const cors = toUnvalidated(toUnvalidated(config).get('api')).get('cors');
  const allowOrigins = asStrings(toUnvalidated(cors).get('allow_origins'));
  return allowOrigins.length === 0 ? undefined : { allowOrigins };
}

/** The headers of any answer to a page of an allowed origin. */
export function corsHeaders(
  cors: Cors | undefined,
  { headers }: Pick<GatewayRequest, 'headers'>,
): Readonly<Record<string, string>> {
  const { origin } = headers;
  if (origin === undefined || !cors?.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': ANSWER_HEADERS,
    vary: 'Origin',
  };
}

/** The headers of the answer to a preflight; undefined where the request is not one. */
export function preflightHeaders(
  cors: Cors | undefined,
  request: Pick<GatewayRequest, 'method' | 'headers'>,
): Readonly<Record<string, string>> | undefined {
  const { method, headers } = request;
  const isPreflight =
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined;
  if (!cors || !isPreflight) return undefined;
  const allowed = corsHeaders(cors, request);
  if (Object.keys(allowed).length === 0) return {};
  return {
    ...allowed,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': MAX_AGE_SECONDS,
  };
}
