/** Models by the further ids that callers can write for them. */
import type { Model } from './policy.ts';

/** Those with a pattern that matches, the most specific pattern first. */
export function modelsAlsoNamed(models: readonly Model[], name: string): readonly Model[] {
  const named = models.flatMap((model) =>
    (model.also ?? [])
      .filter((pattern) => matches(pattern, name))
      .map((pattern) => ({ model, literal: pattern.replaceAll('*', '').length })),
  );
  return named.toSorted((a, b) => b.literal - a.literal).map(({ model }) => model);
}

/** `*` matches any characters. In linear time: names come from callers. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
