/**
 * Costs of calls, worked out by hand from the list prices: the arithmetic is in the table and not
 * in the code. USD per million tokens times tokens is micro-USD; a micro-USD is 1,000 nano-USD.
 */
import { describe, expect, test } from '@jest/globals';
import { lookupModel } from '../../../../core/pricing/catalogue.ts';
import { costOf, type TokenUsage } from '../../../../core/pricing/cost.ts';
import type { ServedAs } from '../../../../core/pricing/price.ts';
import { priceAt } from '../../../../core/pricing/price-at.ts';

const AT = Date.parse('2026-11-29T12:00:00Z');

type Tokens = readonly [
  input: number,
  output: number,
  read?: number,
  write?: number,
  hour?: number,
];

function cost(
  modelId: string,
  region: string,
  [inputTokens, outputTokens, read = 0, write = 0, hour = 0]: Tokens,
  served: ServedAs = {},
  units: TokenUsage['units'] = {},
): bigint {
  const lookup = lookupModel(modelId, region);
  if (lookup.outcome !== 'priced') throw new Error(lookup.message);
  if (!lookup.isRegionPriced) throw new Error(`no price in ${region}`);
  const usage = {
    inputTokens,
    outputTokens,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: write,
    cacheWrite1hInputTokens: hour,
    units,
  };
  return costOf(usage, priceAt(lookup.model.prices, AT), served);
}

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

