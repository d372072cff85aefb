/** Counts as OpenAI adds them up: input that was read from or written to a cache is input. */
import type { TokenCounts } from '../metering/token-counts.ts';

interface Totals {
  /** Null where it is not known. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export function totalsOf(counts: TokenCounts): Totals {
  const { input, output, cacheRead = 0, cacheWrite = 0 } = counts;
  return {
    input: input === undefined ? null : input + cacheRead + cacheWrite,
    output: output ?? null,
    cacheRead,
    cacheWrite,
  };
}
