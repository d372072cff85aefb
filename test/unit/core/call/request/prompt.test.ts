import { describe, expect, test } from '@jest/globals';
import { requiredCapabilities, withoutFiles } from '../../../../../core/call/request/prompt.ts';
import { problemsOf, promptOf } from '../../../../support/checked-prompts.ts';
import { base64, gif, imageBlock, jpeg, png } from '../../../../support/images.ts';
import type { Message, RequestPrompt } from '../../../../support/prompts.ts';
import {
  conversation,
  hi,
  toolResult,
  toolUse,
  user,
  weather,
} from '../../../../support/prompts.ts';

const cachePoint = { cachePoint: { type: 'default' } } as const;
const document = (format: string, source: object, name = 'Report') =>
  ({ document: { format, name, source } }) as unknown as Exclude<
    Message['content'],
    string
  >[number];
const image = (bytes = png(200, 100), format = 'png') =>
  imageBlock(bytes, format) as Exclude<Message['content'], string>[number];

describe('messages', () => {
  test('the system ones go apart, wherever they are', () => {
    const system = (content: string): Message => ({ role: 'system', content });
    expect(promptOf({ messages: [system('a'), hi, system('b')] })).toEqual({
      system: [{ text: 'a' }, { text: 'b' }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
    });
  });

  test('neighbours of one role are merged, also with a system message between them', () => {
    const messages: Message[] = [hi, { role: 'system', content: 's' }, user(image(), cachePoint)];
    expect(promptOf({ messages }).messages).toEqual([
      { role: 'user', content: [{ text: 'Hi' }, image(), cachePoint] },
    ]);
  });

  test('the request itself is not changed', () => {
    const messages = [hi, hi];
    promptOf({ messages });
    expect(messages).toEqual([hi, hi]);
  });

  test('tools stay with the prompt', () => {
    expect(promptOf(conversation).toolConfig).toEqual({ tools: [weather] });
  });

  test.each<[string, RequestPrompt, readonly string[]]>([
    [
      'only system ones',
      { messages: [{ role: 'system', content: 's' }] },
      ['messages contains only system messages: add a message of the user'],
    ],
    [
      'the assistant first',
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'assistant', content: 'a' },
        ],
      },
      [
        'messages[1].role is "assistant", but the first message after the system ones must be the user\'s',
      ],
    ],
    [
      'a cache point alone',
      { messages: [user(cachePoint)] },
      [
        'messages[0].content contains only cachePoints: add a text block',
        'messages[0].content begins with a cachePoint: put it after what is to be cached',
      ],
    ],
    [
      'five cache points',
      { messages: [user({ text: 'x' }, ...Array.from({ length: 5 }, () => cachePoint))] },
      ['$.prompt contains 5 cachePoints; the maximum is 4: leave some out'],
    ],
    [
      'a picture of the assistant',
      { messages: [hi, { role: 'assistant', content: [image()] }] },
      [
        'messages[1].content[0].image is not allowed in a message with the role assistant: use text, toolUse, reasoningContent, citationsContent, cachePoint',
      ],
    ],
    [
      'a tool use of the system',
      { messages: [{ role: 'system', content: [toolUse()] }, hi] },
      ['messages[0].content[0].toolUse is not allowed in a system message: use text, cachePoint'],
    ],
  ])('refuses %s', (_, request, problems) => {
    expect(problemsOf(request)).toEqual(problems);
  });
});