describe('by geography', () => {
  test.each<[string, Tokens, bigint]>([
    // 1,000 x 0.06 + 500 x 0.24 = 60 + 120 = 180 micro-USD.
    ['amazon.nova-lite-v1:0', [1_000, 500], 180_000n],
    // 1 x 0.035 + 1 x 0.14 = 0.175 micro-USD.
    ['amazon.nova-micro-v1:0', [1, 1], 175n],
    // 1 read x 0.00875 micro-USD = 8.75 nano-USD, rounded up.
    ['amazon.nova-micro-v1:0', [0, 0, 1], 9n],
    // 1,000 x 0.046 + 1,000 x 0.184 = 230.
    ['eu.amazon.nova-micro-v1:0', [1_000, 1_000], 230_000n],
    // 1,000 x 0.037 + 1,000 x 0.148 = 185.
    ['apac.amazon.nova-micro-v1:0', [1_000, 1_000], 185_000n],
    // 1,000 x 0.064 + 1,000 x 0.256 = 320.
    ['ca.amazon.nova-lite-v1:0', [1_000, 1_000], 320_000n],
    // 1,000 x 0.8 + 100 x 3.2 + 2,000 x 0.2 = 800 + 320 + 400 = 1,520.
    ['us.amazon.nova-pro-v1:0', [1_000, 100, 2_000], 1_520_000n],
    // A write costs what input costs: 1,000 x 1.05.
    ['eu.amazon.nova-pro-v1:0', [0, 0, 0, 1_000], 1_050_000n],
    // 1,000 x 0.3 + 1,000 x 2.5 = 2,800.
    ['global.amazon.nova-2-lite-v1:0', [1_000, 1_000], 2_800_000n],
    // 1,000 x 0.33 + 1,000 x 2.75 = 3,080.
    ['us.amazon.nova-2-lite-v1:0', [1_000, 1_000], 3_080_000n],
    // 1,000 x 0.429 + 1,000 x 3.597 = 4,026.
    ['eu.amazon.nova-2-lite-v1:0', [1_000, 1_000], 4_026_000n],
    // 1,000 x 0.396 + 1,000 x 3.311 = 3,707.
    ['jp.amazon.nova-2-lite-v1:0', [1_000, 1_000], 3_707_000n],
    ['apac.amazon.nova-2-lite-v1:0', [1_000, 1_000], 3_707_000n],
    // 10 x 1 + 20 x 5 + 30 x 0.1 + 40 x 1.25 + 60 x 2 = 10 + 100 + 3 + 50 + 120 = 283.
    [`global.${HAIKU}`, [10, 20, 30, 100, 60], 283_000n],
    // The same 10 % up: 11 + 110 + 3.3 + 55 + 132 = 311.3.
    [`us.${HAIKU}`, [10, 20, 30, 100, 60], 311_300n],
    [`in.${HAIKU}`, [10, 20, 30, 100, 60], 311_300n],
    [`au.${HAIKU}`, [1, 0], 1_100n],
    // 1,000 x 3 + 1,000 x 15 = 18,000; 10 % more elsewhere, 20 % more in GovCloud.
    [`global.${SONNET}`, [1_000, 1_000], 18_000_000n],
    [`us.${SONNET}`, [1_000, 1_000], 19_800_000n],
    [`us-gov.${SONNET}`, [1_000, 1_000], 21_600_000n],
    // The rise of 1 September was called off: 1,000 x 2 + 1,000 x 10 = 12,000.
    ['global.anthropic.claude-sonnet-5', [1_000, 1_000], 12_000_000n],
    ['us.anthropic.claude-sonnet-5', [1_000, 1_000], 13_200_000n],
    // 1,000 x 4 + 1,000 x 20 + 1,000 x 0.2 + 500 x 5 + 500 x 8
    // = 4,000 + 20,000 + 200 + 2,500 + 4,000 = 30,700.
    ['global.anthropic.claude-opus-5-5', [1_000, 1_000, 1_000, 1_000, 500], 30_700_000n],
    // 4,400 + 22,000 + 220 + 2,750 + 4,400 = 33,770.
    ['eu.anthropic.claude-opus-5-5', [1_000, 1_000, 1_000, 1_000, 500], 33_770_000n],
    // 7 x 0.11 = 0.77 of reads at 2.2 / 11 / 0.11.
    ['jp.anthropic.claude-sonnet-5-5', [0, 0, 7], 770n],
    // 1,000 x 10 + 0.25 x 4,000 = 11,000.
    ['global.anthropic.claude-fable-5-1', [1_000, 0, 4_000], 11_000_000n],
    // 1,000 x 8 + 10 x 40 = 8,400.
    ['global.anthropic.claude-fable-5-2', [1_000, 10], 8_400_000n],
    // 100 x 5.5 + 10 x 27.5 = 825.
    ['apac.anthropic.claude-opus-4-8', [100, 10], 825_000n],
    // 100 x 15 + 10 x 75 = 2,250.
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', [100, 10], 2_250_000n],
    // 1,000 x 3 + 100 x 15 + 1,000 x 0.3 = 4,800.
    ['global.moonshotai.kimi-k3', [1_000, 100, 1_000], 4_800_000n],
    // 1,000 x 1.68 + 100 x 5.28 = 2,208.
    ['global.zai.glm-5.3', [1_000, 100], 2_208_000n],
    // 1,000 x 2.2 + 100 x 6.6 = 2,860.
    ['us.xai.grok-4.6', [1_000, 100], 2_860_000n],
    // 1,000 x 0.72 + 1,000 x 0.72.
    ['us.meta.llama3-3-70b-instruct-v1:0', [1_000, 1_000], 1_440_000n],
    // 1,000 x 0.74 + 1,000 x 2.22 = 2,960.
    ['eu.deepseek.v3.2', [1_000, 1_000], 2_960_000n],
  ])('%s, %p: %p nano-USD', (modelId, tokens, expected) => {
    expect(cost(modelId, 'us-east-1', tokens)).toBe(expected);
    expect(cost(modelId, 'us-west-2', tokens)).toBe(expected);
  });
});

