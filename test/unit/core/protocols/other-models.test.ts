/**
 * Passes of other models inside a call: each is charged at the price of its model. Method: usage
 * with the shapes and figures of real answers, through the counts to the charge.
 */
import { describe, expect, test } from '@jest/globals';
import { chargeOfAnswer } from '../../../../core/call/model/charge.ts';
import { lookupModel, type PricedModel } from '../../../../core/pricing/catalogue.ts';
import { priceNamed } from '../../../../core/pricing/named-price.ts';
import { priceAt } from '../../../../core/pricing/price-at.ts';
import { effectivePriceToJson } from '../../../../core/pricing/price-json.ts';
import { countsInJson } from '../../../../core/protocols/metering/read-counts.ts';
import { toReportedUsage } from '../../../../core/protocols/metering/token-counts.ts';

const AT = Date.parse('2026-11-29T12:00:00Z');
const REGION = 'us-east-1';

function modelOf(modelId: string): PricedModel {
  const found = lookupModel(modelId, REGION);
  if (found.outcome !== 'priced') throw new Error(found.message);
  return found.model;
}

/** A pass as `usage.iterations` lists it. */
const pass = (input: number, output: number, model?: string) => ({
  type: model === undefined ? 'message' : 'advisor_message',
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  ...(model !== undefined && { model }),
});

/** Charges a call of one model by its usage. @param others models of the policy besides it. */
function charged(modelId: string, usage: object, others: readonly PricedModel[] = []) {
  const own = modelOf(modelId);
  const counts = countsInJson({ usage });
  const called = { modelId, region: REGION, at: AT };
  const reported = toReportedUsage(counts, true, (name) =>
    priceNamed(name, [own, ...others], called),
  );
  const candidate = {
    model: 'own',
    modelId,
    modelMetric: modelId,
    price: effectivePriceToJson(priceAt(own.prices, AT)),
    worstCase: { requests: 1, tokens: 1, input_tokens: 1, output_tokens: 1, usd: 1 },
  };
  const reservation = { unknownOutcome: 'charge' as const };
  return chargeOfAnswer({ candidate, reservation, cachesOneHour: false }, reported, true);
}

const SONNET = 'global.anthropic.claude-sonnet-5';
const advised = (advisor: string) => ({
  ...pass(2_411, 145),
  iterations: [pass(1_128, 135), pass(2_543, 18, advisor), pass(1_283, 10)],
});

describe('passes of a call', () => {
  test('of another model cost what that model costs', () => {
    // (1,128 + 1,283) x 2,000 + (135 + 10) x 10,000, and 2,543 x 5,000 + 18 x 25,000.
    const charge = charged(SONNET, advised('claude-opus-4-8'));
    expect(charge).toMatchObject({
      basis: 'settled',
      amounts: { usd: 19_437_000, input_tokens: 4_954, output_tokens: 163 },
    });
    expect(charge.isUncertain).toBeUndefined();
  });

  test('of the same model cost its own price, also where they name it', () => {
    const usage = { ...pass(682, 1_320), iterations: [pass(60_385, 592), pass(682, 1_320)] };
    const named = {
      ...usage,
      iterations: [pass(60_385, 592, 'claude-opus-4-6'), pass(682, 1_320)],
    };
    for (const each of [usage, named]) {
      const charge = charged('global.anthropic.claude-opus-4-6-v1', each);
      expect(charge).toMatchObject({ basis: 'settled', amounts: { usd: 353_135_000 } });
      expect(charge.isUncertain).toBeUndefined();
    }
  });

  test('of a model without a known price cost the own price at least, and are uncertain', () => {
    // 4,954 x 2,000 + 163 x 10,000.
    expect(charged(SONNET, advised('claude-of-tomorrow'))).toMatchObject({
      basis: 'settled',
      amounts: { usd: 11_538_000 },
      isUncertain: true,
    });
  });

  test('whose counts make no sense are uncertain', () => {
    const iterations = [
      pass(1_128, 135),
      { ...pass(2_543, 18, 'claude-opus-4-8'), output_tokens: -1 },
    ];
    expect(charged(SONNET, { ...pass(2_411, 145), iterations })).toMatchObject({
      isUncertain: true,
    });
  });

  test("cost the policy's own price of that model", () => {
    const opus = modelOf('global.anthropic.claude-opus-4-8');
    const prices = modelOf('global.anthropic.claude-opus-4-6-v1').prices.map((period) => ({
      ...period,
      price: { ...period.price, input: period.price.input * 2n },
    }));
    const charge = charged(SONNET, advised('claude-opus-4-8'), [{ ...opus, prices }]);
    expect(charge.amounts.usd).toBe(19_437_000 + 2_543 * 5_000);
  });

  test.each(['us.anthropic.claude-opus-4-8', 'anthropic.claude-opus-4-8', 'claude-opus-4-8'])(
    'of %s are of one model',
    (name) => expect(charged(SONNET, advised(name)).amounts.usd).toBe(19_437_000),
  );
});
