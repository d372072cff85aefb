import { describe, expect, test } from '@jest/globals';
import { problemsOf, promptOf } from '../../../../support/checked-prompts.ts';
import { base64 } from '../../../../support/images.ts';
import type { Message, RequestPrompt } from '../../../../support/prompts.ts';
import {
  conversation,
  hi,
  toolResult,
  toolUse,
  user,
  weather,
} from '../../../../support/prompts.ts';

describe('cache points', () => {
  const ttl = (value?: '5m' | '1h') => ({
    cachePoint: { type: 'default' as const, ...(value && { ttl: value }) },
  });
  const system = (...content: Exclude<Message['content'], string>): Message => ({
    role: 'system',
    content,
  });
  const wrongOrder = expect.stringMatching(/cachePoint of 1h after one of 5m/);

  test.each<[string, RequestPrompt]>([
    [
      'one lifetime',
      { messages: [system({ text: 's' }, ttl('1h')), user({ text: 'x' }, ttl('1h'))] },
    ],
    [
      'the longer first',
      { messages: [system({ text: 's' }, ttl('1h')), user({ text: 'x' }, ttl())] },
    ],
    [
      'one at the start of a message that is merged',
      { messages: [hi, user(ttl(), { text: 'x' })] },
    ],
  ])('are taken: %s', (_, request) => {
    expect(problemsOf(request)).toEqual([]);
  });

  test('of 5m may not come before those of 1h, in the order that Bedrock reads', () => {
    const tools = { tools: [weather, ttl()] };
    const messages = [user({ text: 'x' }, ttl('1h')), system({ text: 's' }, ttl('1h'))];
    expect(problemsOf({ messages, toolConfig: tools })).toEqual([wrongOrder, wrongOrder]);
    expect(problemsOf({ messages: [user({ text: 'x' }, ttl(), ttl('1h'))] })).toEqual([wrongOrder]);
  });

  test('come after something', () => {
    expect(problemsOf({ messages: [user(ttl(), { text: 'x' })] })).toEqual([
      'messages[0].content begins with a cachePoint: put it after what is to be cached',
    ]);
  });
});

describe("a model's own answer is a valid next turn", () => {
  const turn = (...content: Exclude<Message['content'], string>): RequestPrompt => ({
    messages: [hi, { role: 'assistant', content }, { role: 'user', content: 'Go on' }],
  });
  const reasoning = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'abc' } } };

  test('with reasoning, encrypted reasoning and citations, passed on unchanged', () => {
    const content = [
      reasoning,
      { reasoningContent: { redactedContent: base64('secret') } },
      { citationsContent: { content: [{ text: 'x' }], citations: [{ title: 'y' }] } },
    ];
    expect(promptOf(turn(...content)).messages[1]?.content).toEqual(content);
  });

  test('with a blank text, which is left out', () => {
    const prompt = promptOf({
      ...conversation,
      messages: [
        hi,
        { role: 'assistant', content: [{ text: ' ' }, toolUse()] },
        user(toolResult()),
      ],
    });
    expect(prompt.messages[1]?.content).toEqual([toolUse()]);
  });

  test.each([[[]], [[{ text: '' }]]])('with nothing: %j', (content) => {
    expect(promptOf(turn(...content)).messages).toEqual([
      { role: 'user', content: [{ text: 'Hi' }, { text: 'Go on' }] },
    ]);
  });

  test.each<[Message, string]>([
    [{ role: 'user', content: [] }, 'messages[0].content has no content block: add a text block'],
    [
      user({ text: '\n' }),
      'messages[0].content[0].text "\\u{a}" is not a text: write more than white space',
    ],
    [user({ text: 'x' }, reasoning), 'messages[0].content[1].reasoningContent is not allowed'],
  ])('but a user message %j is refused', (message, problem) => {
    expect(problemsOf({ messages: [message, hi] })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('half of a surrogate pair', () => {
  test.each<[RequestPrompt, string]>([
    [{ messages: [user({ text: 'a\ud83d' })] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: '\udc00' }] }, 'messages[0].content'],
    [
      {
        messages: [hi],
        toolConfig: {
          tools: [{ toolSpec: { name: 'x', inputSchema: { json: { a: ['\ud800'] } } } }],
        },
      },
      'toolConfig.tools[0].toolSpec.inputSchema.json.a[0]',
    ],
  ])('%# is refused by its place', (request, path) => {
    expect(problemsOf(request)).toEqual([
      `${path} contains half of a surrogate pair, as a cut emoji leaves: remove it`,
    ]);
  });
});
