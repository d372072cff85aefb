/** How many tokens a JSON value has at most, however a chat template renders it. */
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import { longestForm } from './text-bound.ts';

/** Bytes that a template can add around one key of a JSON value. */
const TOKENS_PER_KEY = 32;
const INDENT = 4;
/** A UTF-16 code unit that is not ASCII becomes \uXXXX, in a quoted string \\uXXXX: seven bytes. */
const EXTRA_PER_ESCAPED_UNIT = 6;

/**
 * Llama's template indents by four, some escape what is not ASCII (`json.dumps`), some put JSON
 * into a JSON string, Claude's wraps each parameter in marks, gpt-oss turns schemas into type
 * declarations. So: indented, escaped, quoted a second time, and an allowance for every key. The
 * sizes are added up without rendering the text, which indentation can make a hundred times larger
 * than the value.
 *
 * @param value as `JSON.parse` returns it.
 */
export function jsonTokenBound(value: unknown): number {
  const size: RenderedSize = { units: 2, escapedUnits: 0, bytes: 2, keys: 0 };
  addValue(size, value, 0);
  const escaped = size.units + size.escapedUnits * EXTRA_PER_ESCAPED_UNIT;
  return Math.max(escaped, size.bytes) + size.keys * TOKENS_PER_KEY;
}

/** Size of `JSON.stringify(JSON.stringify(value, undefined, 4))`. */
interface RenderedSize {
  /** UTF-16 code units. */
  units: number;
  /** Those of them that are not ASCII. */
  escapedUnits: number;
  /** Bytes of the longest form, as `textTokenBound` counts them. */
  bytes: number;
  keys: number;
}

function addValue(size: RenderedSize, value: unknown, depth: number): void {
  if (typeof value === 'string') addString(size, value);
  else if (typeof value !== 'object' || value === null) addAscii(size, String(value).length);
  else if (Array.isArray(value)) {
    addLayout(size, value.length, depth);
    for (const entry of value) addValue(size, entry, depth + 1);
  } else if (isJsonObject(value)) addMembers(size, value, depth);
}

/** By name: a list of all pairs takes longer than all the rest where there are many. */
function addMembers(size: RenderedSize, value: JsonObject, depth: number): void {
  const names = Object.keys(value);
  addLayout(size, names.length, depth);
  size.keys += names.length;
  addAscii(size, names.length * 2);
  for (const name of names) {
    addString(size, name);
    addValue(size, value[name], depth + 1);
  }
}

/** Brackets, and for each entry its comma, a line break (two characters once quoted) and indent. */
function addLayout(size: RenderedSize, entries: number, depth: number): void {
  addAscii(size, 2);
  if (entries === 0) return;
  const inner = 2 + INDENT * (depth + 1);
  addAscii(size, entries * (inner + 1) - 1 + 2 + INDENT * depth);
}

function addAscii(size: RenderedSize, count: number): void {
  size.units += count;
  size.bytes += count;
}

const ASCII_END = 0x80;

/** A string and its quotes, each of which is escaped by the second quoting. */
function addString(size: RenderedSize, text: string): void {
  let ascii = 4;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < ASCII_END) {
      ascii += ESCAPED_LENGTHS[unit] ?? 1;
      continue;
    }
    const codePoint = text.codePointAt(at) ?? unit;
    if (isLoneSurrogate(codePoint)) {
      ascii += CONTROL_LENGTH;
      continue;
    }
    const units = codePoint > 0xffff ? 2 : 1;
    at += units - 1;
    size.units += units;
    size.escapedUnits += units;
    size.bytes += longestForm(codePoint);
  }
  addAscii(size, ascii);
}

const isLoneSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** Quoted twice, a control character becomes \\uXXXX. */
const CONTROL_LENGTH = 7;
const SPACE = 0x20;
const BACKSLASH_AND_QUOTE = [0x22, 0x5c];
/** Backspace, tab, line feed, form feed, carriage return: \\n. */
const SHORT_ESCAPES = [0x08, 0x09, 0x0a, 0x0c, 0x0d];

/** By ASCII character: its length when quoted twice; " becomes \\\". */
const ESCAPED_LENGTHS = Uint8Array.from({ length: ASCII_END }, (_, unit) => {
  if (BACKSLASH_AND_QUOTE.includes(unit)) return 4;
  if (unit >= SPACE) return 1;
  return SHORT_ESCAPES.includes(unit) ? 3 : CONTROL_LENGTH;
});
