/** Checks lists that name other parts of the configuration. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import { asList } from '../unvalidated.ts';

/**
 * Entries of a list that name nothing; the index is that of the list as written. Without any known
 * name, what should have defined them has been reported.
 */
export function referenceProblems(
  path: string,
  what: string,
  value: unknown,
  known: ReadonlySet<string> | ReadonlyMap<string, unknown>,
): InputProblem[] {
  if (known.size === 0) return [];
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