describe('by region, under the bare id', () => {
  test.each<[string, string, Tokens, bigint]>([
    // A million of each: 0.15 + 1.2 = USD 1.35, and 0.18 + 1.41 = USD 1.59 in Ireland.
    ['qwen.qwen3-next-80b-a3b', 'us-east-1', [1_000_000, 1_000_000], 1_350_000_000n],
    ['qwen.qwen3-next-80b-a3b', 'eu-west-1', [1_000_000, 1_000_000], 1_590_000_000n],
    // 0.23 + 1.86.
    ['qwen.qwen3-next-80b-a3b', 'eu-west-2', [1_000_000, 1_000_000], 2_090_000_000n],
    // 0.1545 + 1.236.
    ['qwen.qwen3-next-80b-a3b', 'ap-southeast-2', [1_000_000, 1_000_000], 1_390_500_000n],
    // 1,000 x 0.62 + 100 x 1.85 = 805; 740 + 222 = 962.
    ['deepseek.v3.2', 'us-east-2', [1_000, 100], 805_000n],
    ['deepseek.v3.2', 'eu-north-1', [1_000, 100], 962_000n],
    // 1,000 x 4.45 + 1,000 x 5.88 = 10,330; 3.45 + 4.55 = 8,000.
    ['meta.llama3-70b-instruct-v1:0', 'sa-east-1', [1_000, 1_000], 10_330_000n],
    ['meta.llama3-70b-instruct-v1:0', 'eu-west-2', [1_000, 1_000], 8_000_000n],
    ['meta.llama3-70b-instruct-v1:0', 'us-west-1', [1_000, 1_000], 6_150_000n],
    // 1,000 x 0.2 + 1,000 x 0.26 = 460.
    ['mistral.mistral-7b-instruct-v0:2', 'eu-west-3', [1_000, 1_000], 460_000n],
    // 1,000 x 0.72 + 10 x 3.6 = 756.
    ['moonshotai.kimi-k2.5', 'ap-northeast-1', [1_000, 10], 756_000n],
    // 3 x 0.78 + 1 x 1.86 = 4.2.
    ['qwen.qwen3-coder-next', 'eu-west-2', [3, 1], 4_200n],
    // 1,000 x 0.042 + 1,000 x 0.168 = 210.
    ['amazon.nova-micro-v1:0', 'us-gov-west-1', [1_000, 1_000], 210_000n],
    // 1,000 x 0.18 + 1,000 x 0.72 = 900.
    ['openai.gpt-oss-120b-1:0', 'us-gov-east-1', [1_000, 1_000], 900_000n],
    // 1,000 x 1.2 + 1,000 x 6 = 7,200.
    [HAIKU, 'us-gov-west-1', [1_000, 1_000], 7_200_000n],
    // 1,000 written for an hour x 2.4.
    [HAIKU, 'us-gov-west-1', [0, 0, 0, 1_000, 1_000], 2_400_000n],
    // 1,000 x 0.11, and x 0.03 in the East.
    ['amazon.titan-embed-text-v2:0', 'us-gov-west-1', [1_000, 0], 110_000n],
    ['amazon.titan-embed-text-v2:0', 'us-gov-east-1', [1_000, 0], 30_000n],
  ])('%s in %s, %p: %p nano-USD', (modelId, region, tokens, expected) => {
    expect(cost(modelId, region, tokens)).toBe(expected);
  });
});

describe('above a long-context threshold the whole call costs more', () => {
  const haiku = 'global.anthropic.claude-haiku-5-5';
  test.each<[string, Tokens, bigint]>([
    // 100,000 x 0.1 + 1,000 x 0.5 = 10,500 micro-USD.
    [haiku, [100_000, 1_000], 10_500_000n],
    // One more: 100,001 x 0.5 + 1,000 x 2.5 = 50,000.5 + 2,500 = 52,500.5.
    [haiku, [100_001, 1_000], 52_500_500n],
    // Tokens read from a cache count: 1 x 0.5 + 100,000 x 0.05 = 5,000.5.
    [haiku, [1, 0, 100_000], 5_000_500n],
    // And what is written: 1 x 0.5 + 60,000 x 0.625 + 40,000 x 1 = 0.5 + 37,500 + 40,000.
    [haiku, [1, 0, 0, 100_000, 40_000], 77_500_500n],
    // 272,000 x 2 = 544,000; 272,001 x 4 + 10 x 15 = 1,088,004 + 150.
    ['global.openai.gpt-6-sol', [272_000, 0], 544_000_000n],
    ['global.openai.gpt-6-sol', [272_001, 10], 1_088_154_000n],
    // 272,001 x 4.4 + 10 x 16.5 = 1,196,804.4 + 165.
    ['us.openai.gpt-6-sol', [272_001, 10], 1_196_969_400n],
    // 200,001 x 6 + 1,000 x 22.5 = 1,200,006 + 22,500.
    [`global.${SONNET}`, [200_001, 1_000], 1_222_506_000n],
    // 200,000 x 3, and 200,001 x 6.
    [`global.${SONNET}`, [200_000, 0], 600_000_000n],
    [`global.${SONNET}`, [200_001, 0], 1_200_006_000n],
  ])('%s, %p: %p nano-USD', (modelId, tokens, expected) => {
    expect(cost(modelId, 'us-east-1', tokens)).toBe(expected);
  });
});

