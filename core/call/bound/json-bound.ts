/** How many tokens a JSON value has at most, however a chat template renders it. */
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
  else if (Array.isArray(value)) addEntries(size, value, depth, addValue);
  else {
    addEntries(size, Object.entries(value), depth, (target, [key, inner], below) => {
      target.keys += 1;
      addString(target, key);
      addAscii(target, 2);
      addValue(target, inner, below);
    });
  }
}

/** Brackets, and for each entry its comma, a line break (two characters once quoted) and indent. */
function addEntries<T>(
  size: RenderedSize,
  entries: readonly T[],
  depth: number,
  add: (size: RenderedSize, entry: T, depth: number) => void,
): void {
  addAscii(size, 2);
  if (entries.length === 0) return;
  const inner = 2 + INDENT * (depth + 1);
  addAscii(size, entries.length * (inner + 1) - 1 + 2 + INDENT * depth);
  for (const entry of entries) add(size, entry, depth + 1);
}

function addAscii(size: RenderedSize, count: number): void {
  size.units += count;
  size.bytes += count;
}

const DELETE = 0x7f;
const SPACE = 0x20;
const BACKSLASH_AND_QUOTE = new Set([0x22, 0x5c]);
/** Backspace, tab, line feed, form feed, carriage return. */
const SHORT_ESCAPES = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** A string and its quotes, each of which is escaped by the second quoting. */
function addString(size: RenderedSize, text: string): void {
  addAscii(size, 4);
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0;
    if (codePoint <= DELETE || isLoneSurrogate(codePoint)) {
      addAscii(size, escapedLength(codePoint));
      continue;
    }
    const units = codePoint > 0xffff ? 2 : 1;
    at += units - 1;
    size.units += units;
    size.escapedUnits += units;
    size.bytes += longestForm(codePoint);
  }
}

const isLoneSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** Quoted twice, " becomes \\\", a line feed \\n, another control character \\uXXXX. */
function escapedLength(codePoint: number): number {
  if (BACKSLASH_AND_QUOTE.has(codePoint)) return 4;
  if (codePoint >= SPACE && codePoint <= DELETE) return 1;
  return SHORT_ESCAPES.has(codePoint) ? 3 : 7;
}
