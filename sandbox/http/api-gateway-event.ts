/** HTTP requests and responses as an HTTP API passes them to a function, payload 2.0. */
import { isUtf8 } from 'node:buffer';
import type { EpochMs } from '../../core/time.ts';
import { isRecord } from '../base/json.ts';
import { type HttpRequest, type HttpResponse, LOOPBACK } from '../base/loopback-server.ts';
import type { AuthorizerContext } from './authorizer.ts';

export interface GatewayRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Lower-case names; values of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** How an API or a Function URL identifies itself to its function. */
interface FrontDoor {
  readonly accountId: string;
  readonly domainName: string;
  /** The route of a method and path. */
  readonly routeKeyOf: (methodAndPath: string) => string;
}

/** Not a Function URL, which has other time limits. */
const SANDBOX: FrontDoor = {
  accountId: '000000000000',
  domainName: 'sandbox.execute-api.us-east-1.amazonaws.com',
  routeKeyOf: (methodAndPath) => {
    if (ROUTE_KEYS.includes(methodAndPath)) return methodAndPath;
    return methodAndPath.includes(' /v1/operator/') ? 'ANY /v1/operator/{proxy+}' : '$default';
  },
};

/** The front of the proxy. */
export const FUNCTION_URL: FrontDoor = {
  accountId: '000000000000',
  domainName: 'sandbox.lambda-url.us-east-1.on.aws',
  routeKeyOf: () => '$default',
};
const READ_ROUTES = ['/v1/usage', '/v1/models', '/openapi.json', '/healthz'];
const ROUTE_KEYS = [
  'POST /v1/invoke',
  'POST /v1/tokens',
  ...READ_ROUTES.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
];
const API_PATHS = ROUTE_KEYS.map((key) => key.split(' ')[1]);

/** Whether the API has a route of it; a slash at its end does not matter. */
export function isApiPath(url: string): boolean {
  const path = (url.split('?')[0] ?? '').replace(/\/$/, '');
  return path.startsWith('/v1/operator/') || API_PATHS.includes(path);
}

const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|javascript)\b)/i;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function toGatewayRequest(request: HttpRequest, body: Buffer): GatewayRequest {
  const headers = headersOf(request);
  // The request line of a proxy can contain the whole URL.
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '') || '/';
  const sourceIp = request.socket.remoteAddress ?? LOOPBACK;
  return { method: request.method ?? 'GET', url, headers, body, sourceIp };
}

/** The names that only HTTP/2 has begin with a colon; of these the host matters alone. */
function headersOf(request: HttpRequest): Record<string, string> {
  const values = 'headersDistinct' in request ? request.headersDistinct : request.headers;
  const host = request.headers[':authority'];
  return {
    ...(typeof host === 'string' && { host }),
    ...Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => !name.startsWith(':'))
        .map(([name, value = []]) => [name, [value].flat().join(name === 'cookie' ? '; ' : ',')]),
    ),
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, 2026-11 */
export function toGatewayEvent(
  request: GatewayRequest,
  about: { requestId: string; now: EpochMs; authorizer?: AuthorizerContext },
  { accountId, domainName, routeKeyOf }: FrontDoor = SANDBOX,
): object {
  const [rawPath = '/', ...query] = request.url.split('?');
  const rawQueryString = query.join('?');
  const { cookie, ...headers } = request.headers;
  const parameters = new URLSearchParams(rawQueryString);
  const routeKey = routeKeyOf(`${request.method} ${rawPath}`);
  const [domainPrefix = ''] = domainName.split('.');
  const isText = isUtf8(request.body) && TEXT_TYPE.test(headers['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(parameters.size > 0 && {
      queryStringParameters: Object.fromEntries(
        [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]),
      ),
    }),
    requestContext: {
      accountId,
      apiId: domainPrefix,
      domainName,
      domainPrefix,
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: about.requestId,
      routeKey,
      stage: '$default',
      time: accessLogTime(new Date(about.now)),
      timeEpoch: about.now,
      ...(about.authorizer && { authorizer: about.authorizer }),
    },
    ...(request.body.length > 0 && {
      body: request.body.toString(isText ? 'utf8' : 'base64'),
    }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** `23/Nov/2026:14:05:09 +0000`. */
function accessLogTime(date: Date): string {
  const [day = '', time = ''] = date.toISOString().split('T');
  const [year, , dayOfMonth] = day.split('-');
  return `${dayOfMonth}/${MONTHS[date.getUTCMonth()]}/${year}:${time.slice(0, 8)} +0000`;
}

/**
 * Sends a function's response; false if it is malformed, for which API Gateway returns 500.
 */
export function sendGatewayAnswer(response: HttpResponse, payload: string): boolean {
  const answer: unknown = JSON.parse(payload);
  if (!isRecord(answer) || typeof answer.statusCode !== 'number') return false;
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer;
  const bytes = Buffer.from(
    typeof body === 'string' ? body : '',
    isBase64Encoded === true ? 'base64' : 'utf8',
  );
  for (const [name, value] of Object.entries(isRecord(headers) ? headers : {})) {
    response.setHeader(name, String(value));
  }
  if (Array.isArray(cookies)) response.setHeader('set-cookie', cookies.map(String));
  response.writeHead(statusCode, { 'content-length': bytes.length });
  response.end(bytes);
  return true;
}
