/** Reads a request's body; everything wrong with it is reported at once. */
import { Ajv } from 'ajv';
import type { Problem } from '../policy/policy.ts';
import { wordErrors } from '../schema-words.ts';
import { type InvokeRequest, requestSchema } from './request.schema.ts';

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  ownProperties: true,
  strict: true,
  allowUnionTypes: true,
});
const validate = ajv.compile<InvokeRequest>(requestSchema);

export type RequestResult =
  | { readonly outcome: 'valid'; readonly request: InvokeRequest }
  | { readonly outcome: 'not_valid'; readonly problems: readonly Problem[] };

export function parseRequest(body: unknown): RequestResult {
  if (validate(body)) return { outcome: 'valid', request: body };
  return { outcome: 'not_valid', problems: wordErrors(validate.errors ?? [], body, '$') };
}
