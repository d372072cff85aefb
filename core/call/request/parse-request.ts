/** Reads a request's body; everything wrong with it is reported at once. */
import type { InputProblem } from '../../input-problem.ts';
import { schemaErrorProblems } from '../../schema-errors.ts';
import { partCountProblems } from './count-parts.ts';
import type { InvokeRequest } from './request.schema.ts';
import { validate } from './request.validator.ts';

type RequestResult =
  | { readonly outcome: 'valid'; readonly request: InvokeRequest }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

export function parseRequest(body: unknown): RequestResult {
  const tooMany = partCountProblems(body);
  if (tooMany.length > 0) return { outcome: 'not_valid', problems: tooMany };
  if (validate(body)) return { outcome: 'valid', request: body };
  return { outcome: 'not_valid', problems: schemaErrorProblems(validate.errors ?? [], body, '$') };
}
