import { describe, expect, test } from '@jest/globals';
import catalogue from '../../../../core/pricing/catalogue.json' with { type: 'json' };
import { lookupModel, type PricedModel, splitModelId } from '../../../../core/pricing/catalogue.ts';
import { costOf } from '../../../../core/pricing/price.ts';
import { pricePeriodAt } from '../../../support/prices.ts';

const AT = Date.parse('2026-11-23T12:00:00Z');

function priced(modelId: string): PricedModel {
  const lookup = lookupModel(modelId);
  if (lookup.outcome !== 'priced') throw new Error(lookup.message);
  return lookup.model;
}

/** Nano-USD of a call with that many input and output tokens, and optionally cached ones. */
function cost(
  modelId: string,
  input: number,
  output: number,
  cached: [number, number, number] = [0, 0, 0],
  at = AT,
) {
  const period = pricePeriodAt(priced(modelId).prices, at);
  if (!period) throw new Error('no price');
  const [cacheReadInputTokens, cacheWriteInputTokens, cacheWrite1hInputTokens] = cached;
  return costOf(
    {
      inputTokens: input,
      outputTokens: output,
      cacheReadInputTokens,
      cacheWriteInputTokens,
      cacheWrite1hInputTokens,
    },
    period,
  );
}

const offered = catalogue.models.flatMap(({ modelId, prefixes }) => [
  modelId,
  ...prefixes.map((prefix) => prefix + modelId),
]);

