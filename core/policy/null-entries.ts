/** Refuses null as an entry of a map: Terraform passes it on, and no part of the module expects it. */
import { joinPath, ownProperty } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';

/** Of lists, the schema refuses null; an attribute that is null is the same as absent. */
export function nullEntryProblems(value: unknown, schema: unknown, path = ''): InputProblem[] {
  if (typeof value !== 'object' || value === null) return [];
  const properties = ownProperty(schema, 'properties');
  const others = ownProperty(schema, Array.isArray(value) ? 'items' : 'additionalProperties');
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = joinPath(path, Array.isArray(value) ? Number(key) : key);
    const named = ownProperty(properties, key);
    if (inner !== null) return nullEntryProblems(inner, named ?? others, at);
    const isEntry = named === undefined && !Array.isArray(value) && typeof others === 'object';
    return isEntry ? [{ path: at, message: NULL_ENTRY }] : [];
  });
}

const NULL_ENTRY = 'must not be null: give it a value, or leave it out';
