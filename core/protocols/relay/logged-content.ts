/** Prompts and completions as the audit log has them, where the policy wants them. */

import { sizeOf } from '../../call/request/prompt.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';

/** Longer texts are cut: CloudWatch Logs takes no larger line. */
const LOGGED_CHARACTERS_MAX = 100_000;

/** The request as it was sent to the model, with sizes in place of files. */
export function loggedPrompt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loggedPrompt);
  if (!isJsonObject(value)) return typeof value === 'string' ? shortened(value) : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isFile(value, name) && typeof inner === 'string' ? sizeOf(inner) : loggedPrompt(inner),
    ]),
  );
}

/** Base64 in Converse, and in Anthropic's format. */
const isFile = (holder: JsonObject, name: string): boolean =>
  name === 'bytes' || (name === 'data' && holder.type === 'base64');

const shortened = (text: string): string =>
  text.length <= LOGGED_CHARACTERS_MAX ? text : `${text.slice(0, LOGGED_CHARACTERS_MAX)}…`;

/** Members that hold what a model has written, in the events of all families. */
const WRITTEN = new Set([
  'text',
  'thinking',
  'partial_json',
  'input',
  'content',
  'generation',
  'outputText',
]);
/** Objects on the way to them. */
const AROUND = new Set([
  'delta',
  'contentBlockDelta',
  'reasoningContent',
  'toolUse',
  'message',
  'choices',
  'outputs',
]);

/** Collects what a stream writes, up to what the log takes. */
export class WrittenText {
  #text = '';

  add(json: unknown): void {
    if (this.#text.length > LOGGED_CHARACTERS_MAX) return;
    this.#text += textIn(json);
  }

  get text(): string {
    return shortened(this.#text);
  }
}

function textIn(json: unknown): string {
  if (Array.isArray(json)) return json.map(textIn).join('');
  if (!isJsonObject(json)) return '';
  return Object.entries(json)
    .map(([name, inner]) => {
      if (typeof inner === 'string') return WRITTEN.has(name) ? inner : '';
      return AROUND.has(name) ? textIn(inner) : '';
    })
    .join('');
}
