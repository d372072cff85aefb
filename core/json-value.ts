/** JSON of unknown shape: what it is, and its own members. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Only own members count: `constructor` is data like any other. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (isJsonObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

/** A copy with one member set, however deep; objects on the way are made where they are missing. */
export function withMember(
  value: JsonObject,
  [name, ...rest]: readonly string[],
  set: unknown,
): JsonObject {
  if (name === undefined) return value;
  const inner = memberOf(value, name);
  const below = isJsonObject(inner) ? inner : {};
  return { ...value, [name]: rest.length === 0 ? set : withMember(below, rest, set) };
}

/**
 * `Object.entries(value).some(…)` without its list of pairs: for an object of 200,000 members that
 * takes a third of the time.
 */
export function ownEntriesSome(
  value: unknown,
  test: (name: string, inner: unknown) => boolean,
): boolean {
  return isJsonObject(value) && Object.keys(value).some((name) => test(name, value[name]));
}
