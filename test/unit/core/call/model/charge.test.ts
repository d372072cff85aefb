/** The charge of a call, by the tier and latency that its answer names. */
import { describe, expect, test } from '@jest/globals';
import { pricedBound } from '../../../../../core/call/candidate/priced-bound.ts';
import { chargeOfAnswer } from '../../../../../core/call/model/charge.ts';
import type { ServedAs } from '../../../../../core/pricing/price.ts';
import { policyOf } from '../../../../support/policy.ts';

const policy = policyOf({
  name: 'test',
  models: {
    pro: { model_id: 'amazon.nova-pro-v1:0' },
    micro: { model_id: 'amazon.nova-micro-v1:0' },
  },
  applications: { faq: { environments: ['dev'] } },
  cost_centers: { retail: { models: ['pro', 'micro'], applications: ['faq'] } },
});

function charged(alias: string, asked: ServedAs, servedAs: ServedAs) {
  const model = policy.models.get(alias);
  const bound = { inputTokens: 1_000, maxOutputTokens: 1_000, cacheTtl: 'none' as const, asked };
  const priced = model && pricedBound(model, bound, Date.parse('2026-11-29'));
  if (!priced) throw new Error(`no price of ${alias}`);
  const call = {
    candidate: { model: alias, modelId: alias, modelMetric: alias, ...priced },
    reservation: { unknownOutcome: 'charge' as const },
    cachesOneHour: false,
  };
  const reported = { inputTokens: 1_000, outputTokens: 1_000, servedAs };
  const { amounts, isUncertain = false } = chargeOfAnswer(call, reported, true);
  return [priced.worstCase.usd, amounts.usd, isUncertain];
}

describe('a call', () => {
  // Nova Pro: 0.8 + 3.2 micro-USD a token; flex half of it, priority 1.75 times as much.
  test.each<[string, ServedAs, ServedAs, unknown[]]>([
    ['at the default tier', {}, {}, [4_000_000, 4_000_000, false]],
    ['at the default tier by name', {}, { tier: 'default' }, [4_000_000, 4_000_000, false]],
    ['served as flex without a request', {}, { tier: 'flex' }, [4_000_000, 2_000_000, false]],
    ['that asked for flex', { tier: 'flex' }, { tier: 'flex' }, [4_000_000, 2_000_000, false]],
    [
      'that asked for priority',
      { tier: 'priority' },
      { tier: 'priority' },
      [7_000_000, 7_000_000, false],
    ],
    [
      'that asked for priority and got the default',
      { tier: 'priority' },
      {},
      [7_000_000, 4_000_000, false],
    ],
    [
      'served as priority without a request',
      {},
      { tier: 'priority' },
      [4_000_000, 7_000_000, false],
    ],
    ['served in a tier without a price', {}, { tier: 'reserved' }, [4_000_000, 4_000_000, true]],
    [
      'served at a latency without a price',
      {},
      { latency: 'optimized' },
      [4_000_000, 4_000_000, true],
    ],
  ])('%s', (_, asked, served, expected) => {
    expect(charged('pro', asked, served)).toEqual(expected);
  });

  test('of a model without tiers is charged its only price, as uncertain', () => {
    // Nova Micro: 0.035 + 0.14 micro-USD a token.
    expect(charged('micro', {}, { tier: 'flex' })).toEqual([175_000, 175_000, true]);
  });
});
