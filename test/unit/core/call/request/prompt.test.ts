import { describe, expect, test } from '@jest/globals';
import {
  type Prompt,
  requiredCapabilities,
  toPrompt,
  withoutFiles,
} from '../../../../../core/call/request/prompt.ts';
import type { InvokeRequest } from '../../../../../core/call/request/request.schema.ts';
import { base64, gif, imageBlock, jpeg, png } from '../../../../support/images.ts';

type RequestPrompt = InvokeRequest['prompt'];
type Message = RequestPrompt['messages'][number];

const user = (...content: Exclude<Message['content'], string>): Message => ({
  role: 'user',
  content,
});
const hi: Message = { role: 'user', content: 'Hi' };
const cachePoint = { cachePoint: { type: 'default' } } as const;
const document = (format: string, source: object, name = 'Report') =>
  ({ document: { format, name, source } }) as unknown as Exclude<
    Message['content'],
    string
  >[number];
const image = (bytes = png(200, 100), format = 'png') =>
  imageBlock(bytes, format) as Exclude<Message['content'], string>[number];

const weather = {
  toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } },
};
const toolUse = (toolUseId = 'use-1') => ({ toolUse: { toolUseId, name: 'weather', input: {} } });
const toolResult = (toolUseId = 'use-1') => ({
  toolResult: { toolUseId, content: [{ text: 'Rain' }] },
});
const conversation: RequestPrompt = {
  toolConfig: { tools: [weather] },
  messages: [hi, { role: 'assistant', content: [toolUse()] }, user(toolResult())],
};

function promptOf(request: RequestPrompt): Prompt {
  const result = toPrompt(request);
  if (result.outcome === 'valid') return result.prompt;
  throw new Error(result.problems.map(({ path, message }) => `${path} ${message}`).join('\n'));
}

/** `path message` of each problem. */
const problemsOf = (request: RequestPrompt): readonly string[] => {
  const result = toPrompt(request);
  return result.outcome === 'valid'
    ? []
    : result.problems.map(({ path, message }) => `${path.replace('$.prompt.', '')} ${message}`);
};

describe('messages', () => {
  test('the system ones go apart, wherever they stand', () => {
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
      ['messages holds only system messages: add a message of the user'],
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
      ['messages[0].content holds only cachePoints: add a text block'],
    ],
    [
      'five cache points',
      { messages: [user({ text: 'x' }, ...Array.from({ length: 5 }, () => cachePoint))] },
      ['$.prompt holds 5 cachePoints, and 4 are taken: leave some out'],
    ],
    [
      'a picture of the assistant',
      { messages: [hi, { role: 'assistant', content: [image()] }] },
      [
        'messages[1].content[0].image may not be in a message of the assistant: write text, toolUse, cachePoint',
      ],
    ],
    [
      'a tool use of the system',
      { messages: [{ role: 'system', content: [toolUse()] }, hi] },
      ['messages[0].content[0].toolUse may not be in a system message: write text, cachePoint'],
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
      /is 8001 x 20 pixels, and 8000 on a side are taken/,
    ],
    [
      'too many bytes',
      imageBlock(Buffer.concat([png(5, 5), Buffer.alloc(4_000_000)])).image,
      /has 40000\d\d bytes, and an image may have 3932160/,
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
      '$.prompt holds 21 images, and 20 are taken: leave some out',
    ]);
  });
});

describe('documents', () => {
  const ask = { text: 'Sum it up.' };
  test('of text are taken, as bytes and as text', () => {
    const blocks = [document('txt', { text: 'x' }), document('md', { bytes: base64('# \u00e9') })];
    expect(problemsOf({ messages: [user(...blocks, ask)] })).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    [
      'a pdf',
      document('pdf', { bytes: base64('%PDF') }),
      /document.format is "pdf", whose tokens cannot be bounded before the call: send its text as "txt", or its pages as images/,
    ],
    ['a csv', document('csv', { bytes: base64('a,b') }), /send the same bytes as "txt"/],
    ['a docx', document('docx', { bytes: base64('PK') }), /send its text as "txt"$/],
    [
      'what is not UTF-8',
      document('txt', { bytes: base64(Uint8Array.of(0xe9, 0x20, 0x61)) }),
      /save it as UTF-8/,
    ],
    ['white space', document('txt', { bytes: base64(' \n') }), /holds only white space/],
    ['what is not base64', document('txt', { bytes: 'Hello' }), /is not base64/],
    [
      'more than 4.5 MB',
      document('txt', { text: 'x'.repeat(4_718_593) }),
      /has 4718593 bytes, and a document may have 4718592/,
    ],
  ])('refuses %s', (_, block, message) => {
    const content = [block, ask] as Exclude<Message['content'], string>;
    expect(problemsOf({ messages: [user(...content)] })).toEqual([expect.stringMatching(message)]);
  });

  test('need a text beside them, and are at most five', () => {
    const one = document('txt', { text: 'x' });
    expect(problemsOf({ messages: [user(one)] })).toEqual([
      'messages[0].content holds a document: add a text block that says what to do with it',
    ]);
    expect(problemsOf({ messages: [user(ask, one, one, one, one, one, one)] })).toEqual([
      '$.prompt holds 6 documents, and 5 are taken: leave some out',
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
      ['toolConfig must be given with toolUse and toolResult blocks: repeat the tools they are of'],
    ],
    [
      'a use without its result',
      { ...conversation, messages: [first, asked] },
      ['messages[1].content holds the toolUse "use-1": add its toolResult to the next message'],
    ],
    [
      'a result nobody asked for',
      { ...conversation, messages: [user(toolResult('use-2'))] },
      [
        'messages[0].content holds a toolResult for "use-2", which the message before does not ask for: leave it out',
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
      ['toolConfig.tools holds no toolSpec: add a tool'],
    ],
    [
      'a choice that is none of them',
      {
        messages: [hi],
        toolConfig: { tools: [weather], toolChoice: { tool: { name: 'wether' } } },
      },
      ['toolConfig.toolChoice.tool.name "wether" is none of the tools: write one of weather'],
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
