/**
 * Typical usage of a model's calls, for calls that were denied: the mean of the model's calls so
 * far, never above the requested size.
 */
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import { divCeil } from '../../money.ts';
import type { TokenUsage } from '../../pricing/cost.ts';
import type { TraceCall } from '../trace/trace-call.ts';

/** `mean` of the model's earlier calls, or the `worst` case. */
export type UsageGuess = (typeof GUESSES)[number];
export const GUESSES = ['mean', 'worst'] as const;

const PARTS = [
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'cacheWrite1hInputTokens',
] as const;

interface Sums {
  calls: bigint;
  latencyMs: bigint;
  readonly tokens: Record<(typeof PARTS)[number], bigint>;
}

export class TypicalUsage {
  readonly #guess: UsageGuess;
  readonly #models = new Map<string, Sums>();

  constructor(guess: UsageGuess) {
    this.#guess = guess;
  }

  /** Adds a call that ran to the means. */
  add({ line, startsAt, endsAt }: TraceCall): void {
    const { model, usage } = line;
    if (!usage) return;
    const sums = this.#models.get(model) ?? noSums();
    this.#models.set(model, sums);
    sums.calls += 1n;
    sums.latencyMs += BigInt(endsAt - startsAt);
    for (const part of PARTS) sums.tokens[part] += BigInt(usage[part]);
  }

  latencyMs(model: string): number {
    const { calls, latencyMs } = this.#models.get(model) ?? noSums();
    return calls === 0n ? 0 : Number(divCeil(latencyMs, calls));
  }

  /** @param worstCase of the call; all of it where no call of the model is known. */
  usage(model: string, worstCase: AmountsByUnit): TokenUsage {
    const { calls, tokens } = this.#models.get(model) ?? noSums();
    const mean = (part: (typeof PARTS)[number], most: number): number =>
      Math.min(Number(divCeil(tokens[part], calls)), most);
    const { input_tokens: input, output_tokens: outputTokens } = worstCase;
    const none = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0, cacheWrite1hInputTokens: 0 };
    if (this.#guess === 'worst' || calls === 0n) {
      return { ...none, inputTokens: input, outputTokens };
    }
    const cacheReadInputTokens = mean('cacheReadInputTokens', input);
    const cacheWriteInputTokens = mean('cacheWriteInputTokens', input - cacheReadInputTokens);
    return {
      cacheReadInputTokens,
      cacheWriteInputTokens,
      cacheWrite1hInputTokens: mean('cacheWrite1hInputTokens', cacheWriteInputTokens),
      inputTokens: mean('inputTokens', input - cacheReadInputTokens - cacheWriteInputTokens),
      outputTokens: mean('outputTokens', outputTokens),
    };
  }
}

const noSums = (): Sums => ({
  calls: 0n,
  latencyMs: 0n,
  tokens: {
    inputTokens: 0n,
    outputTokens: 0n,
    cacheReadInputTokens: 0n,
    cacheWriteInputTokens: 0n,
    cacheWrite1hInputTokens: 0n,
  },
});
