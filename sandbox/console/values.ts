/** Reads unvalidated JSON, and formats its values. */

/** The value at a path; undefined if a step is missing. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => Reflect.get(Object(inner ?? {}), key), value);

/** Text and numbers as text; empty for other values. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

/** Zero if there is no number. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

const SEPARATED = new Intl.NumberFormat('en-US');
const CENTS = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });
const NANO_USD = 1e9;

/** `1,234 tokens`, `1 request` or `USD 1,234.50`. */
export function amountText(unit: string, amount: number): string {
  const text = figureText(unit, amount);
  if (unit === 'usd') return text;
  const noun = unit.replace('_', ' ');
  return `${text} ${amount === 1 ? noun.replace(/s$/, '') : noun}`;
}

/** `1,234` or `USD 1,234.50`: below one cent with two significant digits. */
export function figureText(unit: string, amount: number): string {
  if (unit !== 'usd') return SEPARATED.format(amount);
  const usd = amount / NANO_USD;
  return `USD ${(usd !== 0 && Math.abs(usd) < 0.01 ? SMALL : CENTS).format(usd)}`;
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
