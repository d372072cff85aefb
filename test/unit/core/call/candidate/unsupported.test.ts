import { describe, expect, test } from '@jest/globals';
import { supportedPart, withoutDropped } from '../../../../../core/call/candidate/unsupported.ts';
import { toPrompt } from '../../../../../core/call/request/prompt.ts';
import type { InvokeRequest } from '../../../../../core/call/request/request.schema.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const models = {
  haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
  sonnet: { model_id: 'us.anthropic.claude-sonnet-5-5' },
  llama: { model_id: 'us.meta.llama3-3-70b-instruct-v1:0' },
  nova: { model_id: 'amazon.nova-lite-v1:0' },
};
type Alias = keyof typeof models;
const tools = [{ toolSpec: { name: 'look_up', inputSchema: { json: {} } } }];
type Choice = NonNullable<NonNullable<InvokeRequest['prompt']['toolConfig']>['toolChoice']>;

const PARAMETERS = { max_tokens: 2_000, temperature: 0.7, top_p: 0.9, top_k: 50 };

function ask(alias: Alias, how: 'refuse' | 'drop', toolChoice?: Choice) {
  const all = Object.fromEntries(
    Object.entries(models).map(([name, model]) => [
      name,
      { ...model, unsupported_parameters: how },
    ]),
  );
  const center = { models: Object.keys(models), applications: ['faq'] };
  const policy = policyOf(configWith({ models: all, cost_centers: { retail: center } }));
  const model = policy.models.get(alias);
  const request = {
    messages: [
      { role: 'user' as const, content: 'Explain S3.' },
      { role: 'assistant' as const, content: 'You are a helpful AWS expert.' },
    ],
    ...(toolChoice && { toolConfig: { tools, toolChoice } }),
  };
  const read = toPrompt(request);
  if (!model || read.outcome !== 'valid') throw new Error('the test is wrong');
  return supportedPart({ model, prompt: read.prompt, parameters: PARAMETERS });
}

describe('what a model does not take', () => {
  test.each<[Alias, readonly string[], object, number]>([
    ['haiku', ['top_p'], { max_tokens: 2_000, temperature: 0.7, top_k: 50 }, 2],
    ['sonnet', ['temperature', 'top_p', 'top_k', 'prefill'], { max_tokens: 2_000 }, 1],
    ['llama', ['top_k'], { max_tokens: 2_000, temperature: 0.7, top_p: 0.9 }, 2],
    ['nova', [], PARAMETERS, 2],
  ])('%s: %j is dropped', (alias, dropped, parameters, messages) => {
    const found = ask(alias, 'drop');
    expect(found).toMatchObject({ dropped, parameters, problems: [] });
    expect(found.prompt.messages).toHaveLength(messages);
  });

  test.each<[Alias, readonly string[]]>([
    ['haiku', ['$.prompt.parameters.top_p']],
    [
      'sonnet',
      [
        '$.prompt.parameters.temperature',
        '$.prompt.parameters.top_p',
        '$.prompt.parameters.top_k',
        '$.prompt.messages',
      ],
    ],
    ['nova', []],
  ])('%s: is refused by default, at %j', (alias, paths) => {
    const found = ask(alias, 'refuse');
    expect(found.problems.map(({ path }) => path)).toEqual(paths);
    expect(found).toMatchObject({ dropped: [], parameters: PARAMETERS });
  });

  test.each<[Alias, Choice, boolean]>([
    ['llama', { any: {} }, true],
    ['llama', { tool: { name: 'look_up' } }, true],
    ['llama', { auto: {} }, true],
    ['sonnet', { any: {} }, true],
    ['sonnet', { tool: { name: 'look_up' } }, true],
    ['sonnet', { auto: {} }, false],
    ['haiku', { any: {} }, false],
    ['nova', { tool: { name: 'look_up' } }, false],
  ])('%s with toolChoice %j: %p', (alias, choice, isUnsupported) => {
    const refused = ask(alias, 'refuse', choice).problems.map(({ path }) => path);
    expect(refused.includes('$.prompt.toolConfig.toolChoice')).toBe(isUnsupported);
    const { dropped, prompt } = ask(alias, 'drop', choice);
    expect(dropped.includes('toolConfig.toolChoice')).toBe(isUnsupported);
    expect(prompt.toolConfig).toEqual(isUnsupported ? { tools } : { tools, toolChoice: choice });
  });
});

test('what was dropped for one model stays in the prompt of another', () => {
  const { prompt } = ask('nova', 'drop');
  expect(withoutDropped(prompt, [])).toEqual(prompt);
  expect(withoutDropped(prompt, ['prefill', 'top_k']).messages).toEqual([prompt.messages[0]]);
});
