import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import catalogue from '../../../../core/pricing/catalogue.json' with { type: 'json' };
import {
  type CatalogueModel,
  lookupModel,
  type PricedModel,
} from '../../../../core/pricing/catalogue.ts';
import { isPrefixOf, splitModelId } from '../../../../core/pricing/geographies.ts';
import type { Price, Tariff } from '../../../../core/pricing/price.ts';
import { DAY_MS, isIsoDate } from '../../../../core/time.ts';

interface Row extends CatalogueModel {
  readonly provider: string;
  readonly asOf: string;
  readonly prices: readonly PriceRow[];
}
type PriceRow = CatalogueModel['prices'][number] & {
  readonly sources: readonly string[];
  readonly confidence: string;
  readonly alternatives?: readonly { source: string; input: number; output: number }[];
};
const rows: readonly Row[] = catalogue.models;

function priced(modelId: string, region: string): PricedModel {
  const lookup = lookupModel(modelId, region);
  if (lookup.outcome !== 'priced') throw new Error(lookup.message);
  return lookup.model;
}

const regions = [
  ...new Set(rows.flatMap(({ prices }) => prices.flatMap((each) => each.regions ?? []))),
];
const offered = rows.flatMap(({ modelId, prefixes }) => [
  modelId,
  ...prefixes.map((prefix) => prefix + modelId),
]);

describe('the catalogue', () => {
  test('has every model once, with a date, a known prefix and known ways to call it', () => {
    expect(new Set(rows.map(({ modelId }) => modelId)).size).toBe(rows.length);
    for (const row of rows) {
      expect(isIsoDate(row.asOf)).toBe(true);
      expect(['active', 'legacy', 'ended', 'unlisted']).toContain(row.status);
      expect(row.inferenceTypes.length).toBeGreaterThan(0);
      for (const type of row.inferenceTypes) {
        expect(['ON_DEMAND', 'INFERENCE_PROFILE']).toContain(type);
      }
      expect(row.inferenceTypes.includes('INFERENCE_PROFILE')).toBe(row.prefixes.length > 0);
      for (const prefix of row.prefixes) {
        expect(splitModelId(prefix + row.modelId)).toEqual({ prefix, baseModelId: row.modelId });
      }
    }
  });

  test('has a source for every price and every family, and a date for every source', () => {
    const dates = new Map(catalogue.sources.map(({ id, asOf }) => [id, asOf]));
    for (const date of dates.values()) expect(date).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
    const cited = [
      ...rows.flatMap(({ prices }) => prices.map(({ sources }) => sources)),
      ...catalogue.families.map(({ sources }) => sources),
    ];
    for (const sources of cited) {
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect([...dates.keys()]).toContain(source);
    }
  });

  test('prices every prefix once, and every region once', () => {
    for (const { prefixes, prices } of rows) {
      const named = prices.flatMap((price) => price.prefixes ?? []);
      expect([...named].sort()).toEqual([...prefixes].sort());
      const places = prices.flatMap((price) => price.regions ?? []);
      expect(new Set(places).size).toBe(places.length);
      expect(places.length).toBeGreaterThan(0);
    }
  });

  test('has no price of a single source that is lower than what another says', () => {
    for (const { modelId, prices } of rows) {
      for (const price of prices.filter(({ sources }) => sources.length === 1)) {
        for (const other of price.alternatives ?? []) {
          const lower = [price.input ?? 0, price.output ?? 0];
          expect([modelId, ...lower]).toEqual([
            modelId,
            Math.max(other.input, lower[0] ?? 0),
            Math.max(other.output, lower[1] ?? 0),
          ]);
        }
      }
    }
  });

  test('has no price that begins after the catalogue was made', () => {
    for (const { prices } of rows) {
      for (const { from } of prices) {
        if (from !== undefined) expect(Date.parse(from)).toBeLessThan(Date.parse(catalogue.asOf));
      }
    }
  });

  test('marks every model whose end of life has passed', () => {
    for (const { modelId, status, endOfLife } of rows) {
      const isPast = endOfLife !== undefined && Date.parse(endOfLife) <= Date.now();
      expect([modelId, isPast && status !== 'ended']).toEqual([modelId, false]);
    }
  });

  test('is not old: after 90 days it warns', () => {
    const days = Math.floor((Date.now() - Date.parse(catalogue.asOf)) / DAY_MS);
    if (days > 90) process.emitWarning(`the price catalogue is ${days} days old: refresh it`);
    expect(days).toBeGreaterThanOrEqual(0);
  });

  test('still prices every id that it ever had: policies in force name them', () => {
    const former: readonly string[] = JSON.parse(
      readFileSync(new URL('../../../fixtures/formerly-priced-ids.json', import.meta.url), 'utf8'),
    );
    expect(former).toHaveLength(186);
    for (const id of former)
      expect([id, lookupModel(id, 'us-east-1').outcome]).toEqual([id, 'priced']);
  });

  const tariffs = ({ prices }: PricedModel): readonly Tariff[] =>
    prices.flatMap((period) => [
      period,
      ...Object.values(period.tiers ?? {}),
      ...Object.values(period.latency ?? {}),
    ]);

  test.each(offered)('%s has exact prices in every region, and no free part', (modelId) => {
    for (const region of [...regions, 'me-central-1']) {
      const model = priced(modelId, region);
      const prices = tariffs(model).flatMap(({ price, longContext }): Price[] => [
        price,
        ...(longContext ? [longContext.price] : []),
      ]);
      for (const { units = {}, ...parts } of prices) {
        const billed = model.kind === 'rerank' ? [] : Object.values(parts);
        for (const part of [...billed, ...Object.values(units)]) {
          expect(part).toBeGreaterThan(0n);
          expect(part).toBeLessThanOrEqual(BigInt(Number.MAX_SAFE_INTEGER));
        }
        expect(parts.cacheWrite1h).toBeGreaterThanOrEqual(parts.cacheWrite);
      }
      expect(prices.some(({ input, units }) => input > 0n || units?.query !== undefined)).toBe(
        true,
      );
      expect(model.prices[0]?.effectiveFrom).toBeUndefined();
      expect(model.prices.at(-1)?.effectiveTo).toBeUndefined();
    }
    const { kind, contextTokens, maxOutputTokens, defaultMaxTokens } = priced(modelId, 'us-east-1');
    expect(defaultMaxTokens > 0).toBe(kind === 'text');
    expect(defaultMaxTokens).toBeLessThanOrEqual(maxOutputTokens);
    expect(maxOutputTokens).toBeLessThanOrEqual(contextTokens);
  });

  test('never has a region or a geography below its long-context price', () => {
    for (const { modelId, prices } of rows) {
      const hasLong = prices.some(({ longContext }) => longContext);
      for (const price of prices) {
        expect([modelId, price.prefixes, price.longContext !== undefined]).toEqual([
          modelId,
          price.prefixes,
          hasLong,
        ]);
        if (!price.longContext) continue;
        expect(price.longContext.input).toBeGreaterThanOrEqual(price.input ?? 0);
        expect(price.longContext.output).toBeGreaterThanOrEqual(price.output ?? 0);
      }
    }
  });
});

