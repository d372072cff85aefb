import { describe, expect, test } from '@jest/globals';
import { parseRequest } from '../../../../../core/call/request/parse-request.ts';
import { request } from '../../../../support/call-harness.ts';
import { imageBlock } from '../../../../support/images.ts';

const say = (content: unknown, over: object = {}) =>
  request({ prompt: { messages: [{ role: 'user', content }], ...over } });
const tool = (toolSpec: object) => ({ toolConfig: { tools: [{ toolSpec }] } });
const inputSchema = { json: { type: 'object', properties: { city: { type: 'string' } } } };

describe('a request', () => {
  test.each([
    ['text', say('Hi')],
    ['blocks', say([{ text: 'Hi' }, imageBlock(), { cachePoint: { type: 'default', ttl: '1h' } }])],
    ['tools', say('Hi', tool({ name: 'weather', description: 'd', inputSchema }))],
    [
      'a choice of tools',
      say('Hi', {
        toolConfig: { ...tool({ name: 'a', inputSchema }).toolConfig, toolChoice: { any: {} } },
      }),
    ],
    [
      'any JSON in a tool',
      say([{ toolResult: { toolUseId: 'u', content: [{ json: { a: { b: [null] } } }] } }]),
    ],
  ])('with %s is taken as it is', (_, body) => {
    expect(parseRequest(body)).toEqual({ outcome: 'valid', request: body });
  });

  test.each([
    [
      'an unknown block',
      say([{ video: {} }]),
      '$.prompt.messages[0].content[0].video',
      /unknown content block "video": use one of text, image, document, toolUse, toolResult, cachePoint/,
    ],
    [
      'a misspelled block',
      say([{ txt: 'x' }]),
      '$.prompt.messages[0].content[0].txt',
      /did you mean "text"\?/,
    ],
    [
      'no label',
      say('Hi', { requestMetadata: {} }),
      '$.prompt.requestMetadata',
      /must name at least one label/,
    ],
    [
      'a space of another script in a label',
      say('Hi', { requestMetadata: { run: 'a\u3000b' } }),
      '$.prompt.requestMetadata.run',
      /is not a label's value/,
    ],
    [
      'a no-break space in the name of a label',
      say('Hi', { requestMetadata: { 'a\u00a0b': '1' } }),
      '$.prompt.requestMetadata.a\u00a0b',
      /is not a label/,
    ],
    [
      'an empty block',
      say([{}]),
      '$.prompt.messages[0].content[0]',
      /must name at least one content block/,
    ],
    [
      'two blocks in one',
      say([{ text: 'a', cachePoint: { type: 'default' } }]),
      '$.prompt.messages[0].content[0]',
      /at most 1 content block/,
    ],
    [
      'an image on S3',
      say([{ image: { format: 'png', source: { bytes: 'aGk=', s3Location: {} } } }]),
      '$.prompt.messages[0].content[0].image.source.s3Location',
      /unknown image source "s3Location": use one of bytes/,
    ],
    [
      'an unknown image format',
      say([{ image: { format: 'bmp', source: { bytes: 'aGk=' } } }]),
      '$.prompt.messages[0].content[0].image.format',
      /unknown image format "bmp": .*use one of png, jpeg, gif, webp/,
    ],
    [
      'an image without bytes',
      say([{ image: { format: 'png' } }]),
      '$.prompt.messages[0].content[0].image.source',
      /^is required$/,
    ],
    [
      'a document name with a dot',
      say([{ document: { format: 'txt', name: 'a.txt', source: { text: 'x' } } }]),
      '$.prompt.messages[0].content[0].document.name',
      /is not a document name: use letters/,
    ],
    [
      'a long ttl',
      say([{ cachePoint: { type: 'default', ttl: '2h' } }]),
      '$.prompt.messages[0].content[0].cachePoint.ttl',
      /use one of 5m, 1h/,
    ],
    [
      'no tools',
      say('x', { toolConfig: { tools: [] } }),
      '$.prompt.toolConfig.tools',
      /at least one tool/,
    ],
    [
      'a tool with a space',
      say('x', tool({ name: 'a b', inputSchema })),
      '$.prompt.toolConfig.tools[0].toolSpec.name',
      /is not a tool name/,
    ],
    [
      'a tool without schema',
      say('x', tool({ name: 'a' })),
      '$.prompt.toolConfig.tools[0].toolSpec.inputSchema',
      /is required/,
    ],
    [
      'a schema as text',
      say('x', tool({ name: 'a', inputSchema: { json: '{}' } })),
      '$.prompt.toolConfig.tools[0].toolSpec.inputSchema.json',
      /must be an object/,
    ],
    [
      'an unknown choice',
      say('x', {
        toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema } }], toolChoice: { none: {} } },
      }),
      '$.prompt.toolConfig.toolChoice.none',
      /use one of auto, any, tool/,
    ],
    [
      'another property of the prompt',
      say('x', { tools: [] }),
      '$.prompt.tools',
      /unknown property "tools"/,
    ],
  ])('with %s is refused by name, with what to write', (_, body, path, message) => {
    const result = parseRequest(body);
    const problems = result.outcome === 'not_valid' ? result.problems : [];
    expect(problems).toContainEqual({ path, message: expect.stringMatching(message) });
  });
});
