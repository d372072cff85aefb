/** Checks that the texts of a request are valid Unicode, which Bedrock's JSON has to be. */

import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A JSON escape can name half of a character: `"\ud83d"`. */
export function loneSurrogateProblems(value: unknown, path: string): readonly InputProblem[] {
  if (typeof value === 'string') {
    const message = 'contains half of a surrogate pair, as a cut emoji leaves: remove it';
    return LONE_SURROGATE.test(value) ? [{ path, message }] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => loneSurrogateProblems(each, joinPath(path, index)));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...loneSurrogateProblems(name, joinPath(path, name)),
    ...loneSurrogateProblems(each, joinPath(path, name)),
  ]);
}
