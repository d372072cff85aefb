/**
 * CORS: web pages of the policy's `proxy.allow_origins` can call the proxy. The function answers
 * itself, so that it is the same behind every front.
 */
import type { PolicySource } from '../../core/policy/ports.ts';

interface Cors {
  /** The answer to a preflight, which has no credentials. */
  readonly preflight?: Response;
  readonly withHeaders: (response: Response) => Response;
}

const MAX_AGE_SECONDS = 300;
/** Names of headers, as a browser lists them; cookies are never allowed, so any name is harmless. */
const NAMES = /^[a-z0-9-]{1,64}(?:, ?[a-z0-9-]{1,64}){0,63}$/i;

/** @throws SentryError where a page asks and there is no policy. */
export async function corsOf(
  { policies }: { readonly policies: PolicySource },
  { method, headers }: Request,
): Promise<Cors> {
  const origin = headers.get('origin');
  if (origin === null) return { withHeaders: (response) => response };
  const { proxy } = await policies.load();
  const isAllowed = proxy.allowOrigins.includes(origin);
  const isPreflight = method === 'OPTIONS' && headers.has('access-control-request-method');
  const asked = headers.get('access-control-request-headers') ?? '';
  const allowed = {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-max-age': String(MAX_AGE_SECONDS),
    ...(NAMES.test(asked) && { 'access-control-allow-headers': asked }),
  };
  const vary = { vary: 'Origin' };
  return {
    ...(isPreflight && {
      preflight: new Response(null, {
        status: 204,
        headers: isAllowed ? { ...allowed, ...vary } : vary,
      }),
    }),
    withHeaders: (response) => {
      response.headers.append('vary', 'Origin');
      if (!isAllowed) return response;
      response.headers.set('access-control-allow-origin', origin);
      response.headers.set('access-control-expose-headers', '*');
      return response;
    },
  };
}
