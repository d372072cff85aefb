/** Method: fields that Converse has no place for; each is sent otherwise, named, or refused. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../../core/json-value.ts';
import { chat, messages, modelOf, pathsOf, wireOf } from '../../../../support/openai-requests.ts';

const converse = [{ role: 'user', content: [{ text: 'Hi' }] }];

describe('a chat request', () => {
  test('with arguments of tools that are deep or many is refused, with those of all calls', () => {
    const call = (text: string) => ({
      id: 'a',
      type: 'function',
      function: { name: 'f', arguments: text },
    });
    const asked = (...texts: readonly string[]) =>
      pathsOf(
        chat({ messages: [...messages, { role: 'assistant', tool_calls: texts.map(call) }] }),
        'haiku45',
      );
    const path = (index: number) => `$.messages[1].tool_calls[${index}].function.arguments`;
    const lists = (count: number) => `{"a":[${'[],'.repeat(count)}1]}`;
    expect(asked(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toEqual([path(0)]);
    expect(asked(lists(120_000), lists(120_000))).toEqual([]);
    expect(asked(lists(120_000), lists(140_000))).toEqual([path(1)]);
    // A name that a model wrote twice goes on as it was read; the conversation is not stuck.
    expect(asked('{"a":1,"a":2}', '{"constructor":{"prototype":1}}')).toEqual([]);
  });

  test('with a long name of a file has a name that Bedrock takes', () => {
    const file = { filename: 'a '.repeat(300), file_data: 'data:application/pdf;base64,AA==' };
    const content = [{ type: 'file', file }];
    const { messages: sent } = wireOf(
      chat({ messages: [{ role: 'user', content }] }),
      'haiku45',
    ).body;
    const name = Array.isArray(sent) ? sent[0].content[0].document.name : '';
    expect(name).toMatch(/^[^ ](?: ?[^ ])+$/);
    expect(name.length).toBeLessThanOrEqual(200);
  });

  test('with breakpoints of OpenAI has cache points that live as long', () => {
    const textWith = (mark: object) => [
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ...mark } },
    ];
    const sent = (mark: object, more = {}) => {
      const asked = { messages: [{ role: 'user', content: textWith(mark) }], ...more };
      return wireOf(chat(asked), 'haiku45').body.messages;
    };
    const marked = (point: object) => [
      { role: 'user', content: [{ text: 'a' }, { cachePoint: { type: 'default', ...point } }] },
    ];
    expect(sent({})).toEqual(marked({}));
    expect(sent({ ttl: '30m' })).toEqual(marked({ ttl: '1h' }));
    expect(sent({}, { prompt_cache_options: { ttl: '30m' } })).toEqual(marked({ ttl: '1h' }));
    const asked = { messages: [{ role: 'user', content: textWith({ ttl: '12h' }) }] };
    expect(pathsOf(chat(asked), 'haiku45')).toEqual([
      '$.messages[0].content[0].prompt_cache_breakpoint.ttl',
    ]);
  });

  test('with hints that Converse has no place for is sent, and names them', () => {
    const image = { url: 'data:image/png;base64,AA==', detail: 'low' };
    const asked = chat({
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      user: 'Ann & Bob',
      metadata: { run: '42' },
      stream_options: { include_obfuscation: false },
      novelty: 1,
      messages: [
        { role: 'user', name: 'ann', content: [{ type: 'image_url', image_url: image }] },
        { role: 'user', name: 'bob', content: 'Hi', novelty: null },
      ],
    }).toWire(modelOf('haiku45'), new Set(['novelty', 'messages.novelty']));
    expect(asked).toMatchObject({
      ignored: [
        'messages.name',
        'messages.content.image_url.detail',
        'messages.novelty',
        'safety_identifier',
        'prompt_cache_key',
        'prompt_cache_retention',
        'novelty',
      ],
      wire: { body: { requestMetadata: { run: '42', end_user: 'Ann _ Bob' } } },
    });
  });

  test('with the refusal of an earlier answer keeps its words', () => {
    const refusal = { role: 'assistant', content: null, refusal: 'No.', annotations: [] };
    const asked = { messages: [...messages, refusal, ...messages] };
    expect(wireOf(chat(asked), 'micro').body.messages).toEqual([
      ...converse,
      { role: 'assistant', content: [{ text: 'No.' }] },
      ...converse,
    ]);
  });

  const withTurns = (...more: JsonObject[]) => ({ messages: [...messages, ...more] });
  test.each<[JsonObject, string]>([
    [{ stream: 'yes' }, '$.stream'],
    [{ stream_options: { include_usage: 1 } }, '$.stream_options.include_usage'],
    [{ store: 'true' }, '$.store'],
    [{ modalities: 'audio' }, '$.modalities'],
    [{ user: { id: 1 } }, '$.user'],
    [{ metadata: 'run' }, '$.metadata'],
    [{ metadata: { run: 42 } }, '$.metadata.run'],
    [{ parallel_tool_calls: 'no' }, '$.parallel_tool_calls'],
    [
      { tools: [{ type: 'function', function: { name: 'a', parameters: 'x' } }] },
      '$.tools[0].function.parameters',
    ],
    [
      { tools: [{ type: 'function', function: { name: 'a', novelty: 1 } }] },
      '$.tools[0].function.novelty',
    ],
    [{ prompt_cache_options: { prewarm: true } }, '$.prompt_cache_options.prewarm'],
    [{ functions: [{ name: 'a' }] }, '$.functions'],
    [withTurns({ role: 'assistant', thinking_blocks: 'x' }), '$.messages[1].thinking_blocks'],
    [withTurns({ role: 'assistant', refusal: 7 }), '$.messages[1].refusal'],
    [withTurns({ role: 'assistant', audio: { id: 'a' } }), '$.messages[1].audio'],
    [withTurns({ role: 'user', content: 'a', novelty: 1 }), '$.messages[1].novelty'],
    [
      withTurns({ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }),
      '$.messages[1].content[0].file.file_id',
    ],
    [
      withTurns({ role: 'assistant', thinking_blocks: [{ type: 'novelty' }] }),
      '$.messages[1].thinking_blocks[0]',
    ],
  ])('with %j is refused, never read as something else', (body, path) => {
    expect(pathsOf(chat(body), 'haiku45')).toEqual([path]);
  });
});
