/** Checks that the texts of a request are valid Unicode, as Bedrock requires. */

import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { ownEntriesSome } from '../../json-value.ts';

const MESSAGE = 'contains half of a surrogate pair, as a cut emoji leaves: remove it';
/** More would say nothing new, and each path takes memory. */
const PROBLEMS_MAX = 100;

/** A JSON escape can name half of a character: `"\ud83d"`. */
export function loneSurrogateProblems(value: unknown, path: string): readonly InputProblem[] {
  // Nearly every request is sound: paths are built for the others only.
  if (!hasLoneSurrogate(value)) return [];
  const problems: InputProblem[] = [];
  addProblems(problems, value, path);
  return problems;
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasLoneSurrogate);
  return ownEntriesSome(value, (name, inner) => !name.isWellFormed() || hasLoneSurrogate(inner));
}

function addProblems(problems: InputProblem[], value: unknown, path: string): void {
  if (problems.length >= PROBLEMS_MAX) return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) problems.push({ path, message: MESSAGE });
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      addProblems(problems, inner, joinPath(path, index));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      addProblems(problems, name, joinPath(path, name));
      addProblems(problems, inner, joinPath(path, name));
    }
  }
}