describe('images', () => {
  test.each<[string, object, RegExp]>([
    [
      'what is not base64',
      { format: 'png', source: { bytes: 'not base64!' } },
      /^messages\[0\].content\[0\].image.source.bytes is not base64: send the file's bytes/,
    ],
    ['base64 without padding', { format: 'png', source: { bytes: 'aGk' } }, /is not base64/],
    [
      'a data URL',
      { format: 'png', source: { bytes: `data:image/png;base64,${base64(png(1, 1))}` } },
      /leave out everything up to the comma/,
    ],
    [
      'what is no image',
      { format: 'png', source: { bytes: base64('Hello there, world') } },
      /is not a png, jpeg, gif or webp image/,
    ],
    [
      'another format than it says',
      imageBlock(jpeg(5, 5), 'png').image,
      /image.format is "png", but the image is a jpeg: write that/,
    ],
    [
      'an animation',
      imageBlock(
        gif(5, 5, [
          [0, 0, 5, 5],
          [0, 0, 5, 5],
        ]),
        'gif',
      ).image,
      /send a single frame/,
    ],
    [
      'too many pixels',
      imageBlock(png(8_001, 20)).image,
      /is 8001 x 20 pixels; the maximum is 8000 on a side/,
    ],
    [
      'too many bytes',
      imageBlock(Buffer.concat([png(5, 5), Buffer.alloc(4_000_000)])).image,
      /has 40000\d\d bytes; the maximum for an image is 3932160/,
    ],
  ])('refuses %s', (_, refused, message) => {
    const block = { image: refused } as unknown as Exclude<Message['content'], string>[number];
    const problems = problemsOf({ messages: [user(block, { text: 'What is it?' })] });
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  test('twenty are taken, one more is not', () => {
    const many = (count: number) => user(...Array.from({ length: count }, () => image()));
    expect(problemsOf({ messages: [many(20)] })).toEqual([]);
    expect(problemsOf({ messages: [many(21)] })).toEqual([
      '$.prompt contains 21 images; the maximum is 20: leave some out',
    ]);
  });
});

describe('documents', () => {
  const ask = { text: 'Sum it up.' };
  test('of text are taken, as bytes and as text', () => {
    const blocks = [
      document('txt', { text: 'x' }),
      document('md', { bytes: base64('# \u00e9') }, 'Other_1'),
    ];
    expect(problemsOf({ messages: [user(...blocks, ask)] })).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    [
      'what is not UTF-8',
      document('txt', { bytes: base64(Uint8Array.of(0xe9, 0x20, 0x61)) }),
      /save it as UTF-8/,
    ],
    ['white space', document('txt', { bytes: base64(' \n') }), /contains only white space/],
    ['what is not base64', document('txt', { bytes: 'Hello' }), /is not base64/],
    [
      'more than 4.5 MB',
      document('txt', { text: 'x'.repeat(4_718_593) }),
      /has 4718593 bytes; the maximum for a document is 4718592/,
    ],
  ])('refuses %s', (_, block, message) => {
    const content = [block, ask] as Exclude<Message['content'], string>;
    expect(problemsOf({ messages: [user(...content)] })).toEqual([expect.stringMatching(message)]);
  });

  test.each(['pdf', 'csv', 'docx', 'html', 'xlsx'])('of %s are taken', (format) => {
    const block = document(format, { bytes: base64('%PDF') });
    expect(problemsOf({ messages: [user(block, ask)] })).toEqual([]);
  });

  test('without a format are taken, as Bedrock takes them', () => {
    const block = { document: { name: 'Notes', source: { bytes: base64('%PDF') } } };
    expect(problemsOf({ messages: [user(block, ask)] })).toEqual([]);
  });

  test('have different names in the whole conversation, without regard to case', () => {
    const named = (name: string) => document('txt', { text: 'x' }, name);
    const result = {
      toolResult: { toolUseId: 'use-1', content: [named('NOTES')] },
    } as unknown as Exclude<Message['content'], string>[number];
    const messages = [
      user(named('notes'), named('other'), ask),
      { role: 'assistant' as const, content: [toolUse()] },
      user(result),
    ];
    expect(problemsOf({ ...conversation, messages })).toEqual([
      'messages[2].content "NOTES" is also the name of the document at $.prompt.messages[0].content: name each differently',
    ]);
  });

  test('need a text with them, and are at most five', () => {
    const one = document('txt', { text: 'x' });
    expect(problemsOf({ messages: [user(one)] })).toEqual([
      'messages[0].content contains a document: add a text block that says what to do with it',
    ]);
    const six = Array.from({ length: 6 }, (_, at) => document('txt', { text: 'x' }, `File ${at}`));
    expect(problemsOf({ messages: [user(ask, ...six)] })).toEqual([
      '$.prompt contains 6 documents; the maximum is 5: leave some out',
    ]);
  });
});

describe('tools', () => {
  test('a whole conversation with a tool is taken', () => {
    expect(problemsOf(conversation)).toEqual([]);
  });

  const [first, asked] = conversation.messages as [Message, Message];
  const wrongImage = { image: { format: 'png' as const, source: { bytes: '?' } } };
  const wrongResult = { toolResult: { toolUseId: 'use-1', content: [wrongImage] } };
  const nested = (levels: number): Record<string, unknown> =>
    levels === 0 ? {} : { a: nested(levels - 1) };
  test.each<[string, RequestPrompt, readonly string[]]>([
    [
      'results without their tools',
      { messages: conversation.messages },
      [
        'toolConfig is required with toolUse and toolResult blocks: repeat the tools that they name',
      ],
    ],
    [
      'a use without its result',
      { ...conversation, messages: [first, asked] },
      ['messages[1].content has the toolUse "use-1": add its toolResult to the next message'],
    ],
    [
      'a result without a request',
      { ...conversation, messages: [user(toolResult('use-2'))] },
      [
        'messages[0].content has a toolResult for "use-2", which the message before does not ask for: leave it out',
      ],
    ],
    [
      'two tools of one name',
      { ...conversation, toolConfig: { tools: [weather, weather] } },
      [0, 1].map(
        (at) =>
          `toolConfig.tools[${at}].toolSpec.name "weather" is the name of several tools: name each once`,
      ),
    ],
    [
      'only cache points',
      { messages: [hi], toolConfig: { tools: [cachePoint] } },
      [
        'toolConfig.tools[0] begins with a cachePoint: put it after what is to be cached',
        'toolConfig.tools has no toolSpec: add a tool',
      ],
    ],
    [
      'two results for one use',
      { ...conversation, messages: [first, asked, user(toolResult(), toolResult())] },
      ['messages[2].content has several toolResults for "use-1": send one, with all its content'],
    ],
    [
      'one toolUseId twice',
      {
        ...conversation,
        messages: [
          first,
          { role: 'assistant', content: [toolUse(), toolUse()] },
          user(toolResult()),
        ],
      },
      ['messages[1].content has the toolUse "use-1" several times: send it once'],
    ],
    [
      'a choice that is not one of them',
      {
        messages: [hi],
        toolConfig: { tools: [weather], toolChoice: { tool: { name: 'wether' } } },
      },
      ['toolConfig.toolChoice.tool.name "wether" is not one of the tools: use one of weather'],
    ],
    [
      'endless nesting',
      {
        messages: [hi],
        toolConfig: { tools: [{ toolSpec: { name: 'deep', inputSchema: { json: nested(40) } } }] },
      },
      [
        'toolConfig.tools[0].toolSpec.inputSchema.json is nested deeper than 32 levels: make it flatter',
      ],
    ],
    [
      'a wrong image in a result',
      { ...conversation, messages: [first, asked, user(wrongResult)] },
      [
        "messages[2].content[0].toolResult.content[0].image.source.bytes is not base64: send the file's bytes in base64, padded, without line breaks",
      ],
    ],
  ])('refuses %s', (_, request, problems) => {
    expect(problemsOf(request)).toEqual(problems);
  });
});

describe('what a prompt asks of a model', () => {
  test.each<[string, RequestPrompt, object]>([
    [
      'nothing',
      { messages: [hi] },
      {
        hasSystem: false,
        isPrefilled: false,
        hasImages: false,
        hasDocuments: false,
        hasTools: false,
        cacheTtl: 'none',
      },
    ],
    ['system', { messages: [{ role: 'system', content: 's' }, hi] }, { hasSystem: true }],
    ['a prefill', { messages: [hi, { role: 'assistant', content: 'So' }] }, { isPrefilled: true }],
    ['vision', { messages: [user(image())] }, { hasImages: true }],
    [
      'documents',
      { messages: [user({ text: 'x' }, document('txt', { text: 'y' }))] },
      { hasDocuments: true },
    ],
    ['tools', conversation, { hasTools: true }],
    ['caching', { messages: [user({ text: 'x' }, cachePoint)] }, { cacheTtl: '5m' }],
    [
      'caching of tools, for an hour',
      {
        messages: [user({ text: 'x' }, cachePoint)],
        toolConfig: { tools: [weather, { cachePoint: { type: 'default', ttl: '1h' } }] },
      },
      { cacheTtl: '1h' },
    ],
  ])('%s', (_, request, traits) => {
    expect(requiredCapabilities(promptOf(request))).toMatchObject(traits);
  });
});

test('the audit log gets the texts of a prompt, and of its files the size', () => {
  const blocks = [{ text: 'What is it?' }, image(), document('txt', { bytes: base64('secret') })];
  const prompt = promptOf({ messages: [user(...blocks)] });
  const logged = JSON.stringify(withoutFiles(prompt));
  expect(logged).toContain('What is it?');
  expect(logged).toContain('(about 6 bytes)');
  expect(logged).not.toContain(base64('secret'));
  expect(JSON.stringify(withoutFiles(promptOf(conversation)))).toBe(
    JSON.stringify(promptOf(conversation)),
  );
});
