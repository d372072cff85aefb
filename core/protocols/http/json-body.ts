/** A request's body as strict JSON: what is priced is what is sent. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import { strictJsonProblem } from '../../strict-json.ts';

type ParsedBody =
  | { readonly body: JsonObject }
  | { readonly problems: readonly [InputProblem, ...InputProblem[]] };

export function parseJsonBody(bytes: Uint8Array): ParsedBody {
  if (bytes.length === 0) return problem('the body is empty: send a JSON object');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return problem('is not valid UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('is not JSON');
  }
  const strict = strictJsonProblem(text);
  if (strict) return { problems: [strict] };
  return isJsonObject(value) ? { body: value } : problem('must be a JSON object');
}

const problem = (message: string): ParsedBody => ({ problems: [{ path: '$', message }] });
