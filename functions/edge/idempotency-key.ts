/** The request's idempotency key, from its header. */
import { keyProblem } from '../core/idempotency/key.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblem } from './http-problem.ts';

const PATH = 'headers.Idempotency-Key';

/** @returns undefined when there is none. @throws HttpProblem 400 when it can't be one. */
export function idempotencyKeyOf({ headers }: HttpEvent): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const message = keyProblem(key);
  if (message === undefined) return key;
  throw new HttpProblem('invalid_request', `${PATH}: ${message}`, {
    errors: [{ path: PATH, message }],
  });
}
