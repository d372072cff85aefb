/**
 * Refuses JSON that JSON.parse accepts: names given twice (another reader may take the other
 * one), names that could reach an object's prototype, and nesting and sizes that no request needs.
 */
import { joinPath, type PathPart } from './input-path.ts';

/** Values of tools can be nested 32 deep (core/call/request), some levels below the top. */
const DEPTH_MAX = 64;
/** Of objects, lists and names together: 40,000 messages with a block each have 200,000. */
const PARTS_MAX = 250_000;
/**
 * Of names alone, each of which costs much more than a list: 40,000 messages in Anthropic's format
 * have 160,000, and no tool schema comes near.
 */
const NAMES_MAX = 160_000;

/** Where a text breaks a rule: the path of the value in it, and the rule. */
interface StrictJsonProblem {
  /** From the root `$`. */
  readonly path: string;
  readonly message: string;
}

/** An open object or list. */
interface Container {
  /** Names so far; absent in a list. */
  readonly names?: Set<string>;
  /** The name or index of the value that is being read. */
  at: PathPart;
}

/**
 * Finds the first such place. `constructor` and `prototype` are ordinary data by themselves; only
 * `__proto__`, and a `constructor` that holds a `prototype`, can reach a prototype.
 *
 * @param text JSON that JSON.parse has accepted.
 */
export function strictJsonProblem(text: string): StrictJsonProblem | undefined {
  const open: Container[] = [];
  let expectsName = false;
  let parts = 0;
  let names = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) {
      const end = endOfString(text, index);
      if (expectsName) {
        names += 1;
        const message = addName(text.slice(index, end + 1), open);
        if (message) return problemAt(open, message);
      }
      expectsName = false;
      index = end;
    } else if (unit === COMMA) {
      expectsName = nextEntry(open.at(-1));
    } else if (unit === BRACE || unit === BRACKET) {
      parts += 1;
      expectsName = unit === BRACE;
      open.push(expectsName ? { names: new Set(), at: '' } : { at: 0 });
      if (open.length > DEPTH_MAX) {
        return problemAt(open.slice(0, -1), `is nested deeper than ${DEPTH_MAX} levels`);
      }
    } else if (unit === BRACE_END || unit === BRACKET_END) {
      open.pop();
      expectsName = false;
    }
    if (names > NAMES_MAX) return { path: '$', message: tooMany(NAMES_MAX, 'names') };
    if (parts + names > PARTS_MAX) return { path: '$', message: tooMany(PARTS_MAX, PARTS) };
  }
  return undefined;
}

/** Character codes: a text of one character each takes several times longer to compare. */
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Index of the quote that ends the string whose first quote is at `start`. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE) {
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  }
  return end;
}

const PARTS = 'objects, lists and names';
const tooMany = (most: number, what: string): string => `has more than ${most} ${what}: shorten it`;

/** @returns whether a name comes next. */
function nextEntry(container: Container | undefined): boolean {
  if (container && typeof container.at === 'number') container.at += 1;
  return container?.names !== undefined;
}

function addName(literal: string, open: readonly Container[]): string | undefined {
  const container = open.at(-1);
  if (!container?.names) return undefined;
  const name: string = literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
  container.at = name;
  if (name === '__proto__') return 'is a name that is not allowed: rename it';
  if (name === 'prototype' && open.at(-2)?.at === 'constructor') {
    return 'is not allowed inside "constructor": rename one of them';
  }
  if (container.names.has(name)) return 'is given twice in one object: give each name once';
  container.names.add(name);
  return undefined;
}

const problemAt = (open: readonly Container[], message: string): StrictJsonProblem => ({
  path: joinPath('$', ...open.map(({ at }) => at)),
  message,
});
