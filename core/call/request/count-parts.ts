/** Counts the parts of a request before its schema is checked, which reports each wrong one. */
import type { InputProblem } from '../../input-problem.ts';

/** Messages, blocks and their fields; a conversation of 10,000 messages has about 50,000. */
const PARTS_MAX = 100_000;
/** Values of tools and their schemas, which the schema does not look into. */
const FREE_FORM = new Set(['input', 'json']);

export function partCountProblems(body: unknown): readonly InputProblem[] {
  const pending: unknown[] = [body];
  let parts = 0;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const entries = Array.isArray(value) ? value.length : Object.keys(value).length;
    parts += entries;
    if (parts > PARTS_MAX) {
      const message = `has more than ${PARTS_MAX} messages, blocks and fields: shorten it`;
      return [{ path: '$', message }];
    }
    for (const [name, inner] of Object.entries(value)) {
      if (!FREE_FORM.has(name)) pending.push(inner);
    }
  }
  return [];
}
