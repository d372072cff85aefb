import { describe, expect, test } from '@jest/globals';
import type { Price, PriceSchedule } from '../../../../core/pricing/price.ts';
import { priceAt } from '../../../../core/pricing/price-at.ts';
import {
  effectivePriceFromJson,
  effectivePriceToJson,
} from '../../../../core/pricing/price-json.ts';
import { toSchedule } from '../../../../core/pricing/usd-price.ts';
import { worstCaseOf, writtenCacheTtl } from '../../../../core/pricing/worst-case.ts';

const price = (input: bigint, output: bigint): Price => ({
  input,
  output,
  cacheRead: input / 10n,
  cacheWrite: (input * 5n) / 4n,
  cacheWrite1h: input * 2n,
});

const M = 1_000_000n;
const HOUR_MS = 3_600_000;

describe('worstCaseOf', () => {
  const schedule: PriceSchedule = [{ price: price(4n * M, 20n * M) }];

  test.each([
    // Nothing is written to a cache: 100 x 4 + 10 x 20.
    ['none', 600n],
    // 100 x 5 (a five-minute cache write) + 10 x 20.
    ['5m', 700n],
    // 100 x 8 + 10 x 20.
    ['1h', 1_000n],
  ] as const)('takes the highest input price with a time to live of %s', (cacheTtl, expected) => {
    const { amount } = worstCaseOf(
      { inputTokens: 100, maxOutputTokens: 10, cacheTtl },
      schedule,
      0,
    );
    expect(amount).toBe(expected);
  });

  test('takes every price into account when the time to live is not known', () => {
    expect(worstCaseOf({ inputTokens: 100, maxOutputTokens: 10 }, schedule, 0).amount).toBe(1_000n);
  });

  test('rounds up once', () => {
    const odd: PriceSchedule = [{ price: price(4n, 1n) }];
    expect(worstCaseOf({ inputTokens: 1, maxOutputTokens: 1 }, odd, 0).amount).toBe(1n);
  });

  test('finds the higher side of a long-context threshold, whichever it is', () => {
    const bound = { inputTokens: 201, maxOutputTokens: 0, cacheTtl: 'none' } as const;
    const higher = { aboveInputTokens: 200, price: price(8n * M, M) };
    const lower = { aboveInputTokens: 200, price: price(4n, 1n) };
    const at = (longContext: typeof higher) =>
      worstCaseOf(bound, [{ price: price(4n * M, M), longContext }], 0).amount;
    // 201 x 8, and 200 x 4: one token less is not a long context.
    expect(at(higher)).toBe(1_608n);
    expect(at(lower)).toBe(800n);
  });
});

test('a model that writes to a cache on its own may always write one', () => {
  const ttls = ['none', '5m', '1h'] as const;
  expect(ttls.map((ttl) => writtenCacheTtl(ttl, { cachesUnasked: true }))).toEqual([
    '5m',
    '5m',
    '1h',
  ]);
  expect(ttls.map((ttl) => writtenCacheTtl(ttl, { cachesUnasked: false }))).toEqual(ttls);
});

describe('pricePeriodFor', () => {
  const change = Date.parse('2026-09-01T00:00:00Z');
  const before = { effectiveTo: change, price: price(2n * M, 30n * M) };
  const after = { effectiveFrom: change, price: price(3n * M, 15n * M) };
  const schedule = [before, after];

  test('is the period that holds, more than an hour before a change and from it on', () => {
    expect(priceAt(schedule, change - HOUR_MS - 1)).toBe(before);
    expect(priceAt(schedule, change)).toBe(after);
  });

  test('is the higher of both, part by part, within the hour before a change', () => {
    for (const at of [change - HOUR_MS, change - 1]) {
      expect(priceAt(schedule, at).price).toEqual({
        ...price(3n * M, 30n * M),
      });
    }
  });
});

describe('a price in JSON', () => {
  test('comes back as it was', () => {
    const period = {
      price: price(3n * M, 15n * M),
      longContext: { aboveInputTokens: 200_000, price: price(6n * M, 22n * M) },
    };
    expect(
      effectivePriceFromJson(JSON.parse(JSON.stringify(effectivePriceToJson(period)))),
    ).toEqual(period);
    expect(
      effectivePriceFromJson(effectivePriceToJson({ price: period.price, effectiveTo: 5 })),
    ).toEqual({
      price: period.price,
    });
  });

  test.each([
    undefined,
    null,
    1,
    {},
    { price: {} },
    { price: { input: 1.5 } },
    { price: { input: -1 } },
  ])('is never guessed from %p', (value) => {
    expect(() => effectivePriceFromJson(value)).toThrow('invariant broken');
  });
});

test('a tier without a long-context price has at least that of the default tier', () => {
  const price = { input: 1, output: 2, longContext: { aboveInputTokens: 10, input: 5, output: 6 } };
  const tiers = { flex: { input: 0.5, output: 1 }, priority: { input: 2, output: 3 } };
  const [period] = toSchedule([{ ...price, tiers }]);
  // Priority: 5 x 2 / 1 and 6 x 3 / 2.
  expect(period?.tiers).toMatchObject({
    flex: { longContext: { price: { input: 5_000_000_000n, output: 6_000_000_000n } } },
    priority: { longContext: { price: { input: 10_000_000_000n, output: 9_000_000_000n } } },
  });
});
