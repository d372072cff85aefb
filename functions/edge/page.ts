/** Query parameters of lists that come in pages. */
import { joinPath } from '../../core/input-path.ts';
import { quoted } from '../../core/safe-text.ts';
import { HttpProblemError } from './http-error.ts';

export const PAGE_PARAMETERS = ['limit', 'after'] as const;

const PAGE_MAX = 100;

/** How many entries a page has. @throws HttpProblem 400 */
export function pageSize(limit = '50'): number {
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (count >= 1 && count <= PAGE_MAX) return count;
  invalidQuery('limit', `must be a whole number from 1 to ${PAGE_MAX}, got ${quoted(limit)}`);
}

/** @throws HttpProblem 400 */
export const invalidPage = (): never => invalidQuery('after', 'must be `next` of the page before');

/** @throws HttpProblem 400 */
export function invalidQuery(name: string, message: string): never {
  const path = joinPath('query', name);
  throw new HttpProblemError('invalid_request', `${path}: ${message}`, {
    errors: [{ path, message }],
  });
}
