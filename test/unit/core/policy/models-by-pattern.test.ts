import { describe, expect, test } from '@jest/globals';
import { resolveContext } from '../../../../core/call/context/resolve-context.ts';
import { modelsByPattern } from '../../../../core/policy/models-by-pattern.ts';
import { policyOf } from '../../../support/policy.ts';
import { center, config, problemsOf } from '../../../support/small-config.ts';

const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const configured = (lite: readonly string[], haiku: readonly string[]) =>
  config({
    models: {
      lite: { model_id: 'amazon.nova-lite-v1:0', also: lite },
      haiku: { model_id: HAIKU, also: haiku },
    },
  });
const named = (name: string, lite: readonly string[], haiku: readonly string[]) =>
  modelsByPattern([...policyOf(configured(lite, haiku)).models.values()], name).map(
    ({ alias }) => alias,
  );

describe('a pattern', () => {
  test.each([
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-5-*'],
    ['us.anthropic.claude-3-haiku', '*haiku*'],
    ['us.anthropic.claude-3-haiku', '*.claude-*-haiku'],
    ['gpt-4o', 'gpt-4o'],
    ['anything', '*'],
  ])('%s has the pattern %s', (name, pattern) => {
    expect(named(name, ['other'], [pattern])).toEqual(['haiku']);
  });

  test.each([
    ['us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-sonnet-4-5-*'],
    ['usXanthropic', 'us.anthropic'],
    ['ab', 'ab*b'],
    ['haiku-2', '*haiku'],
  ])('%s does not have the pattern %s', (name, pattern) => {
    expect(named(name, ['other'], [pattern])).toEqual([]);
  });

  test('that is more specific comes first', () => {
    expect(named('claude-haiku-1', ['claude-*'], ['claude-haiku-*'])).toEqual(['haiku', 'lite']);
    expect(named('claude-opus-1', ['claude-*'], ['claude-haiku-*'])).toEqual(['lite']);
  });

  test('with many wildcards is matched in little time', () => {
    expect(named(`${'a'.repeat(2000)}c`, [`${'*a'.repeat(60)}*b`], ['other'])).toEqual([]);
  });

  test.each([['a b'], [''], ['arn:aws:bedrock/x'], [7]])('cannot be %j', (pattern) => {
    const [problem] = problemsOf(
      config({ models: { lite: { model_id: 'amazon.nova-lite-v1:0', also: [pattern] } } }),
    );
    expect(problem?.path).toBe('models.lite.also[0]');
  });
});

describe('a call that names a further id', () => {
  const tags = { costCenter: 'sales', applicationId: 'docs', environment: 'dev' };
  const modelOf = (document: unknown, model: string) => {
    const found = resolveContext(policyOf(document), { model, tags }, undefined);
    return found.outcome === 'valid' ? found.context.model.alias : found.problems[0].code;
  };

  test('goes to the model that has the pattern', () => {
    expect(modelOf(configured(['gpt-*'], ['x']), 'gpt-4o')).toBe('lite');
    expect(modelOf(configured(['gpt-*'], ['x']), 'claude')).toBe('unknown_model');
  });

  test('goes to the model with exactly this id, whatever patterns say', () => {
    expect(modelOf(configured(['*'], ['x']), HAIKU)).toBe('haiku');
    expect(modelOf(configured(['haiku'], ['x']), 'haiku')).toBe('haiku');
  });

  test('goes to a model of its cost center first', () => {
    const limited = {
      ...configured(['gpt-*'], ['gpt-4*']),
      cost_centers: { sales: center({ models: ['lite'] }) },
    };
    expect(modelOf(limited, 'gpt-4o')).toBe('lite');
  });
});
