/** Events of a Function URL (payload 2.0) and of a REST API (payload 1.0) as fetch requests. */

/** The fields read from an event; no identity is taken from either kind. */
export interface ProxyEvent {
  readonly rawPath?: string;
  readonly path?: string;
  readonly rawQueryString?: string;
  readonly httpMethod?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** Of a REST API: `headers` has the last value of each alone. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly multiValueQueryStringParameters?: Readonly<
    Record<string, readonly string[] | undefined>
  > | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly http?: { readonly method?: string };
    /** Of a REST API, with the stage. */
    readonly path?: string;
  };
}

const NO_BODY = new Set(['GET', 'HEAD']);
/** A request cannot be made with others, such as TRACE. */
const METHODS = new Set([...NO_BODY, 'DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/** @returns undefined for a method that no route has. */
export function toRequest(event: ProxyEvent): Request | undefined {
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? 'GET';
  if (!METHODS.has(method)) return undefined;
  const query = event.rawQueryString ?? queryOf(event);
  const path = event.rawPath ?? event.path ?? '/';
  const url = new URL('https://localhost/');
  url.pathname = path;
  url.search = query;
  const headers = headersOf(event);
  if (NO_BODY.has(method)) return new Request(url, { method, headers });
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return new Request(url, { method, headers, body });
}

/** A client can send bytes that no header has; a header with them is left out. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Several values of one name become a list, as a Function URL hands them on. */
function headersOf({ headers: last, multiValueHeaders }: ProxyEvent): Headers {
  const headers = new Headers();
  const all = multiValueHeaders ?? last ?? {};
  for (const [name, given] of Object.entries(all)) {
    for (const value of typeof given === 'string' ? [given] : (given ?? [])) {
      if (NAME.test(name) && VALUE.test(value)) headers.append(name, value);
    }
  }
  return headers;
}

function queryOf({ multiValueQueryStringParameters }: ProxyEvent): string {
  const query = new URLSearchParams();
  for (const [name, values = []] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values) query.append(name, value);
  }
  return query.toString();
}
