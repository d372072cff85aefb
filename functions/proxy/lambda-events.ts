/** Events of a Function URL (payload 2.0) and of a REST API (payload 1.0) as fetch requests. */

/** The fields read from an event; no identity is taken from either kind. */
export interface ProxyEvent {
  readonly rawPath?: string;
  readonly path?: string;
  readonly rawQueryString?: string;
  readonly httpMethod?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
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

export function toRequest(event: ProxyEvent): Request {
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? 'GET';
  const query = event.rawQueryString ?? queryOf(event);
  const path = event.rawPath ?? event.path ?? '/';
  const url = new URL('https://localhost/');
  url.pathname = path;
  url.search = query;
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers.set(name, value);
  }
  if (NO_BODY.has(method)) return new Request(url, { method, headers });
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return new Request(url, { method, headers, body });
}

function queryOf({ multiValueQueryStringParameters }: ProxyEvent): string {
  const query = new URLSearchParams();
  for (const [name, values = []] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values) query.append(name, value);
  }
  return query.toString();
}
