/** The session that a request belongs to, from its header. */
import { sessionProblem } from '../../core/call/identity/call-identity.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblemError } from './http-error.ts';

const NAME = 'x-sentry-session';

/** @returns undefined when there is none. @throws HttpProblem 400 when it can't be one. */
export function sessionOf({ headers }: HttpEvent): string | undefined {
  const session = headers[NAME];
  if (session === undefined) return undefined;
  const message = sessionProblem(session);
  if (message === undefined) return session;
  const path = `headers.${NAME}`;
  throw new HttpProblemError('invalid_request', `${path}: ${message}`, {
    errors: [{ path, message }],
  });
}