describe('by service tier, as served', () => {
  test.each<[string, ServedAs, Tokens, bigint]>([
    // gpt-oss-120b: 0.15 / 0.6; flex 0.075 / 0.3; priority 0.2625 / 1.05.
    ['openai.gpt-oss-120b-1:0', {}, [1_000, 1_000], 750_000n],
    ['openai.gpt-oss-120b-1:0', { tier: 'default' }, [1_000, 1_000], 750_000n],
    // Nova Pro: 0.8 / 3.2; flex 0.4 / 1.6; priority 1.4 / 5.6.
    ['amazon.nova-pro-v1:0', { tier: 'flex' }, [1_000, 1_000], 2_000_000n],
    ['amazon.nova-pro-v1:0', { tier: 'priority' }, [1_000, 1_000], 7_000_000n],
    // No price of "reserved" is known: the highest that is.
    ['amazon.nova-pro-v1:0', { tier: 'reserved' }, [1_000, 1_000], 7_000_000n],
    // Kimi K3.1: 4 / 20; flex 2 / 10 with reads at 0.1; priority 7 / 35.
    ['global.moonshotai.kimi-k3.1', { tier: 'flex' }, [1_000, 1_000, 1_000], 12_100_000n],
    ['global.moonshotai.kimi-k3.1', { tier: 'priority' }, [1_000, 1_000], 42_000_000n],
    // Nova 2 Lite: priority 0.525 / 4.375.
    ['global.amazon.nova-2-lite-v1:0', { tier: 'priority' }, [1_000, 1_000], 4_900_000n],
  ])('%s as %p, %p: %p nano-USD', (modelId, served, tokens, expected) => {
    expect(cost(modelId, 'us-east-1', tokens, served)).toBe(expected);
  });
});

describe('what makes no text', () => {
  test.each<[string, Tokens, TokenUsage['units'], bigint]>([
    // 1,000 x 0.02.
    ['amazon.titan-embed-text-v2:0', [1_000, 0], {}, 20_000n],
    // 3 tokens x 0.02 = 0.06 micro-USD.
    ['amazon.titan-embed-text-v2:0', [3, 0], {}, 60n],
    ['amazon.titan-embed-text-v1', [1_000, 0], {}, 100_000n],
    // 10 x 0.8 + 2 images of USD 0.00006: 8 + 120 micro-USD.
    ['amazon.titan-embed-image-v1', [10, 0], { image: 2 }, 128_000n],
    // 30 seconds of USD 0.00014 and 10 of USD 0.0007: 4,200 + 7,000 micro-USD.
    [
      'amazon.nova-2-multimodal-embeddings-v1:0',
      [0, 0],
      { audioSecond: 30, videoSecond: 10 },
      11_200_000n,
    ],
    ['cohere.embed-v4:0', [1_000, 0], {}, 120_000n],
    ['global.cohere.embed-v4:0', [1_000, 0], {}, 120_000n],
    // USD 0.001 and USD 0.002 for a query.
    ['amazon.rerank-v1:0', [0, 0], { query: 1 }, 1_000_000n],
    ['cohere.rerank-v3-5:0', [0, 0], { query: 3 }, 6_000_000n],
  ])('%s, %p, %p: %p nano-USD', (modelId, tokens, units, expected) => {
    expect(cost(modelId, 'us-east-1', tokens, {}, units)).toBe(expected);
  });

  test('a unit without a price cannot be billed', () => {
    expect(() => cost('cohere.embed-v4:0', 'us-east-1', [1, 0], {}, { image: 1 })).toThrow(
      'a price for each image',
    );
  });
});

describe('parts that were not stated are billed by the safe rule, not for free', () => {
  test.each<[string, Tokens, bigint]>([
    // Mistral Large 3, 0.5: read as input, write at 1.25 times, one hour at twice input.
    ['mistral.mistral-large-3-675b-instruct', [0, 0, 1_000], 500_000n],
    ['mistral.mistral-large-3-675b-instruct', [0, 0, 0, 1_000], 625_000n],
    ['mistral.mistral-large-3-675b-instruct', [0, 0, 0, 1_000, 1_000], 1_000_000n],
    // 1,000 x 0.15 x 1.25.
    ['openai.gpt-oss-120b-1:0', [0, 0, 0, 1_000], 187_500n],
    // 1,000 x 0.15.
    ['openai.gpt-oss-120b-1:0', [0, 0, 1_000], 150_000n],
  ])('%s, %p: %p nano-USD', (modelId, tokens, expected) => {
    expect(cost(modelId, 'us-east-1', tokens)).toBe(expected);
  });
});
