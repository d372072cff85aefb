/** Method: Messages requests to what is sent for a model; anything it cannot take is a problem. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../../core/json-value.ts';
import {
  anthropicDialect,
  countTokensBody,
  messagesProblem,
} from '../../../../../core/protocols/anthropic/dialect.ts';
import { modelIn, policyWithModels } from '../../../../support/policy.ts';

const policy = policyWithModels({
  claude: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  micro: 'amazon.nova-micro-v1:0',
  nova2: 'us.amazon.nova-2-lite-v1:0',
});
const modelOf = (alias: string) => modelIn(policy, alias);

const headers = (given: Record<string, string> = {}) => new Headers(given);
const messages = [{ role: 'user', content: 'Hi' }];
const ask = (body: JsonObject, alias = 'claude', given = {}) => {
  const request = { body: { model: alias, max_tokens: 9, messages, ...body } };
  return anthropicDialect({ ...request, headers: headers(given) }).toWire(
    modelOf(alias),
    new Set(),
  );
};
const wireOf = (body: JsonObject, alias?: string, given?: object) => {
  const result = ask(body, alias, given);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.wire;
};
const problemsOf = (body: JsonObject, alias?: string) => {
  const result = ask(body, alias);
  return 'problems' in result ? result.problems.map(({ path }) => path) : [];
};

describe('for Claude', () => {
  test('a request stays as it is, but for the model and the version', () => {
    const body = {
      system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tools: [{ name: 't', input_schema: {} }],
      metadata: { user_id: 'u' },
    };
    expect(wireOf({ ...body, stream: true })).toEqual({
      operation: 'invoke-with-response-stream',
      headers: {},
      body: { ...body, max_tokens: 9, messages, anthropic_version: 'bedrock-2023-05-31' },
    });
    expect(wireOf({}).operation).toBe('invoke');
  });

  test('betas of the header stand in the body, with the names that Bedrock has', () => {
    const given = { 'anthropic-beta': 'effort-2025-11-24, advanced-tool-use-2025-11-20' };
    expect(wireOf({}, 'claude', given).body.anthropic_beta).toEqual([
      'effort-2025-11-24',
      'tool-search-tool-2025-10-19',
    ]);
  });

  test('the standard tier and speed are what Bedrock does; others stay to be refused', () => {
    expect(wireOf({ service_tier: 'auto', speed: 'standard' }).body).not.toHaveProperty('speed');
    expect(wireOf({ service_tier: 'priority', speed: 'fast' }).body).toMatchObject({
      service_tier: 'priority',
      speed: 'fast',
    });
  });
});

describe('for another model', () => {
  test('a conversation with tools, images and cache marks becomes one of Converse', () => {
    const wire = wireOf(
      {
        system: 'Be brief.',
        stop_sequences: ['END'],
        top_k: 5,
        tools: [{ name: 'look', description: 'd', input_schema: { type: 'object' } }],
        tool_choice: { type: 'any' },
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'See', cache_control: { type: 'ephemeral' } },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 's' },
              { type: 'tool_use', id: 't1', name: 'look', input: { a: 1 } },
            ],
          },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok', is_error: true }],
          },
        ],
      },
      'micro',
    );
    expect(wire).toEqual({
      operation: 'converse',
      headers: {},
      body: {
        system: [{ text: 'Be brief.' }],
        inferenceConfig: { maxTokens: 9, stopSequences: ['END'] },
        additionalModelRequestFields: { inferenceConfig: { topK: 5 } },
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: 'look',
                description: 'd',
                inputSchema: { json: { type: 'object' } },
              },
            },
          ],
          toolChoice: { any: {} },
        },
        messages: [
          {
            role: 'user',
            content: [
              { text: 'See' },
              { cachePoint: { type: 'default' } },
              { image: { format: 'png', source: { bytes: 'AA==' } } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
              { toolUse: { toolUseId: 't1', name: 'look', input: { a: 1 } } },
            ],
          },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 't1', content: [{ text: 'ok' }], status: 'error' } },
            ],
          },
        ],
      },
    });
  });

  test('documents get unique names that Converse takes', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'AA==' };
    const document = { type: 'document', title: 'a_b　c.pdf', source };
    const wire = wireOf({ messages: [{ role: 'user', content: [document, document] }] }, 'micro');
    expect(JSON.stringify(wire.body.messages)).toContain('"a-b-c 1"');
    expect(JSON.stringify(wire.body.messages)).toContain('"a-b-c 2"');
  });

  test('thinking is an effort where the model has one, and a problem where it has none', () => {
    const thinking = { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } };
    expect(wireOf(thinking, 'nova2').body.additionalModelRequestFields).toEqual({
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' },
    });
    expect(problemsOf(thinking, 'micro')).toEqual(['$.thinking']);
    expect(problemsOf({ thinking: { type: 'disabled' } }, 'micro')).toEqual([]);
  });

  test.each([
    [{ cache_control: { type: 'ephemeral' } }, '$.cache_control'],
    [{ thinking: 'on' }, '$.thinking'],
    [{ thinking: { type: 'between_tools' } }, '$.thinking.type'],
    [{ tool_choice: 'any' }, '$.tool_choice'],
    [
      { output_config: { task_budget: { type: 'tokens', total: 9 } } },
      '$.output_config.task_budget',
    ],
    [{ system: [{ type: 'text', text: 'a', novelty: 1 }] }, '$.system[0].novelty'],
    [{ messages: [{ role: 'user', content: 'a', clear_at: 'end' }] }, '$.messages[0].clear_at'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', citations: [{}] }] }] },
      '$.messages[0].content[0].citations',
    ],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'tool_result', is_error: 'no', content: 'a' }] },
        ],
      },
      '$.messages[0].content[0].is_error',
    ],
    [
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
      '$.context_management.edits[0].type',
    ],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, '$.tools[0].type'],
    [
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      '$.tool_choice.disable_parallel_tool_use',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'search_result' }] }] },
      '$.messages[0].content[0].type',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url' } }] }] },
      '$.messages[0].content[0].source',
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'document',
                citations: { enabled: true },
                source: { type: 'text', data: 'a' },
              },
            ],
          },
        ],
      },
      '$.messages[0].content[0].citations',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: {} }] }] },
      '$.messages[0].content[0].cache_control',
    ],
  ])('%j is refused, never lost', (body, path) => {
    expect(problemsOf(body, 'micro')).toContain(path);
  });

  test('hints are left out and named, and so is every beta', () => {
    const asked = {
      thinking: { type: 'enabled', budget_tokens: 1024 },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: { type: 'all' } }] },
      metadata: { user_id: 'user & session' },
      tools: [{ name: 'look', input_schema: {}, defer_loading: true, input_examples: [] }],
    };
    expect(ask(asked, 'nova2', { 'anthropic-beta': 'effort-2025-11-24' })).toMatchObject({
      ignored: ['thinking.budget_tokens', 'context_management', 'tools.defer_loading'],
      droppedBetas: ['effort-2025-11-24'],
      wire: { body: { requestMetadata: { end_user: 'user _ session' } } },
    });
  });
});

describe('a request', () => {
  test.each(['2023-06-01', '2026-10-21', undefined])('of version %s is taken', (version) => {
    const given = headers(version === undefined ? {} : { 'anthropic-version': version });
    expect(messagesProblem({ body: { model: 'a' }, headers: given })).toBeUndefined();
  });

  test.each([
    [{ model: 'a' }, { 'anthropic-version': '2020-01-01' }, 'headers.anthropic-version'],
    [{}, {}, '$.model'],
    [{ model: 'a', stream: 'yes' }, {}, '$.stream'],
  ])('%p %p is refused', (body, given, path) => {
    expect(messagesProblem({ body, headers: headers(given) })?.path).toBe(path);
  });

  test('is counted in the format of its model', () => {
    const counted = countTokensBody({ body: { messages }, headers: headers() }, modelOf('claude'));
    const base64 = JSON.parse(JSON.stringify(counted)).body.input.invokeModel.body;
    expect(JSON.parse(Buffer.from(base64, 'base64').toString())).toEqual({
      max_tokens: 1,
      messages,
      anthropic_version: 'bedrock-2023-05-31',
    });
    expect(countTokensBody({ body: { messages }, headers: headers() }, modelOf('micro'))).toEqual({
      body: { input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] } } },
    });
  });
});
