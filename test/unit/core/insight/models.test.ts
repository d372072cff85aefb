/** Names, units and parts of the AWS Price List, in the styles that it has. */
import { describe, expect, test } from '@jest/globals';
import { comparePrices } from '../../../../core/insight/models/compare-prices.ts';
import { idsOfProduct, namesOfIds } from '../../../../core/insight/models/model-names.ts';
import { partOfUsageType, tokensOfUnit } from '../../../../core/insight/models/price-list-part.ts';
import catalogue from '../../../../core/pricing/catalogue.json' with { type: 'json' };

describe('the part of a price', () => {
  const plain = { isGlobal: false, isLongContext: false };
  test.each([
    ['USE1-MP:USE1_input_tokens_standard-Units', { part: 'input', ...plain }],
    [
      'USW2-MP:USW2_input_tokens_long_ctx_global_standard-Units',
      { part: 'input', isGlobal: true, isLongContext: true },
    ],
    ['USW2-MP:USW2_cache_write_tokens_1h_standard-Units', { part: 'cacheWrite1h', ...plain }],
    [
      'USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units',
      { part: 'cacheWrite1h', isGlobal: true, isLongContext: false },
    ],
    ['USE1-MP:USE1_CacheReadInputTokenCount-Units', { part: 'cacheRead', ...plain }],
    [
      'USE1-MP:USE1_OutputTokenCount_LatencyOptimized-Units',
      { part: 'output', ...plain, latency: 'optimized' },
    ],
    [
      'USW2-Nova2.0Lite-input-tokens-priority-cross-region-global',
      { part: 'input', isGlobal: true, isLongContext: false, tier: 'priority' },
    ],
    [
      'USW2-Nova2.0Lite-cache-write-input-token-count-flex',
      { part: 'cacheWrite', ...plain, tier: 'flex' },
    ],
    [
      'USW2-moonshotai.kimi-k3-mantle-cache-write-tokens-30m-standard',
      { part: 'cacheWrite', ...plain },
    ],
    [
      'EUC1-Claude4Sonnet-output-tokens-cross-region-global',
      { part: 'output', isGlobal: true, isLongContext: false },
    ],
  ])('%s', (usageType, expected) => expect(partOfUsageType(usageType)).toEqual(expected));

  test.each([
    'USE1-MP:USE1_InputTokenCount_Global_Batch-Units',
    'USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units',
    'USE1-NovaCanvas-T2I-1024-Premium',
    'USE1-Nova2.0Omni-input-audio-token-count',
    'USE1-Guardrail-ContentPolicyUnitsConsumed',
    '',
  ])('%p has none', (usageType) => expect(partOfUsageType(usageType)).toBeUndefined());
});

test.each([
  ['1K tokens', '', 1_000n],
  ['1M tokens', '', 1_000_000n],
  ['Million tokens', '', 1_000_000n],
  ['tokens', '', 1n],
  ['Units', '$5.5 per Million Output Tokens Regional', 1_000_000n],
  ['Units', '$0.003 per 1,000 input tokens', 1_000n],
  ['Units', '', undefined],
  ['1M TPM Hour', '', 1_000_000n],
  ['Second', '', undefined],
])('a price per %p (%p) is for %p tokens', (unit, description, expected) =>
  expect(tokensOfUnit(unit, description)).toBe(expected),
);

describe('a name', () => {
  const ids = namesOfIds(catalogue.models.map(({ modelId }) => modelId));
  const idsOf = (model: string, serviceName = '', usageType = '') =>
    idsOfProduct({ model, serviceName, usageType }, ids);

  test.each([
    ['Claude Opus 5.5 (Amazon Bedrock Edition)', ['anthropic.claude-opus-5-5']],
    ['Claude 4.6 Sonnet (Amazon Bedrock Edition)', ['anthropic.claude-sonnet-4-6']],
    ['Claude Haiku 4.5 (Amazon Bedrock Edition)', ['anthropic.claude-haiku-4-5-20251001-v1:0']],
    [
      'Claude 3.5 Sonnet v2 (Amazon Bedrock Edition)',
      ['anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ],
    ['Claude 3.5 Sonnet (Amazon Bedrock Edition)', ['anthropic.claude-3-5-sonnet-20240620-v1:0']],
    ['OpenAI GPT-6 Astra (Amazon Bedrock Edition)', ['openai.gpt-6-astra']],
    ['Claude Opus 5.4 (Amazon Bedrock Edition)', []],
    ['Amazon Bedrock', []],
  ])('of a service: %s', (serviceName, expected) =>
    expect(idsOf('', serviceName)).toEqual(expected),
  );

  test.each([
    ['Nova Lite', ['amazon.nova-lite-v1:0']],
    ['Nova 2.0 Lite', ['amazon.nova-2-lite-v1:0']],
    ['Llama 3.3 70B', ['meta.llama3-3-70b-instruct-v1:0']],
    ['Llama 3 70B', ['meta.llama3-70b-instruct-v1:0']],
    ['R1', ['deepseek.r1-v1:0']],
    ['gpt-oss-120b', ['openai.gpt-oss-120b-1:0', 'openai.gpt-oss-120b']],
    ['', []],
  ])('of a model: %s', (model, expected) => expect(idsOf(model)).toEqual(expected));

  test('in a usage type is the id itself', () => {
    const usageType = 'USW2-moonshotai.kimi-k3-mantle-input-tokens-standard';
    expect(idsOf('Some Name', '', usageType)).toEqual(['moonshotai.kimi-k3']);
  });
});

test('global profiles are compared with global prices, and other ids with those of the region', () => {
  const one = { input: 1n, output: 1n, cacheRead: 1n, cacheWrite: 1n, cacheWrite1h: 1n };
  const part = { part: 'input' as const, isLongContext: false };
  const listed = [
    { ...part, isGlobal: true, price: 1n },
    { ...part, isGlobal: false, price: 2n },
  ];
  const belowOf = (id: string) => comparePrices(id, { price: one }, listed).below.length;
  expect(['global.acme.x', 'us.acme.x', 'acme.x'].map(belowOf)).toEqual([0, 1, 1]);
});
