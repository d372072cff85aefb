/** Authenticates requests to a deployed API: none, SigV4, or a token. */

import { isOperatorToken } from '../../core/call/identity/proxy-key-format.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import type { Io } from '../terminal/io.ts';
import { signedHeaders } from './sign-request.ts';

export const AUTHS = ['auto', 'none', 'iam', 'jwt'] as const;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
export const TOKEN_VARIABLE = 'COST_SENTRY_TOKEN';

/** A token is sent over https, and otherwise to this machine alone. */
export const canCarryToken = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || LOOPBACK.test(hostname);

/** The headers to send with a GET, or with a POST of JSON. */
type Authorize = (url: URL, body?: object) => Promise<Readonly<Record<string, string>>>;

export interface Authorized {
  readonly authorize: Authorize;
  /** The token is one of an operator. */
  readonly isOperator?: boolean;
  /** What `COST_SENTRY_TOKEN` has. */
  readonly sendsToken?: boolean;
}

/**
 * @param auth `auto`: the token if set, otherwise SigV4; over http, only the token and only to
 * localhost, because http is not encrypted.
 */
export function authorization(
  auth: string,
  url: URL,
  { env }: Pick<Io, 'env'>,
): Authorized | { readonly problem: InputProblem } {
  const token = env[TOKEN_VARIABLE];
  const isSecret = url.protocol === 'https:';
  const automatic = token && canCarryToken(url) ? 'jwt' : isSecret ? 'iam' : 'none';
  switch (auth === 'auto' ? automatic : auth) {
    case 'none':
      return { authorize: async () => ({}) };
    case 'iam':
      return { authorize: sign };
    case 'jwt':
      return token
        ? {
            authorize: async () => ({ authorization: `Bearer ${token}` }),
            isOperator: isOperatorToken(token),
            sendsToken: true,
          }
        : { problem: { path: TOKEN_VARIABLE, message: 'is required for --auth jwt' } };
    default:
      return { problem: { path: '--auth', message: unknownAuth(auth) } };
  }
}

const sign: Authorize = (url, body) =>
  body === undefined
    ? signedHeaders({ method: 'GET', url })
    : signedHeaders({
        method: 'POST',
        url,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });

const unknownAuth = (auth: string): string =>
  `must be one of ${AUTHS.join(', ')}, got ${quoted(auth)}`;
