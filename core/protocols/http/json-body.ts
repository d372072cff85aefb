/** A request's body as strict JSON: what is priced is what is sent. In two steps, for large ones. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import { strictJsonProblem } from '../../strict-json.ts';

interface ReadBody {
  readonly text: string;
  readonly value: unknown;
}

interface WrongBody {
  readonly problem: InputProblem;
}

export function readJsonBody(bytes: Uint8Array): ReadBody | WrongBody {
  if (bytes.length === 0) return problem('the body is empty: send a JSON object');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return problem('is not valid UTF-8');
  }
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return problem('is not JSON');
  }
}

export function strictJsonBody({
  text,
  value,
}: ReadBody): { readonly body: JsonObject } | WrongBody {
  const strict = strictJsonProblem(text);
  if (strict) return { problem: strict };
  return isJsonObject(value) ? { body: value } : problem('must be a JSON object');
}

const problem = (message: string): WrongBody => ({ problem: { path: '$', message } });
