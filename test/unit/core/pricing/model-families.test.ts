import { describe, expect, test } from '@jest/globals';
import catalogue from '../../../../core/pricing/catalogue.json' with { type: 'json' };
import { lookupModel } from '../../../../core/pricing/catalogue.ts';
import { familyDefaults } from '../../../../core/pricing/model-families.ts';
import type { ModelCapabilities } from '../../../../core/pricing/price.ts';

function traitsOf(modelId: string): ModelCapabilities {
  const lookup = lookupModel(modelId, 'us-east-1');
  if (lookup.outcome !== 'priced') throw new Error(lookup.message);
  return lookup.model.traits;
}

describe('traits', () => {
  test.each<[string, Partial<ModelCapabilities>]>([
    ['amazon.nova-lite-v1:0', { topK: 'inferenceConfig.topK', promptCaching: true }],
    ['amazon.titan-text-express-v1', { systemPrompt: false }],
    ['mistral.mistral-7b-instruct-v0:2', { systemPrompt: false, topK: 'top_k' }],
    ['cohere.command-text-v14', { systemPrompt: false }],
    ['cohere.command-r-v1:0', { systemPrompt: true, topK: 'k' }],
    ['ai21.jamba-instruct-v1:0', { systemPrompt: true }],
    ['anthropic.claude-v2:0', { systemPrompt: true, prefill: true, promptCaching: false }],
    [
      'us.anthropic.claude-3-5-haiku-20241022-v1:0',
      {
        topK: 'top_k',
        prefill: true,
        temperatureWithTopP: true,
        promptCaching: true,
        promptCaching1h: false,
        countTokens: 'runtime',
      },
    ],
    [
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      { prefill: true, temperatureWithTopP: false, promptCaching: true, promptCaching1h: true },
    ],
    [
      'us.anthropic.claude-opus-4-1-20250805-v1:0',
      { temperatureWithTopP: false, promptCaching1h: false },
    ],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', { temperatureWithTopP: true }],
    ['us.anthropic.claude-sonnet-4-6', { prefill: false, temperatureWithTopP: false }],
    ['us.anthropic.claude-opus-4-8', { prefill: false, sampling: false }],
    ['us.anthropic.claude-opus-5', { prefill: false, sampling: false, promptCaching1h: true }],
    ['us.anthropic.claude-opus-4-8', { countTokens: 'mantle' }],
    ['us.anthropic.claude-opus-5-5', { thinking: 'always', toolChoice: 'auto', sampling: false }],
    ['us.anthropic.claude-sonnet-5-5', { thinking: 'always', toolChoice: 'auto' }],
    ['us.anthropic.claude-fable-5-1', { thinking: 'always', toolChoice: 'auto' }],
    [
      'in.anthropic.claude-haiku-4-5-20251001-v1:0',
      { prefill: true, vision: 'claude', countTokens: 'runtime' },
    ],
    [
      'us.anthropic.claude-haiku-5-5',
      { thinking: 'default', toolChoice: 'any', sampling: false, countTokens: 'mantle' },
    ],
    ['us.meta.llama3-3-70b-instruct-v1:0', { toolChoice: 'none' }],
    ['us.openai.gpt-6-sol', { sampling: false, vision: 'window', cachesUnasked: true }],
  ])('%s: %p', (modelId, expected) => {
    expect(traitsOf(modelId)).toMatchObject(expected);
  });

  test('a model without a top_k field has none', () => {
    for (const id of [
      'meta.llama3-8b-instruct-v1:0',
      'us.anthropic.claude-opus-5',
      'openai.gpt-oss-20b-1:0',
    ]) {
      expect(traitsOf(id)).not.toHaveProperty('topK');
    }
  });

  test('a model the catalogue lacks has the traits of its family', () => {
    expect(familyDefaults('anthropic.claude-opus-5-5').traits).toMatchObject({ sampling: false });
    expect(familyDefaults('acme.unheard-of')).toMatchObject({
      defaultMaxTokens: 4096,
      traits: { systemPrompt: true, promptCaching: false, countTokens: false },
    });
  });

  test('every exception cites a source of the catalogue', () => {
    const sources = new Set(catalogue.sources.map(({ id }) => id));
    for (const family of catalogue.families) {
      for (const source of 'sources' in family ? (family.sources ?? []) : []) {
        expect(sources).toContain(source);
      }
    }
  });
});
