/** Models by the further ids that callers can write for them. */
import type { Model } from './policy.ts';
import { matchesWildcard } from './wildcard.ts';

/** Those with a pattern that matches, the most specific pattern first. */
export function modelsByPattern(models: readonly Model[], name: string): readonly Model[] {
  const named = models.flatMap((model) =>
    (model.also ?? [])
      .filter((pattern) => matchesWildcard(pattern, name))
      .map((pattern) => ({ model, literal: pattern.replaceAll('*', '').length })),
  );
  return named.toSorted((a, b) => b.literal - a.literal).map(({ model }) => model);
}
