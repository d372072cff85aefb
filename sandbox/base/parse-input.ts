/** Checks of the bodies that the `/_sandbox/` routes receive. */
import type { InputProblem } from '../../core/input-problem.ts';

export type ParsedInput<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

/** A problem for each key that is not among `allowed`. */
export const unknownKeys = (
  value: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
  prefix: string,
): readonly InputProblem[] =>
  Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({
      path: `${prefix}${key.slice(0, 64)}`,
      message: `is not known: allowed are ${allowed.join(', ')}`,
    }));

/** A problem unless the value is absent or a whole number in the range. */
export const wholeNumber = (
  value: unknown,
  path: string,
  min: number,
  max: number,
): readonly InputProblem[] =>
  value === undefined ||
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
    ? []
    : [{ path, message: `must be a whole number from ${min} to ${max}` }];
