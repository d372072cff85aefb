/** The members of a request that are passed on, and what each means for the price of the call. */
import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';

/**
 * `free`: no influence on the price. `priced`: chooses a price; its values are checked by name.
 * `bound`: read for the bound of the call. `refused`: may cost more than any bound.
 */
type FieldMark = 'free' | 'priced' | 'bound' | 'refused';

/** By name; a list in place of a mark is for the members of an object. */
export interface FieldList {
  readonly [name: string]: FieldMark | FieldList;
}

/**
 * A problem for each member that is refused, or on no list.
 * @param allowed paths from the root, without `$.`, that an operator lets through.
 */
export function fieldProblems(
  value: JsonObject,
  fields: FieldList,
  allowed: ReadonlySet<string>,
  path = '$',
): readonly InputProblem[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = joinPath(path, name);
    const mark = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (inner === null || inner === undefined)
      return mark === undefined ? unlisted(at, allowed) : [];
    if (mark === 'refused') return [{ path: at, message: REFUSED }];
    if (mark === undefined) return unlisted(at, allowed);
    if (typeof mark === 'string') return [];
    if (!isJsonObject(inner)) return [{ path: at, message: 'must be an object' }];
    return fieldProblems(inner, mark, allowed, at);
  });
}

export const REFUSED =
  'is refused, as its cost has no bound before the call (proxy.allow_fields does not change that): leave it out';

const unlisted = (at: string, allowed: ReadonlySet<string>): readonly InputProblem[] =>
  allowed.has(at.slice('$.'.length))
    ? []
    : [
        {
          path: at,
          message:
            'is not a known field: leave it out, or list it in proxy.allow_fields once its cost is known',
        },
      ];
