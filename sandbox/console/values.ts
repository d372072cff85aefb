/** Reading JSON whose shape nobody vouches for, and writing what it holds for people. */

/** The value at the end of the path; undefined where a step is missing. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => Reflect.get(Object(inner ?? {}), key), value);

/** Text and numbers as text; empty for all else. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

/** Zero where there is no number. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** `2026-11-30 23:59:58Z` of an ISO 8601 time. */
export const moment = (iso: string): string =>
  iso === '' ? '' : `${iso.slice(0, 19).replace('T', ' ')}Z`;

const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
const WORDS = new Intl.RelativeTimeFormat('en', { style: 'short' });

/** `in 5 days`, from one ISO 8601 time to another. */
export function until(iso: string, from: string): string {
  const ms = Date.parse(iso) - Date.parse(from);
  const [unit, length] = SPANS.find(([, each]) => ms >= 2 * each) ?? ['second', 1_000];
  return Number.isNaN(ms) ? '' : WORDS.format(Math.round(ms / length), unit);
}
