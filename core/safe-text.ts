/** External text in messages: bounded, escaped, quoted and counted. */

const QUOTED_LENGTH_MAX = 80;
const LISTED_MAX = 12;
/**
 * Control, format (bidi, zero-width), surrogate and separator characters: never echoed as they are.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Whether a text is one line that shows all of its characters. */
export const isPrintable = (text: string): boolean => text.search(UNPRINTABLE) < 0;

const escaped = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** An external string, safe to print: unprintable characters escaped, at most 80 characters. */
export function printable(text: string, lengthMax: number = QUOTED_LENGTH_MAX): string {
  const characters = [...text.slice(0, lengthMax * 2)];
  const cut = characters.length > lengthMax || text.length > lengthMax * 2;
  const kept = characters.slice(0, lengthMax).join('').replace(UNPRINTABLE, escaped);
  return cut ? `${kept}…` : kept;
}

/** Any external value as a short phrase: `"nova-lite"`, `-1`, `a list`. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') return `"${printable(value)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** `minute, hour, day, month`; long lists are cut. */
export function formatChoices(values: readonly string[]): string {
  const shown = values.slice(0, LISTED_MAX).map((value) => printable(value));
  return values.length > LISTED_MAX ? `${shown.join(', ')} …` : shown.join(', ');
}

/** `1 cost center`, `2 cost centers`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Orders by code units, the same on every machine. */
export const compareCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The candidate a typo was most likely meant to be, or undefined when none is near. */
export function closestMatch(given: string, candidates: Iterable<string>): string | undefined {
  const target = given.slice(0, QUOTED_LENGTH_MAX).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(target.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - target.length) >= bestDistance) continue;
    const distance = editDistance(target, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Number of single-character changes between two words (Levenshtein). */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      );
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
