/** Prices and what a call costs at them. Prices are integers: nano-USD per million tokens. */
import { invariant } from '../errors.ts';
import { divCeil, type NanoUsd, nano } from '../money.ts';
import type { EpochMs } from '../time.ts';

/** What some models bill besides tokens. */
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

/** What one service tier or latency costs. */
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
}

export type PriceSchedule = readonly EffectivePrice[];

/** By which maker's published rule an image's tokens are bounded. */
export type ImageTokenRule = (typeof VISION_RULES)[number];
export const VISION_RULES = [
  'claude',
  'claude-high-resolution',
  'nova',
  'llama-3-2',
  /** It sees images, but nobody says how many tokens they take: as many as its window has. */
  'window',
] as const;

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
  /** Which endpoint has CountTokens for it. */
  readonly countTokens: 'runtime' | 'mantle' | false;
  /** Absent: it sees no images, or nobody says how many tokens they take. */
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
  /** What was billed besides tokens. */
  readonly units?: Readonly<Partial<Record<BilledUnit, number>>>;
}

/** The service tier and the latency of a call, as Converse names them; absent: the default. */
export interface ServedAs {
  readonly tier?: string | undefined;
  readonly latency?: string | undefined;
}

/** Input of every kind: what the context window and the long-context threshold count. */
export const totalInputTokens = (usage: TokenUsage): number =>
  usage.inputTokens + usage.cacheReadInputTokens + usage.cacheWriteInputTokens;

/** The tariff of a tier and latency; undefined when no price of it is known. */
export function tariffOf(period: EffectivePrice, { tier, latency }: ServedAs): Tariff | undefined {
  const isDefaultTier = tier === undefined || tier === 'default' || tier === 'standard';
  const isDefaultLatency = latency === undefined || latency === 'standard';
  if (isDefaultTier && isDefaultLatency) return period;
  if (isDefaultLatency) return ownEntry(period.tiers, tier);
  return isDefaultTier ? ownEntry(period.latency, latency) : undefined;
}

const ownEntry = (tariffs: Readonly<Record<string, Tariff>> | undefined, name = '') =>
  tariffs && Object.hasOwn(tariffs, name) ? tariffs[name] : undefined;

/** Every tariff that a call could be billed at. */
const allTariffs = (period: EffectivePrice): readonly Tariff[] => [
  period,
  ...Object.values(period.tiers ?? {}),
  ...Object.values(period.latency ?? {}),
];

/**
 * What a call cost, rounded up once (I6). A tier or latency without a known price is billed at the
 * highest of all that are known.
 */
export function costOf(
  usage: TokenUsage,
  period: EffectivePrice,
  servedAs: ServedAs = {},
): NanoUsd {
  const tariff = tariffOf(period, servedAs);
  const tariffs = tariff ? [tariff] : allTariffs(period);
  const highest = tariffs
    .map((each) => micros(usage, each))
    .reduce((left, right) => (left > right ? left : right));
  return nano(divCeil(highest, MILLION));
}

const MILLION = 1_000_000n;

/** Millionths of a nano-USD. */
function micros(usage: TokenUsage, { price: standard, longContext }: Tariff): bigint {
  const isLong = longContext && totalInputTokens(usage) > longContext.aboveInputTokens;
  const price = isLong ? longContext.price : standard;
  const cacheWrite5m = usage.cacheWriteInputTokens - usage.cacheWrite1hInputTokens;
  return (
    BigInt(usage.inputTokens) * price.input +
    BigInt(usage.outputTokens) * price.output +
    BigInt(usage.cacheReadInputTokens) * price.cacheRead +
    BigInt(cacheWrite5m) * price.cacheWrite +
    BigInt(usage.cacheWrite1hInputTokens) * price.cacheWrite1h +
    unitCost(usage.units ?? {}, price) * MILLION
  );
}

/** What images, seconds and queries cost; a unit without a price was refused before the call. */
export function unitCost(
  units: Readonly<Partial<Record<BilledUnit, number>>>,
  price: Price,
): bigint {
  return BILLED_UNITS.reduce((sum, unit) => {
    const count = units[unit];
    if (count === undefined || count === 0) return sum;
    const each = price.units?.[unit];
    invariant(each !== undefined, `a price for each ${unit} is known`);
    return sum + BigInt(count) * each;
  }, 0n);
}
