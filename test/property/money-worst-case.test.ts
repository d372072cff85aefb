/**
 * Goal: no usage within a bound can cost more than the worst case reserved for it, and what a call
 * costs is the exact price, rounded up once. Method: random prices, tiers, periods and usages.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatUsd, nano, parseUsd } from '../../core/money.ts';
import { costOf } from '../../core/pricing/cost.ts';
import type { EffectivePrice, Price, ServedAs } from '../../core/pricing/price.ts';
import { effectivePriceFromJson, effectivePriceToJson } from '../../core/pricing/price-json.ts';
import { toSchedule } from '../../core/pricing/usd-price.ts';
import { type CacheTtl, worstCaseOf } from '../../core/pricing/worst-case.ts';
import { pricePeriodAt } from '../support/prices.ts';

const part = fc.bigInt({ min: 0n, max: 100_000_000_000n });
const price: fc.Arbitrary<Price> = fc.record({
  input: part,
  output: part,
  cacheRead: part,
  cacheWrite: part,
  cacheWrite1h: part,
});
const tier = fc.record({ aboveInputTokens: fc.nat(1_000), price });

interface Call {
  readonly bound: number;
  readonly maxOutput: number;
  readonly split: readonly [number, number, number, number];
  readonly output: number;
}
const call: fc.Arbitrary<Call> = fc.record({
  bound: fc.nat(2_000),
  maxOutput: fc.nat(2_000),
  split: fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(500)),
  output: fc.nat(2_000),
});

/** A usage within the bound, with the cache writes that the call may do. */
function usageOf({ bound, maxOutput, split, output }: Call, cacheTtl: CacheTtl | undefined) {
  const [inputTokens, cacheRead, write5m, write1h] = split;
  const oneHour = cacheTtl === '1h' || cacheTtl === undefined;
  const fiveMinutes = cacheTtl === 'none' ? 0 : write5m;
  const total = inputTokens + cacheRead + fiveMinutes + (oneHour ? write1h : 0);
  const scale = total > bound ? bound / total : 1;
  const within = (tokens: number) => Math.floor(tokens * scale);
  const hour = oneHour ? within(write1h) : 0;
  return {
    inputTokens: within(inputTokens),
    outputTokens: Math.min(output, maxOutput),
    cacheReadInputTokens: within(cacheRead),
    cacheWriteInputTokens: within(fiveMinutes) + hour,
    cacheWrite1hInputTokens: hour,
  };
}

const tariff = fc.record({ price, longContext: tier });

/** Up to three periods without gaps; a change every `step` milliseconds. */
const schedule = fc
  .tuple(
    fc.array(fc.record({ price, tier: fc.option(tier), flex: tariff, optimized: tariff }), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.nat(7_200_000),
  )
  .map(([periods, step]) =>
    periods.map(
      ({ price: base, tier: longContext, flex, optimized }, index): EffectivePrice => ({
        ...(index > 0 && { effectiveFrom: step * index }),
        ...(index < periods.length - 1 && { effectiveTo: step * (index + 1) }),
        price: base,
        ...(longContext && { longContext }),
        tiers: { flex },
        latency: { optimized },
      }),
    ),
  );

/** The request of a call, and all that it may be served as. */
const service = fc.constantFrom<{ asked: ServedAs; served: readonly ServedAs[] }>(
  { asked: {}, served: [{}, { tier: 'default' }, { tier: 'standard', latency: 'standard' }] },
  { asked: { tier: 'flex' }, served: [{ tier: 'flex' }, {}, { tier: 'unheard-of' }] },
  { asked: { latency: 'optimized' }, served: [{ latency: 'optimized' }, {}] },
);

describe('the worst case of a call', () => {
  test('is at least the cost of any usage within it, at the reserved price', () => {
    fc.assert(
      fc.property(
        schedule,
        call,
        fc.nat(20_000_000),
        fc.constantFrom<CacheTtl | undefined>('none', '5m', '1h', undefined),
        service,
        (periods, given, at, cacheTtl, { asked, served }) => {
          const usage = usageOf(given, cacheTtl);
          const bound = {
            inputTokens: given.bound,
            maxOutputTokens: given.maxOutput,
            ...(cacheTtl && { cacheTtl }),
          };
          const { amount, period } = worstCaseOf(bound, periods, at, asked);
          for (const each of served) expect(costOf(usage, period, each) <= amount).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is settled at no less than any price that holds within the hour', () => {
    fc.assert(
      fc.property(
        schedule,
        call,
        fc.nat(20_000_000),
        fc.nat(3_600_000),
        (periods, given, at, later) => {
          const usage = usageOf(given, undefined);
          const { period } = worstCaseOf(
            { inputTokens: given.bound, maxOutputTokens: given.maxOutput },
            periods,
            at,
          );
          const held = pricePeriodAt(periods, at + later);
          expect(held && costOf(usage, held) <= costOf(usage, period)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('survives the trip through JSON', () => {
    fc.assert(
      fc.property(price, fc.option(tier), tariff, (base, longContext, flex) => {
        const period = { price: base, ...(longContext && { longContext }), tiers: { flex } };
        expect(
          effectivePriceFromJson(JSON.parse(JSON.stringify(effectivePriceToJson(period)))),
        ).toEqual(period);
      }),
    );
  });
});

describe('a price with unknown parts', () => {
  const usd = fc.nat(100_000_000).map((thousandths) => thousandths / 1_000);

  test('never bills an unknown part below the input price', () => {
    fc.assert(
      fc.property(usd, usd, (input, output) => {
        const complete = toSchedule([{ input, output }])[0]?.price;
        if (!complete) throw new Error('a period has a price');
        for (const unknown of [complete.cacheRead, complete.cacheWrite, complete.cacheWrite1h]) {
          expect(unknown >= complete.input).toBe(true);
        }
      }),
    );
  });
});

describe('money', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) }), (amount) => {
        expect(parseUsd(formatUsd(amount))).toBe(nano(amount));
      }),
    );
  });
});
