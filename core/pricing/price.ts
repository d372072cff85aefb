/** Prices and what a call costs at them. Prices are integers: nano-USD per million tokens. */
import type { EpochMs } from '../time.ts';

/** Units that some models bill besides tokens. */
export const BILLED_UNITS = ['image', 'audioSecond', 'videoSecond', 'query'] as const;
export type BilledUnit = (typeof BILLED_UNITS)[number];

/** Nano-USD per million tokens, by the kind of token. */
export interface Price {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint;
  /** Writing a prompt-cache entry that lives five minutes. */
  readonly cacheWrite: bigint;
  /** Writing a prompt-cache entry that lives one hour. */
  readonly cacheWrite1h: bigint;
  /** Nano-USD for one image, second or query; absent: the model bills tokens alone. */
  readonly units?: Readonly<Partial<Record<BilledUnit, bigint>>>;
}

/** The price of a call whose whole input is above a number of tokens. */
export interface LongContextPrice {
  readonly aboveInputTokens: number;
  readonly price: Price;
}

/** Price of one service tier or latency. */
export interface Tariff {
  readonly price: Price;
  readonly longContext?: LongContextPrice;
}

/**
 * The price of the default tier at standard latency, the prices of other tiers and latencies by
 * their names in Converse, and the time they hold: from `effectiveFrom` (inclusive) to
 * `effectiveTo` (exclusive).
 */
export interface EffectivePrice extends Tariff {
  readonly effectiveFrom?: EpochMs;
  readonly effectiveTo?: EpochMs;
  readonly tiers?: Readonly<Record<string, Tariff>>;
  readonly latency?: Readonly<Record<string, Tariff>>;
  /** Of a reservation: the tier and latency that the call asked for. */
  readonly reservedAs?: ServedAs;
}

/** The service tier and the latency of a call, as Converse names them; absent: the default. */
export interface ServedAs {
  readonly tier?: string | undefined;
  readonly latency?: string | undefined;
}

export type PriceSchedule = readonly EffectivePrice[];

/** By which maker's published rule an image's tokens are bounded. */
export type ImageTokenRule = (typeof VISION_RULES)[number];
export const VISION_RULES = [
  'claude',
  'claude-high-resolution',
  'nova',
  'llama-3-2',
  /** It sees images, but their tokens are not published: as many as its window has. */
  'window',
] as const;

/** Features of a model; a request that it would reject is refused before anything is reserved. */
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
  /** Which endpoint has CountTokens for it. */
  readonly countTokens: 'runtime' | 'mantle' | false;
  /** Absent: it sees no images, or their tokens are not published. */
  readonly vision?: ImageTokenRule;
  readonly documents: boolean;
  readonly tools: boolean;
  /** Which `toolChoice` it takes: `auto` is every one but a forced tool. */
  readonly toolChoice: 'any' | 'auto' | 'none';
  /** Whether it thinks in every call, or unless it is asked not to; absent: when asked to. */
  readonly thinking?: 'always' | 'default';
  /** Whether it may write to a cache, and bill that, in a call without a cache point. */
  readonly cachesUnasked: boolean;
  /** Whether `contextTokens` is the documented window to the token, and not a rounded one. */
  readonly exactContext: boolean;
  /** Tokens at most that the model's own template adds to a call. */
  readonly templateTokens: number;
  /** Tokens at most that it adds to explain the use of tools, the tools themselves not counted. */
  readonly toolTokens: number;
}
