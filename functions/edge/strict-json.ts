/**
 * What JSON.parse lets pass and we do not: names given twice (another reader may take the other
 * one), names that reach an object's prototype, and nesting no request needs.
 */

const DEPTH_MAX = 32;
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
const STRING = /"(?:[^"\\]|\\.)*"/y;

/**
 * @param text JSON that JSON.parse has accepted.
 * @returns what is wrong with it, or undefined.
 */
export function strictJsonProblem(text: string): string | undefined {
  /** One entry per open bracket: the names seen so far, or undefined in a list. */
  const open: (Set<string> | undefined)[] = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        expectsName = text[at] === '{';
        open.push(expectsName ? new Set() : undefined);
        if (open.length > DEPTH_MAX) return `is nested deeper than ${DEPTH_MAX} levels`;
        break;
      case '}':
      case ']':
        open.pop();
        expectsName = false;
        break;
      case ',':
        expectsName = open.at(-1) !== undefined;
        break;
      case '"': {
        STRING.lastIndex = at;
        const literal = STRING.exec(text)?.[0] ?? '""';
        const wrong = expectsName ? nameProblem(literal, open.at(-1)) : undefined;
        if (wrong) return wrong;
        expectsName = false;
        at += literal.length - 1;
      }
    }
  }
  return undefined;
}

function nameProblem(literal: string, seen: Set<string> | undefined): string | undefined {
  const name: string = JSON.parse(literal);
  if (FORBIDDEN_NAMES.has(name)) return `holds the name "${name}", which is not allowed`;
  if (seen?.has(name)) return 'holds a name twice in one object; write each name once';
  seen?.add(name);
  return undefined;
}
