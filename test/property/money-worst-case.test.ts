/**
 * Goal: no usage within a bound can cost more than the worst case reserved for it, and what a call
 * costs is the exact price, rounded up once. Method: random prices, tiers, periods and usages.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatUsd, nano, parseUsd } from '../../core/money.ts';
import { completePrice } from '../../core/pricing/complete-price.ts';
import { costOf, type EffectivePrice, type Price } from '../../core/pricing/price.ts';
import { effectivePriceFromJson, effectivePriceToJson } from '../../core/pricing/price-json.ts';
import { worstCaseOf } from '../../core/pricing/worst-case.ts';
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

/** A usage within the bound, without one-hour cache writes unless the call asked for them. */
function usageOf({ bound, maxOutput, split, output }: Call, oneHour: boolean) {
  const [inputTokens, cacheRead, write5m, write1h] = split;
  const total = inputTokens + cacheRead + write5m + (oneHour ? write1h : 0);
  const scale = total > bound ? bound / total : 1;
  const within = (tokens: number) => Math.floor(tokens * scale);
  const hour = oneHour ? within(write1h) : 0;
  return {
    inputTokens: within(inputTokens),
    outputTokens: Math.min(output, maxOutput),
    cacheReadInputTokens: within(cacheRead),
    cacheWriteInputTokens: within(write5m) + hour,
    cacheWrite1hInputTokens: hour,
  };
}

/** Up to three periods without gaps; a change every `step` milliseconds. */
const schedule = fc
  .tuple(
    fc.array(fc.record({ price, tier: fc.option(tier) }), { minLength: 1, maxLength: 3 }),
    fc.nat(7_200_000),
  )
  .map(([periods, step]) =>
    periods.map(
      ({ price: base, tier: longContext }, index): EffectivePrice => ({
        ...(index > 0 && { effectiveFrom: step * index }),
        ...(index < periods.length - 1 && { effectiveTo: step * (index + 1) }),
        price: base,
        ...(longContext && { longContext }),
      }),
    ),
  );

describe('the worst case of a call', () => {
  test('is at least the cost of any usage within it, at the reserved price', () => {
    fc.assert(
      fc.property(
        schedule,
        call,
        fc.nat(20_000_000),
        fc.constantFrom('none', '5m', '1h', undefined),
        (periods, given, at, cacheTtl) => {
          const usage = usageOf(given, cacheTtl === '1h' || cacheTtl === undefined);
          const bound = {
            inputTokens: given.bound,
            maxOutputTokens: given.maxOutput,
            ...(cacheTtl && { cacheTtl }),
          };
          const { amount, period } = worstCaseOf(bound, periods, at);
          expect(costOf(usage, period) <= amount).toBe(true);
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
          const usage = usageOf(given, true);
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
      fc.property(price, fc.option(tier), (base, longContext) => {
        const period = { price: base, ...(longContext && { longContext }) };
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
        const complete = completePrice({ input, output });
        if (!complete) throw new Error('a price up to 100,000 USD is valid');
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
