import { describe, expect, test } from '@jest/globals';
import { additionalFieldProblems } from '../../../../../core/call/candidate/check-additional-fields.ts';
import type { AdditionalFields } from '../../../../../core/call/request/additional-fields.schema.ts';
import type { RequestParameters } from '../../../../../core/call/request/request.schema.ts';
import { promptOf } from '../../../../support/checked-prompts.ts';
import { modelIn, policyWithModels } from '../../../../support/policy.ts';
import { conversation, hi, type RequestPrompt, weather } from '../../../../support/prompts.ts';

const policy = policyWithModels({
  claude: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  gpt: 'openai.gpt-oss-120b-1:0',
  nova: 'us.amazon.nova-2-lite-v1:0',
});

interface Over {
  readonly parameters?: RequestParameters;
  readonly prompt?: RequestPrompt;
}

function problems(alias: string, fields: AdditionalFields, over: Over = {}) {
  const model = modelIn(policy, alias);
  const prompt = promptOf(over.prompt ?? { messages: [hi] });
  const request = { model, fields, prompt, parameters: over.parameters ?? {}, maxTokens: 4_000 };
  return additionalFieldProblems(request).map(
    ({ path, message }) => `${path.replace('$.prompt.', '')} ${message}`,
  );
}

const thinking = { thinking: { type: 'enabled', budget_tokens: 2_000 } } as const;

describe('fields for the model itself', () => {
  test.each<[string, AdditionalFields]>([
    ['claude', thinking],
    ['claude', { thinking: { type: 'adaptive' } }],
    ['claude', { thinking: { type: 'disabled' } }],
    ['gpt', { reasoning_effort: 'high' }],
    ['nova', { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }],
    ['nova', {}],
  ])('%s takes %j', (alias, fields) => {
    expect(problems(alias, fields)).toEqual([]);
  });

  test.each<[string, AdditionalFields, Over, string]>([
    [
      'nova',
      thinking,
      {},
      'additionalModelRequestFields.thinking is not a field of nova: leave it out',
    ],
    [
      'claude',
      { reasoning_effort: 'low' },
      {},
      'additionalModelRequestFields.reasoning_effort is not a field of claude: leave it out',
    ],
    [
      'claude',
      { thinking: { type: 'enabled', budget_tokens: 4_000 } },
      {},
      'additionalModelRequestFields.thinking.budget_tokens must be below `max_tokens` (4000), got 4000',
    ],
    [
      'claude',
      { thinking: { type: 'enabled' } },
      {},
      'additionalModelRequestFields.thinking.budget_tokens is required with type "enabled"',
    ],
    [
      'claude',
      thinking,
      { parameters: { temperature: 0.5 } },
      'parameters.temperature must be 1 with thinking',
    ],
    [
      'claude',
      thinking,
      { parameters: { top_k: 5 } },
      'parameters.top_k conflicts with thinking: leave it out',
    ],
    [
      'claude',
      thinking,
      { prompt: { ...conversation, toolConfig: { tools: [weather], toolChoice: { any: {} } } } },
      'toolConfig.toolChoice must be auto with thinking',
    ],
    [
      'claude',
      thinking,
      { prompt: { messages: [hi, { role: 'assistant', content: 'So' }] } },
      'messages must end with a user message with thinking',
    ],
  ])('%s refuses %j with %j', (alias, fields, over, problem) => {
    expect(problems(alias, fields, over)).toEqual([problem]);
  });
});
