/**
 * Reads a document whose form may be wrong, so that cross-checks still find what else is wrong.
 * A value of another type than wanted is absent here: the form check has reported it.
 */

/** An object's own properties; a Map, so that no inherited name is ever found. */
export type UnvalidatedObject = ReadonlyMap<string, unknown>;

export const toUnvalidated = (value: unknown): UnvalidatedObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : new Map();

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asStrings = (value: unknown): readonly string[] =>
  asList(value).filter((item) => typeof item === 'string');

export function stringField(object: UnvalidatedObject, name: string): string | undefined {
  const value = object.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function numberField(object: UnvalidatedObject, name: string): number | undefined {
  const value = object.get(name);
  return typeof value === 'number' ? value : undefined;
}

/** `Object.entries` that keeps the names' type, for objects made in this code only. */
export const typedEntries = <Name extends string, Value>(
  value: Readonly<Record<Name, Value>>,
): [Name, Value][] => Object.entries(value) as [Name, Value][];