describe('the catalogue', () => {
  test('has every model once, each with a source, a date and a known prefix', () => {
    const ids = catalogue.models.map(({ modelId }) => modelId);
    expect(new Set(ids).size).toBe(catalogue.models.length);
    const sources = new Set(catalogue.sources.map(({ id }) => id));
    for (const model of catalogue.models) {
      expect(model.sources.length).toBeGreaterThan(0);
      for (const source of model.sources) expect(sources).toContain(source);
      expect(model.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      for (const prefix of model.prefixes) {
        expect(splitModelId(prefix + model.modelId).prefix).toBe(prefix);
      }
    }
  });

  test.each(offered)('%s has exact prices without a gap and without a free part', (modelId) => {
    const { prices, contextTokens, maxOutputTokens, defaultMaxTokens } = priced(modelId);
    const tiers = prices.flatMap(({ price, longContext }) => [price, longContext?.price ?? price]);
    for (const price of tiers) {
      for (const part of Object.values(price)) {
        expect(part).toBeGreaterThan(0n);
        expect(part).toBeLessThanOrEqual(BigInt(Number.MAX_SAFE_INTEGER));
      }
      expect(price.cacheWrite1h).toBeGreaterThanOrEqual(price.cacheWrite);
    }
    expect(prices[0]?.effectiveFrom).toBeUndefined();
    expect(prices.at(-1)?.effectiveTo).toBeUndefined();
    for (const [index, { effectiveTo }] of prices.slice(0, -1).entries()) {
      expect(effectiveTo).toBeDefined();
      expect(prices[index + 1]?.effectiveFrom).toBe(effectiveTo);
    }
    expect(defaultMaxTokens).toBeGreaterThan(0);
    expect(defaultMaxTokens).toBeLessThanOrEqual(maxOutputTokens);
    expect(maxOutputTokens).toBeLessThanOrEqual(contextTokens);
  });

  test('prices every prefix a price names as one that the model offers', () => {
    for (const { prefixes, prices } of catalogue.models) {
      for (const price of prices) {
        const named: readonly string[] = 'prefixes' in price ? (price.prefixes ?? []) : [];
        for (const prefix of named) expect(prefixes).toContain(prefix);
      }
    }
  });

  test("prices the article's six models", () => {
    const ids = [
      'amazon.nova-lite-v1:0',
      'amazon.nova-micro-v1:0',
      'anthropic.claude-v2:0',
      'anthropic.claude-3-haiku-20240307-v1:0',
      'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
      'us.anthropic.claude-3-5-haiku-20241022-v1:0',
    ];
    for (const id of ids) expect(lookupModel(id).outcome).toBe('priced');
  });
});

describe('costs worked out by hand', () => {
  test.each([
    // 1,000 x 0.06 + 500 x 0.24 = 180 USD per million calls.
    ['amazon.nova-lite-v1:0', 1_000, 500, 180_000n],
    // 1 x 0.035 + 1 x 0.14 = 0.175 micro-USD.
    ['amazon.nova-micro-v1:0', 1, 1, 175n],
    // Prices of eu. Nova differ: 1,000 x 0.046 + 1,000 x 0.184.
    ['eu.amazon.nova-micro-v1:0', 1_000, 1_000, 230_000n],
    ['anthropic.claude-v2:0', 1_000, 1_000, 32_000_000n],
    ['us.anthropic.claude-3-5-haiku-20241022-v1:0', 1_000, 1_000, 4_800_000n],
    // The 0.25/1.25 one source lists for eu. is another model's price.
    ['eu.anthropic.claude-3-5-haiku-20241022-v1:0', 1_000, 1_000, 4_800_000n],
    // global. is the list price, everything else 10 % more.
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 1_000, 1_000, 18_000_000n],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 1_000, 1_000, 19_800_000n],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 1_000, 1_000, 19_800_000n],
    ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 1_000, 1_000, 21_600_000n],
  ])('%s: %p input and %p output tokens cost %p nano-USD', (modelId, input, output, expected) => {
    expect(cost(modelId, input, output)).toBe(expected);
  });

  test('the five parts have prices of their own', () => {
    // 10 x 1 + 20 x 5 + 30 x 0.1 + 40 x 1.25 + 60 x 2 = 283 micro-USD.
    expect(cost('global.anthropic.claude-haiku-4-5-20251001-v1:0', 10, 20, [30, 100, 60])).toBe(
      283_000n,
    );
  });

  test('one token too many makes the whole call a long-context one', () => {
    const id = 'anthropic.claude-sonnet-4-20250514-v1:0';
    expect(cost(id, 200_000, 0)).toBe(600_000_000n);
    expect(cost(id, 200_001, 0)).toBe(1_200_006_000n);
    expect(cost(id, 0, 1_000, [200_001, 0, 0])).toBe(120_000_600n + 22_500_000n);
  });

  test('a promotion ends at its instant', () => {
    const end = Date.parse('2026-09-01T00:00:00Z');
    expect(cost('global.anthropic.claude-sonnet-5', 1_000, 0, [0, 0, 0], end - 1)).toBe(2_000_000n);
    expect(cost('global.anthropic.claude-sonnet-5', 1_000, 0, [0, 0, 0], end)).toBe(3_000_000n);
    expect(cost('us.anthropic.claude-sonnet-5', 1_000, 0, [0, 0, 0], end - 1)).toBe(2_200_000n);
  });

  test('cache tokens nobody priced are billed by the safe rule, not given away', () => {
    // Claude 3 Haiku, 0.25: read as input, write at 1.25 times, one hour at twice input.
    const id = 'anthropic.claude-3-haiku-20240307-v1:0';
    expect(cost(id, 0, 0, [1_000, 0, 0])).toBe(250_000n);
    expect(cost(id, 0, 0, [0, 1_000, 0])).toBe(312_500n);
    expect(cost(id, 0, 0, [0, 1_000, 1_000])).toBe(500_000n);
    expect(priced(id).traits.promptCaching).toBe(false);
  });

  test('a Nova cache write, of unknown price, is billed as input', () => {
    expect(cost('amazon.nova-lite-v1:0', 0, 0, [0, 1_000, 0])).toBe(60_000n);
  });
});

describe('what is not known is unpriced', () => {
  test.each([
    ['amazon.nova-litte-v1:0', 'did you mean "amazon.nova-lite-v1:0"?'],
    ['anthropic.claude-opus-9', 'no price is known for "anthropic.claude-opus-9"'],
    ['sa.amazon.nova-lite-v1:0', 'unknown prefix "sa."'],
    [
      'global.amazon.nova-lite-v1:0',
      'write one of amazon.nova-lite-v1:0, us.amazon.nova-lite-v1:0',
    ],
    ['us.us.amazon.nova-lite-v1:0', 'unknown prefix "us."'],
    ['US.amazon.nova-lite-v1:0', 'unknown prefix "US."'],
    ['', 'no price is known for ""'],
    ['constructor', 'no price is known'],
    ['__proto__', 'no price is known'],
    [`x\u0000\n${'y'.repeat(5_000)}`, 'no price is known for "x\\u{0}\\u{a}yyy'],
  ])('%p', (modelId, expected) => {
    const lookup = lookupModel(modelId);
    expect(lookup.outcome).toBe('unpriced');
    const message = 'message' in lookup ? lookup.message : '';
    expect(message).toContain('`price`, `context_tokens` and `max_output_tokens`');
    expect(message).toContain(expected);
    expect(message.length).toBeLessThan(600);
  });
});
