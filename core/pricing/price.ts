/** Prices and what a call costs at them. Prices are integers: nano-USD per million tokens. */
import { divCeil, type NanoUsd, nano } from '../money.ts';
import type { EpochMs } from '../time.ts';

/** Nano-USD per million tokens, by the kind of token. */
export interface Price {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint;
  /** Writing a prompt-cache entry that lives five minutes. */
  readonly cacheWrite: bigint;
  /** Writing a prompt-cache entry that lives one hour. */
  readonly cacheWrite1h: bigint;
}

/** The price of a call whose whole input is above a number of tokens. */
export interface LongContextPrice {
  readonly aboveInputTokens: number;
  readonly price: Price;
}

/** A price and the time it holds: from `effectiveFrom` (inclusive) to `effectiveTo` (exclusive). */
export interface EffectivePrice {
  readonly effectiveFrom?: EpochMs;
  readonly effectiveTo?: EpochMs;
  readonly price: Price;
  readonly longContext?: LongContextPrice;
}

export type PriceSchedule = readonly EffectivePrice[];

/** By which maker's published rule an image's tokens are bounded. */
export type ImageTokenRule = (typeof VISION_RULES)[number];
export const VISION_RULES = ['claude', 'claude-high-resolution', 'nova', 'llama-3-2'] as const;

/** What a model accepts; a request it would reject is refused before anything is reserved. */
export interface ModelCapabilities {
  /** Where Converse's additionalModelRequestFields takes top_k; absent: the model has none. */
  readonly topK?: 'top_k' | 'k' | 'inferenceConfig.topK';
  /**
   * False when the model refuses temperature, top_p and top_k altogether (Claude Opus 4.7 and
   * later: https://docs.aws.amazon.com/bedrock/latest/userguide/model-card-anthropic-claude-opus-4-7.html,
   * 2026-11). Absent: it takes them.
   */
  readonly sampling?: false;
  readonly systemPrompt: boolean;
  /** Whether a last assistant message may start the answer. */
  readonly prefill: boolean;
  readonly temperatureWithTopP: boolean;
  readonly promptCaching: boolean;
  readonly promptCaching1h: boolean;
  readonly inferenceProfile: boolean;
  readonly countTokens: boolean;
  /** Absent: it sees no images, or nobody says how many tokens they take. */
  readonly vision?: ImageTokenRule;
  readonly documents: boolean;
  readonly tools: boolean;
  /** Tokens at most that the model's own template adds to a call. */
  readonly templateTokens: number;
  /** Tokens at most that it adds to explain the use of tools, the tools themselves not counted. */
  readonly toolTokens: number;
}

/**
 * Tokens as Converse reports them: `inputTokens` leaves out those read from or written to a cache.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  /** All cache writes, whatever their time to live. */
  readonly cacheWriteInputTokens: number;
  /** The part of the cache writes with a time to live of one hour. */
  readonly cacheWrite1hInputTokens: number;
}

/** Input of every kind: what the context window and the long-context threshold count. */
export const totalInputTokens = (usage: TokenUsage): number =>
  usage.inputTokens + usage.cacheReadInputTokens + usage.cacheWriteInputTokens;

/** What a call cost, rounded up once (I6). */
export function costOf(usage: TokenUsage, period: EffectivePrice): NanoUsd {
  const { longContext } = period;
  const long = longContext && totalInputTokens(usage) > longContext.aboveInputTokens;
  const price = long ? longContext.price : period.price;
  const cacheWrite5m = usage.cacheWriteInputTokens - usage.cacheWrite1hInputTokens;
  const perMillion =
    BigInt(usage.inputTokens) * price.input +
    BigInt(usage.outputTokens) * price.output +
    BigInt(usage.cacheReadInputTokens) * price.cacheRead +
    BigInt(cacheWrite5m) * price.cacheWrite +
    BigInt(usage.cacheWrite1hInputTokens) * price.cacheWrite1h;
  return nano(divCeil(perMillion, 1_000_000n));
}
