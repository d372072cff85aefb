/** Types of members that a request is translated by: a value of another type would be lost. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';

const TYPES = {
  boolean: { message: 'must be true or false', is: (value: unknown) => typeof value === 'boolean' },
  string: { message: 'must be a string', is: (value: unknown) => typeof value === 'string' },
  number: { message: 'must be a number', is: (value: unknown) => typeof value === 'number' },
  object: { message: 'must be an object', is: isJsonObject },
  list: { message: 'must be a list', is: (value: unknown) => Array.isArray(value) },
} as const;

/** A problem for each member that is given and has another type. */
export function typeProblems(
  body: JsonObject,
  path: string,
  types: Readonly<Record<string, keyof typeof TYPES>>,
): readonly InputProblem[] {
  return Object.entries(types).flatMap(([name, type]) => {
    const value = memberOf(body, ...name.split('.'));
    const { is, message } = TYPES[type];
    const isRight = value === undefined || value === null || is(value);
    return isRight ? [] : [{ path: `${path}.${name}`, message }];
  });
}
