/** Reads a request's body; everything wrong with it is reported at once. */
import type { Problem } from '../policy/policy.ts';
import { wordErrors } from '../schema-words.ts';
import type { InvokeRequest } from './request.schema.ts';
import { validate } from './request.validator.ts';

type RequestResult =
  | { readonly outcome: 'valid'; readonly request: InvokeRequest }
  | { readonly outcome: 'not_valid'; readonly problems: readonly Problem[] };

export function parseRequest(body: unknown): RequestResult {
  if (validate(body)) return { outcome: 'valid', request: body };
  return { outcome: 'not_valid', problems: wordErrors(validate.errors ?? [], body, '$') };
}
