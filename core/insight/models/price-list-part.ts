/** Which price of a model a product of the AWS Price List is, by its usage type and unit. */

export const PRICE_LIST_SERVICES = [
  'AmazonBedrock',
  'AmazonBedrockFoundationModels',
  'AmazonBedrockService',
] as const;

export type PricePart = 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'cacheWrite1h';

export interface PartOfPrice {
  readonly part: PricePart;
  /** Of `global.` profiles; else of the region and the profiles of its geography. */
  readonly isGlobal: boolean;
  readonly isLongContext: boolean;
  /** Absent: the default tier. */
  readonly tier?: 'flex' | 'priority';
  readonly latency?: 'optimized';
}

/** Not on-demand text: bought in advance, by the batch, or of another modality. */
const OTHER =
  /batch|reserved|tpm|provisioned|model-?unit|custom|storage|training|guardrail|image|audio|video|speech/;

/**
 * Usage types have several styles, of which the words are the same:
 * `USE1-MP:USE1_input_tokens_long_ctx_global_standard-Units`,
 * `USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units`,
 * `USE1-Nova2.0Lite-cache-read-input-token-count-flex`,
 * `USE1-moonshotai.kimi-k3-mantle-cache-write-tokens-30m-standard`.
 */
export function partOfUsageType(usageType: string): PartOfPrice | undefined {
  const words = usageType
    .replace(/^[A-Z0-9]+-(?:MP:[A-Z0-9]+_)?/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/_/g, '-');
  if (OTHER.test(words)) return undefined;
  const part = partOf(words);
  if (!part) return undefined;
  const tier = (['flex', 'priority'] as const).find((name) => words.includes(`-${name}`));
  return {
    part,
    isGlobal: /-global\b/.test(words),
    isLongContext: /long-?(?:ctx|context)/.test(words),
    ...(tier && { tier }),
    ...(/latency-?optimized/.test(words) && { latency: 'optimized' as const }),
  };
}

function partOf(words: string): PricePart | undefined {
  if (/cache-?read/.test(words)) return 'cacheRead';
  if (/cache-?write/.test(words))
    return /write-?1h|-1h\b/.test(words) ? 'cacheWrite1h' : 'cacheWrite';
  if (!/token/.test(words)) return undefined;
  if (/\binput\b/.test(words)) return 'input';
  return /\b(?:output|response)\b/.test(words) ? 'output' : undefined;
}

/** Tokens that a price is for; the unit `Units` leaves that to the description. */
export function tokensOfUnit(unit: string, description: string): bigint | undefined {
  const text = /^units?$/i.test(unit) ? description : unit;
  if (/\b(?:1k|1,?000|thousand)\b(?!,)/i.test(text)) return 1_000n;
  if (/\b(?:1m|1,?000,?000|million)\b/i.test(text)) return 1_000_000n;
  return /^tokens?$/i.test(text) ? 1n : undefined;
}
