/** Counts as OpenAI adds them up: input that was read from or written to a cache is input. */
import type { TokenCounts } from '../metering/token-counts.ts';

interface Totals {
  /** Null where it is not known. */
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export function totalsOf(counts: TokenCounts): Totals {
  const { cacheRead = 0, cacheWrite = 0 } = counts;
  const input = counts.input === undefined ? null : counts.input + cacheRead + cacheWrite;
  const output = counts.output ?? null;
  const total = input === null || output === null ? null : input + output;
  return { input, output, total, cacheRead, cacheWrite };
}
