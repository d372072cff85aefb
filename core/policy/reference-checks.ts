/** Checks lists that name other parts of the configuration. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import { asList } from '../unvalidated.ts';

/** Entries of a list that name nothing; the index is that of the list as written. */
export function referenceProblems(
  path: string,
  what: string,
  value: unknown,
  known: ReadonlySet<string> | ReadonlyMap<string, unknown>,
): InputProblem[] {
  return asList(value).flatMap((given, index) =>
    typeof given !== 'string' || known.has(given)
      ? []
      : [
          {
            path: joinPath(path, index),
            message: unknownValueMessage(what, given, [...known.keys()]),
          },
        ],
  );
}