describe('a region without a known price', () => {
  test('gets the highest that is known anywhere, and is marked', () => {
    const lookup = lookupModel('qwen.qwen3-next-80b-a3b', 'me-central-1');
    if (lookup.outcome !== 'priced') throw new Error(lookup.message);
    expect(lookup.isRegionPriced).toBe(false);
    expect(lookup.model.prices).toEqual([
      { price: expect.objectContaining({ input: 230_000_000n, output: 1_860_000_000n }) },
    ]);
  });

  test('keeps the long-context price', () => {
    const { prices } = priced('anthropic.claude-haiku-5-5', 'eu-central-1');
    expect(prices[0]?.longContext?.aboveInputTokens).toBe(100_000);
    expect(prices[0]?.longContext?.price.input).toBe(600_000_000n);
  });
});

describe('geographies', () => {
  test.each([
    ['us.', 'us-east-1', true],
    ['us.', 'us-gov-west-1', false],
    ['us.', 'eu-central-1', false],
    ['us-gov.', 'us-gov-west-1', true],
    ['us-gov.', 'us-west-1', false],
    ['eu.', 'eu-west-3', true],
    ['in.', 'ap-south-1', true],
    ['in.', 'ap-southeast-1', false],
    ['jp.', 'ap-northeast-1', true],
    ['jp.', 'ap-northeast-2', false],
    ['au.', 'ap-southeast-2', true],
    ['global.', 'sa-east-1', true],
    ['global.', 'us-gov-east-1', false],
    ['global.', 'cn-north-1', false],
  ])('%s in %s: %p', (prefix, region, expected) => {
    expect(isPrefixOf(prefix, region)).toBe(expected);
  });
});

describe('what is not known is unpriced', () => {
  test.each([
    ['amazon.nova-litte-v1:0', 'did you mean "amazon.nova-lite-v1:0"?'],
    ['anthropic.claude-opus-9', 'no price is known for "anthropic.claude-opus-9"'],
    ['mx.amazon.nova-lite-v1:0', 'unknown prefix "mx."'],
    ['us.anthropic.claude-opus-4-7-v1', 'did you mean "us.anthropic.claude-opus-4-7"?'],
    ['us.anthropic.claude-opus-4-8-v1:0', 'did you mean "us.anthropic.claude-opus-4-8"?'],
    ['anthropic.claude-haiku-4-5', 'did you mean "us.anthropic.claude-haiku-4-5-20251001-v1:0"?'],
    ['claude-opus-4-5', 'did you mean "us.anthropic.claude-opus-4-5-20251101-v1:0"?'],
    ['claude-opus-4-5-20251101', 'did you mean "us.anthropic.claude-opus-4-5-20251101-v1:0"?'],
    ['claude-sonnet-4', 'did you mean "us.anthropic.claude-sonnet-4-20250514-v1:0"?'],
    ['nova-lite', 'did you mean "amazon.nova-lite-v1:0"?'],
    ['global.amazon.nova-lite-v1:0', 'use one of amazon.nova-lite-v1:0, us.amazon.nova-lite-v1:0'],
    ['us.us.amazon.nova-lite-v1:0', 'unknown prefix "us."'],
    ['US.amazon.nova-lite-v1:0', 'unknown prefix "US."'],
    ['', 'no price is known for ""'],
    ['constructor', 'no price is known'],
    ['__proto__', 'no price is known'],
    [`x\u0000\n${'y'.repeat(5_000)}`, 'no price is known for "x\\u{0}\\u{a}yyy'],
  ])('%p', (modelId, expected) => {
    const lookup = lookupModel(modelId, 'us-east-1');
    expect(lookup.outcome).toBe('unpriced');
    const message = 'message' in lookup ? lookup.message : '';
    expect(message).toContain('`price`, `context_tokens` and `max_output_tokens`');
    expect(message).toContain(expected);
    expect(message.length).toBeLessThan(600);
  });
});
