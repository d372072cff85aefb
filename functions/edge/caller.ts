/** The caller, as API Gateway's or the Function URL's authorizer established it. */
import type { Caller } from '../../core/caller.ts';
import type { IDENTITIES } from './environment.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblemError } from './http-error.ts';

/**
 * The caller as an authorizer established it. With identity off, it is only recorded.
 * @throws HttpProblem 401 if identity is on and no caller is known.
 */
export function callerOf(
  { requestContext }: HttpEvent,
  identity: (typeof IDENTITIES)[number],
): Caller | undefined {
  const { iam, jwt } = requestContext.authorizer ?? {};
  if (identity !== 'jwt' && iam?.userArn) return { kind: 'iam', arn: iam.userArn };
  if (identity !== 'iam' && jwt?.claims) return { kind: 'jwt', claims: textClaims(jwt.claims) };
  if (identity === 'off') return undefined;
  const ways = { iam: 'Sign the request with SigV4.', jwt: 'Send a bearer token.' };
  throw new HttpProblemError(
    'unauthenticated',
    identity === 'any' ? `${ways.iam} Or: ${ways.jwt}` : ways[identity],
  );
}

/** Claims are compared as text; an HTTP API already passes them as text. */
const textClaims = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, String(value)]));
