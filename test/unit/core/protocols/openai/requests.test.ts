/** Method: OpenAI's requests to Converse and InvokeModel; anything that cannot be sent is a problem. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../../core/json-value.ts';
import { chatProblems } from '../../../../../core/protocols/openai/chat-request.ts';
import { sealed } from '../../../../../core/protocols/openai/thoughts.ts';
import { chat, messages, pathsOf, respond, wireOf } from '../../../../support/openai-requests.ts';

const converse = [{ role: 'user', content: [{ text: 'Hi' }] }];
const tool = {
  type: 'function',
  function: { name: 'look', description: 'd', parameters: { type: 'object' }, strict: true },
};
const toolSpec = {
  name: 'look',
  description: 'd',
  inputSchema: { json: { type: 'object' } },
  strict: true,
};
const schema = { type: 'object', properties: { a: { type: 'string' } } };
const format = { type: 'json_schema', json_schema: { name: 'reply', schema } };

describe('a chat request', () => {
  test('with a round of tools becomes a conversation, its results in one message', () => {
    const call = (id: string) => ({
      id,
      type: 'function',
      function: { name: 'look', arguments: '{"a":1}' },
    });
    const body = {
      stream: true,
      max_tokens: 9,
      stop: 'END',
      temperature: 0.5,
      top_p: 0.9,
      tools: [tool],
      tool_choice: 'required',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: [{ type: 'text', text: 'Very.' }] },
        { role: 'user', content: 'Look' },
        { role: 'assistant', content: null, tool_calls: [call('t1'), call('t2')] },
        { role: 'tool', tool_call_id: 't1', content: 'one' },
        { role: 'tool', tool_call_id: 't2', content: [{ type: 'text', text: 'two' }] },
      ],
    };
    const use = (toolUseId: string) => ({ toolUse: { toolUseId, name: 'look', input: { a: 1 } } });
    const result = (toolUseId: string, text: string) => ({
      toolResult: { toolUseId, content: [{ text }], status: 'success' },
    });
    expect(wireOf(chat(body), 'micro')).toEqual({
      operation: 'converse-stream',
      headers: {},
      body: {
        system: [{ text: 'Be brief.' }, { text: 'Very.' }],
        inferenceConfig: { maxTokens: 9, stopSequences: ['END'], temperature: 0.5, topP: 0.9 },
        toolConfig: { tools: [{ toolSpec }], toolChoice: { any: {} } },
        messages: [
          { role: 'user', content: [{ text: 'Look' }] },
          { role: 'assistant', content: [use('t1'), use('t2')] },
          { role: 'user', content: [result('t1', 'one'), result('t2', 'two')] },
        ],
      },
    });
  });

  test('with images, files and cache marks keeps all of them', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } },
      { type: 'text', text: 'See', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ];
    expect(
      wireOf(chat({ messages: [{ role: 'user', content }] }), 'haiku45').body.messages,
    ).toEqual([
      {
        role: 'user',
        content: [
          { image: { format: 'png', source: { bytes: 'AA==' } } },
          { document: { format: 'pdf', name: 'a 1', source: { bytes: 'AA==' } } },
          { text: 'See' },
          { cachePoint: { type: 'default', ttl: '1h' } },
        ],
      },
    ]);
  });

  test.each([
    ['max_tokens', { max_tokens: 7 }],
    ['max_completion_tokens', { max_completion_tokens: 7 }],
    ['both, equal', { max_completion_tokens: 7, max_tokens: 7 }],
  ])('names its output bound by %s', (_, body) => {
    expect(chatProblems({ model: 'm', messages, ...body })).toEqual([]);
    expect(wireOf(chat(body), 'micro').body.inferenceConfig).toEqual({ maxTokens: 7 });
  });

  test.each([
    ['micro', { tool_choice: 'none', tools: [tool] }, undefined],
    ['micro', { tools: [tool] }, { tools: [{ toolSpec }] }],
    [
      'micro',
      { tools: [tool], tool_choice: { type: 'function', function: { name: 'look' } } },
      { tools: [{ toolSpec }], toolChoice: { tool: { name: 'look' } } },
    ],
  ])('on %s with %j has the tools %j', (alias, body, toolConfig) => {
    expect(wireOf(chat(body), alias).body.toolConfig).toEqual(toolConfig);
  });

  test.each([
    [undefined, { type: 'auto' }],
    ['required', { type: 'any' }],
    [
      { type: 'function', function: { name: 'look' } },
      { type: 'tool', name: 'look' },
    ],
  ])('asks Claude for one call at a time with the choice %j', (choice, expected) => {
    const { body } = wireOf(
      chat({ tools: [tool], tool_choice: choice, parallel_tool_calls: false }),
      'haiku45',
    );
    const tool_choice = { ...expected, disable_parallel_tool_use: true };
    expect(body.additionalModelRequestFields).toEqual({ tool_choice });
  });

  test.each([
    ['opus5', 'high', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    ['haiku45', 'low', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['oss', 'medium', { reasoning_effort: 'medium' }],
    ['micro', 'none', undefined],
  ])('on %s thinks with effort %s', (alias, effort, additional) => {
    const { body } = wireOf(chat({ reasoning_effort: effort }), alias);
    expect(body.additionalModelRequestFields).toEqual(additional);
  });

  test('asks a model for its schema, or an older one for a tool of that shape', () => {
    const newer = wireOf(chat({ response_format: format }), 'haiku45').body;
    expect(newer.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'reply', schema: JSON.stringify(schema) } },
      },
    });
    const older = wireOf(chat({ response_format: format }), 'micro').body;
    expect(older.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'json_answer', inputSchema: { json: schema } } }],
      toolChoice: { tool: { name: 'json_answer' } },
    });
  });

  test('passes parameters that only some families have to those', () => {
    expect(wireOf(chat({ seed: 0, presence_penalty: 0 }), 'oss').body).toEqual({
      messages: converse,
      additionalModelRequestFields: { seed: 0 },
    });
    expect(
      wireOf(chat({ parallel_tool_calls: false, tools: [tool] }), 'haiku45').body,
    ).toMatchObject({
      additionalModelRequestFields: {
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
    });
  });

  test('writes its metadata and end user into the metadata of the call', () => {
    expect(wireOf(chat({ metadata: { team: 'a' }, user: 'u~1' }), 'micro').body).toMatchObject({
      requestMetadata: { team: 'a', end_user: 'u_1' },
    });
  });

  test('brings reasoning back with its signature', () => {
    const thoughts = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'redacted_thinking', data: 'AA==' },
    ];
    const calls = [{ id: 't', function: { name: 'look', arguments: '' } }];
    const history = (more: JsonObject) => [
      ...messages,
      { role: 'assistant', content: '', tool_calls: calls, ...more },
      { role: 'tool', tool_call_id: 't', content: 'ok' },
    ];
    const asked = { reasoning_effort: 'low', tools: [tool] };
    const kept = chat({ ...asked, messages: history({ thinking_blocks: thoughts }) });
    expect(JSON.stringify(wireOf(kept, 'haiku45').body.messages)).toContain(
      '{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"reasoningContent":{"redactedContent":"AA=="}},{"toolUse"',
    );
    expect(pathsOf(chat({ ...asked, messages: history({}) }), 'haiku45')).toEqual([
      '$.messages[1].thinking_blocks',
    ]);
    expect(pathsOf(chat({ ...asked, messages: history({}) }), 'opus5')).toEqual([]);
  });

  test.each([
    ['micro', { reasoning_effort: 'high' }, '$.reasoning_effort'],
    ['haiku45', { reasoning_effort: 'high', max_tokens: 1000 }, '$.reasoning_effort'],
    ['oss', { reasoning_effort: 'xhigh' }, '$.reasoning_effort'],
    ['micro', { seed: 4 }, '$.seed'],
    ['micro', { logit_bias: { 50: 1 } }, '$.logit_bias'],
    ['micro', { logprobs: true }, '$.logprobs'],
    ['haiku45', { temperature: 1.5 }, '$.temperature'],
    ['llama', { response_format: format }, '$.response_format'],
    ['micro', { response_format: format, tools: [tool] }, '$.response_format'],
    ['micro', { tools: [{ type: 'web_search' }] }, '$.tools[0].type'],
    ['titan', {}, '$.model'],
    [
      'micro',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a' } }] },
        ],
      },
      '$.messages[0].content[0].image_url',
    ],
    [
      'micro',
      { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] },
      '$.messages[0].content[0].type',
    ],
    ['micro', { messages: [{ role: 'function', content: 'a' }] }, '$.messages[0].role'],
    [
      'micro',
      { messages: [{ role: 'assistant', tool_calls: [{ function: { arguments: '[1' } }] }] },
      '$.messages[0].tool_calls[0].function.arguments',
    ],
  ])('on %s with %j is refused, never changed', (alias, body, path) => {
    expect(pathsOf(chat(body), alias)).toEqual([path]);
  });

  test.each([
    [{ n: 2 }, '$.n'],
    [{ store: true }, '$.store'],
    [{ prediction: {} }, '$.prediction'],
    [{ web_search_options: {} }, '$.web_search_options'],
    [{ modalities: ['audio'] }, '$.modalities'],
    [{ novelty: 1 }, '$.novelty'],
    [{ max_tokens: 1, max_completion_tokens: 2 }, '$.max_tokens'],
  ])('with %j is refused for every model', (body, path) => {
    for (const alias of ['haiku45', 'micro', 'oss']) {
      expect(pathsOf(chat(body), alias)).toEqual([path]);
    }
  });
});

describe('a request for a response', () => {
  test('holds all items of a conversation', () => {
    const body = {
      instructions: 'Be brief.',
      max_output_tokens: 2000,
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object' } }],
      tool_choice: { type: 'function', name: 'look' },
      reasoning: { effort: 'low' },
      input: [
        { role: 'developer', content: 'Very.' },
        { role: 'user', content: [{ type: 'input_text', text: 'Look' }] },
        {
          type: 'reasoning',
          summary: [],
          encrypted_content: sealed({ text: 'hm', signature: 's' }),
        },
        { type: 'function_call', call_id: 't', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 't', output: 'ok' },
      ],
    };
    expect(wireOf(respond(body), 'haiku45').body).toMatchObject({
      system: [{ text: 'Be brief.' }, { text: 'Very.' }],
      toolConfig: { toolChoice: { tool: { name: 'look' } } },
      messages: [
        { role: 'user', content: [{ text: 'Look' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
            { toolUse: { toolUseId: 't', name: 'look', input: {} } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't', content: [{ text: 'ok' }], status: 'success' } },
          ],
        },
      ],
    });
  });

  test('may be one text, with a format', () => {
    const text = { format: { type: 'json_schema', name: 'reply', schema } };
    const { body } = wireOf(respond({ input: 'Hi', text }), 'haiku45');
    expect(body.messages).toEqual(converse);
    expect(JSON.stringify(body.outputConfig)).toContain('"name":"reply"');
  });

  test.each([
    [{ store: true }, '$.store'],
    [{ background: true }, '$.background'],
    [{ previous_response_id: 'resp_1' }, '$.previous_response_id'],
    [{ truncation: 'auto' }, '$.truncation'],
    [{ include: ['file_search_call.results'] }, '$.include'],
    [{ conversation: 'c' }, '$.conversation'],
    [{ instructions: 7 }, '$.instructions'],
    [{ include: 'reasoning' }, '$.include'],
    [{ reasoning: { mode: 'pro' } }, '$.reasoning.mode'],
    [{ background: 'yes' }, '$.background'],
    [
      { input: [{ type: 'function_call', call_id: 'c', name: 'a', namespace: 'n' }] },
      '$.input[0].namespace',
    ],
    [{ tools: [{ type: 'function', name: 'a', defer_loading: true }] }, '$.tools[0].defer_loading'],
  ])('with %j is refused', (body, path) => {
    expect(pathsOf(respond(body), 'haiku45')).toEqual([path]);
  });

  test.each([
    [{ input: [{ type: 'item_reference', id: 'a' }] }, '$.input[0].type'],
    [
      { input: [{ type: 'reasoning', encrypted_content: 'other' }] },
      '$.input[0].encrypted_content',
    ],
    [{ input: 'Hi', tools: [{ type: 'web_search' }] }, '$.tools[0].type'],
  ])('with %j is refused as well', (body, path) => {
    expect(pathsOf(respond(body), 'haiku45')).toEqual([path]);
  });
});
