/** The request's idempotency key, from its header. */
import { idempotencyKeyProblem } from '../../core/call/idempotency/idempotency-key.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblemError } from './http-error.ts';

const PATH = 'headers.Idempotency-Key';

/** @returns undefined when there is none. @throws HttpProblem 400 when it can't be one. */
export function idempotencyKeyOf({ headers }: HttpEvent): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const message = idempotencyKeyProblem(key);
  if (message === undefined) return key;
  throw new HttpProblemError('invalid_request', `${PATH}: ${message}`, {
    errors: [{ path: PATH, message }],
  });
}
