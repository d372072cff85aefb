/**
 * Goal: for every model, under every id and in every region, no usage within a bound costs more
 * than the worst case reserved for it. Method: random usages for every row of the catalogue, in
 * every tier, on both sides of long-context thresholds.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import catalogue from '../../core/pricing/catalogue.json' with { type: 'json' };
import { type CatalogueModel, lookupModel } from '../../core/pricing/catalogue.ts';
import { costOf } from '../../core/pricing/cost.ts';
import type { ServedAs } from '../../core/pricing/price.ts';
import { type CacheTtl, worstCaseOf, writtenCacheTtl } from '../../core/pricing/worst-case.ts';

const AT = Date.parse('2026-11-29T12:00:00Z');
const rows: readonly CatalogueModel[] = catalogue.models;
const regions = [
  ...new Set(rows.flatMap(({ prices }) => prices.flatMap((each) => each.regions ?? []))),
  'me-central-1',
];

const usage = fc.record({
  shares: fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1_000)),
  size: fc.oneof(fc.nat(2_000), fc.integer({ min: 90_000, max: 1_050_000 })),
  slack: fc.nat(1_000),
  output: fc.nat(130_000),
  asked: fc.constantFrom<CacheTtl>('none', '5m', '1h'),
});

test.each(rows.map((row) => [row.modelId, row] as const))('%s', (_, row) => {
  const ids = [row.modelId, ...row.prefixes.map((prefix) => prefix + row.modelId)];
  const pairs = ids.flatMap((id) => regions.map((region) => ({ id, region })));
  fc.assert(
    fc.property(fc.constantFrom(...pairs), usage, ({ id, region }, given) => {
      const lookup = lookupModel(id, region);
      if (lookup.outcome !== 'priced') throw new Error(lookup.message);
      const { prices, traits } = lookup.model;
      const ttl = writtenCacheTtl(given.asked, traits);
      const [plain, read, fiveMinutes, hour] = given.shares;
      const shares = [plain, read, ttl === 'none' ? 0 : fiveMinutes, ttl === '1h' ? hour : 0];
      const total = Math.max(
        1,
        shares.reduce((sum, each) => sum + each, 0),
      );
      const [input = 0, cached = 0, write = 0, write1h = 0] = shares.map((share) =>
        Math.floor((given.size * share) / total),
      );
      const used = {
        inputTokens: input,
        outputTokens: given.output,
        cacheReadInputTokens: cached,
        cacheWriteInputTokens: write + write1h,
        cacheWrite1hInputTokens: write1h,
      };
      const bound = {
        inputTokens: given.size + given.slack,
        maxOutputTokens: given.output,
        cacheTtl: ttl,
      };
      const tiers = Object.keys(prices[0]?.tiers ?? {}).map((tier): ServedAs => ({ tier }));
      for (const asked of [{}, ...tiers]) {
        const { amount, period } = worstCaseOf(bound, prices, AT, asked);
        for (const served of [{}, asked, { tier: 'unheard-of' }]) {
          expect(costOf(used, period, served) <= amount).toBe(true);
        }
      }
    }),
    { numRuns: 100 },
  );
});
