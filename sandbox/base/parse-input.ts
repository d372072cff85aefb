/** Checks of the bodies that the `/_sandbox/` routes receive. */
import type { InputProblem } from '../../core/input-problem.ts';
import { isRecord } from './json.ts';

export type ParsedInput<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

/** Returns a problem for each key that is not in `allowed`. */
export const unknownKeys = (
  value: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
  prefix: string,
): readonly InputProblem[] =>
  Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({
      path: `${prefix}${key.slice(0, 64)}`,
      message: `is unknown: use one of ${allowed.join(', ')}`,
    }));

/** Returns a problem unless the value is absent or a whole number in the range. */
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

type Fields = Readonly<Record<string, unknown>>;

const NOT_AN_OBJECT = 'must be a JSON object';

/**
 * Checks a behavior of the form `{"fail": {"times": 1}}`; without `fail` it is the default one.
 * @param keys of `fail` apart from `times`.
 * @param problemsOf what is wrong with them.
 */
export function parseFailures<T extends { readonly fail?: object }>(
  input: unknown,
  keys: readonly string[],
  problemsOf: (fail: Fields) => readonly InputProblem[],
): ParsedInput<T> {
  if (!isRecord(input)) return { problems: [{ path: '', message: NOT_AN_OBJECT }] };
  const { fail } = input;
  if (fail !== undefined && !isRecord(fail)) {
    return { problems: [{ path: 'fail', message: NOT_AN_OBJECT }] };
  }
  const problems = [
    ...unknownKeys(input, ['fail'], ''),
    ...(fail ? unknownKeys(fail, [...keys, 'times'], 'fail.') : []),
    ...(fail ? [...problemsOf(fail), ...timesProblems(fail)] : []),
  ];
  return problems.length > 0 ? { problems } : { value: input as T };
}

export const timesProblems = ({ times }: Fields): readonly InputProblem[] =>
  times === undefined
    ? [{ path: 'fail.times', message: 'is required' }]
    : wholeNumber(times, 'fail.times', 1, 1_000_000);
