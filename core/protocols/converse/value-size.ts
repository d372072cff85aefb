/** Limits the values that a request has as text: the check of its JSON does not see inside. */

/** As for the values of tools (core/call/request). */
const DEPTH_MAX = 32;
/** Of objects, lists and names, in all texts of a request together. */
const PARTS_MAX = 250_000;

export class ValueSize {
  #parts = 0;

  /** @param value as `JSON.parse` returns it. */
  problemOf(value: unknown): string | undefined {
    const open: [value: unknown, depth: number][] = [[value, 1]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [inner, depth] = next;
      if (typeof inner !== 'object' || inner === null) continue;
      if (depth > DEPTH_MAX) return `is nested deeper than ${DEPTH_MAX} levels`;
      const values: readonly unknown[] = Object.values(inner);
      this.#parts += 1 + (Array.isArray(inner) ? 0 : values.length);
      if (this.#parts > PARTS_MAX) {
        return `makes more than ${PARTS_MAX} objects, lists and names in all calls: shorten it`;
      }
      for (const each of values) open.push([each, depth + 1]);
    }
    return undefined;
  }
}
