import { describe, expect, test } from '@jest/globals';
import { resolvePolicy } from '../../../../core/policy/resolve-policy.ts';
import catalogue from '../../../../core/pricing/catalogue.json' with { type: 'json' };
import { config } from '../../../support/small-config.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const PRICE = { input: 1, output: 2 };

function planned(model: object, region = 'us-east-1', plannedAt = NOW) {
  const document = config({ models: { lite: model, haiku: { model_id: `global.${HAIKU}` } } });
  const found = resolvePolicy(document, { region, plannedAt });
  const problems = 'problems' in found ? found.problems : [];
  const warnings = found.warnings.filter(({ path }) => path.startsWith('models.'));
  return { errors: problems.map(({ message }) => message), warnings, found };
}

describe('a plan', () => {
  test.each([
    [`us.${HAIKU}`, 'eu-central-1', `in eu-central-1 write eu.${HAIKU}, global.${HAIKU}`],
    [`in.${HAIKU}`, 'us-east-1', `in us-east-1 write us.${HAIKU}, global.${HAIKU}`],
    [HAIKU, 'ap-northeast-1', `write apac.${HAIKU}, jp.${HAIKU}, global.${HAIKU}`],
    ['qwen.qwen3-next-80b-a3b', 'eu-central-1', 'no price is known'],
    ['amazon.nova-lite-v1:0', 'eu-west-1', 'or write eu.amazon.nova-lite-v1:0'],
    ['amazon.titan-embed-text-v2:0', 'eu-west-1', 'add `price` to this model'],
    ['us.amazon.nova-premier-v1:0', 'us-east-1', 'ended "amazon.nova-premier-v1:0" on 2026-09-14'],
    ['anthropic.claude-v2:0', 'us-east-1', 'ended "anthropic.claude-v2:0" on 2025-07-21'],
  ])('refuses %s in %s', (model_id, region, expected) => {
    expect(planned({ model_id }, region).errors.join('\n')).toContain(expected);
  });

  test.each([
    [`eu.${HAIKU}`, 'eu-central-1'],
    [`us.${HAIKU}`, 'ca-central-1'],
    [HAIKU, 'us-gov-west-1'],
    ['qwen.qwen3-next-80b-a3b', 'eu-west-1'],
    ['in.moonshotai.kimi-k3', 'ap-south-1'],
  ])('takes %s in %s', (model_id, region) => {
    const { found } = planned({ model_id }, region);
    const own = 'problems' in found ? found.problems : [];
    expect(own.filter(({ path }) => path.startsWith('models.lite'))).toEqual([]);
  });

  test('an own price makes the end of life a warning, and prices a region', () => {
    const ended = planned({ model_id: 'us.amazon.nova-premier-v1:0', price: PRICE });
    expect(ended.errors).toEqual([]);
    expect(ended.warnings).toEqual([
      { path: 'models.lite.model_id', message: expect.stringContaining('ended') },
    ]);
    expect(
      planned({ model_id: 'amazon.nova-lite-v1:0', price: PRICE }, 'eu-west-1').errors,
    ).toEqual([]);
  });

  test.each([
    ['amazon.nova-lite-v1:0', { input: 0.1 }, ['output']],
    ['amazon.nova-lite-v1:0', { cache_read: 0.1 }, ['input', 'output']],
    ['amazon.titan-embed-text-v2:0', { cache_read: 0.1 }, ['input']],
    ['amazon.titan-embed-text-v2:0', { input: 0.1 }, []],
    ['cohere.rerank-v3-5:0', { input: 0.1 }, ['per_query']],
    ['cohere.rerank-v3-5:0', { per_query: 0.003 }, []],
  ])('an own price of %s in a region without one needs its parts: %p', (model_id, price, parts) => {
    const { found } = planned({ model_id, price }, 'eu-west-1');
    const problems = 'problems' in found ? found.problems : [];
    const own = problems.filter(({ path }) => path.startsWith('models.lite'));
    expect(own.map(({ path }) => path)).toEqual(parts.map((part) => `models.lite.price.${part}`));
    const stored = resolvePolicy(
      config({ models: { lite: { model_id, price }, haiku: { model_id: `global.${HAIKU}` } } }),
      { region: 'eu-west-1', isStored: true },
    );
    expect('policy' in stored).toBe(true);
  });

  test.each([
    ['2027-01-30T00:00:00Z', 0, 1],
    ['2027-03-30T00:00:00Z', 1, 0],
  ])('at %s a model that ends on 2027-03-30: %p errors, %p warnings', (at, errors, warnings) => {
    const model = { model_id: 'us.meta.llama3-3-70b-instruct-v1:0' };
    const result = planned(model, 'us-east-1', Date.parse(at));
    expect([result.errors.length, result.warnings.length]).toEqual([errors, warnings]);
  });
});

test('a stored policy is never refused for a date or a region', () => {
  const ids = catalogue.models.flatMap(({ modelId, prefixes }) => [
    modelId,
    ...prefixes.map((prefix) => prefix + modelId),
  ]);
  for (const model_id of ids) {
    for (const region of ['us-east-1', 'me-central-1', 'us-gov-west-1']) {
      const document = config({ models: { lite: { model_id }, haiku: { model_id } } });
      const stored = resolvePolicy(document, { region, isStored: true });
      expect([model_id, 'policy' in stored]).toEqual([model_id, true]);
    }
  }
});
