/**
 * Goal: requests that users of other gateways reported as wrongly refused, or as wrongly sent on,
 * are answered as Bedrock would, before anything is reserved. Method: the built sandbox, with
 * what its mock Bedrock received.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

const REPORTED = pathOf('test/integration/sandbox/support/reported.tfvars');

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', REPORTED);
}, 180_000);
afterAll(async () => {
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
});

const requestsSent = async (): Promise<Json[]> =>
  (await sandbox.get('/_sandbox/bedrock/requests')).body;

const ask = (prompt: Json, model = 'haiku') => ({
  model,
  prompt: { parameters: { max_tokens: 3000 }, ...prompt },
  tags: { applicationId: 'desk', costCenter: 'readers' },
});
const say = (text: string, over: Json = {}) => ({
  messages: [{ role: 'user', content: text }],
  ...over,
});
const attach = (name: string, over: Json = {}) => ({
  messages: [
    {
      role: 'user',
      content: [
        { document: { format: 'md', name, source: { text: 'Opening hours: 9 to 5' }, ...over } },
        { text: 'When do you open?' },
      ],
    },
  ],
});

const finder = {
  toolSpec: { name: 'find', inputSchema: { json: { type: 'object', properties: { q: {} } } } },
};
const use = (id: string) => ({ toolUse: { toolUseId: id, name: 'find', input: { q: 'x' } } });
const result = (id: string) => ({ toolResult: { toolUseId: id, content: [{ text: 'none' }] } });
const turns = (uses: Json[], results: Json[]) => ({
  messages: [
    { role: 'user', content: 'Find x' },
    { role: 'assistant', content: uses },
    { role: 'user', content: results },
  ],
  toolConfig: { tools: [finder] },
});
const forced = (toolChoice: Json) => say('Find x', { toolConfig: { tools: [finder], toolChoice } });

const NAME = '$.prompt.messages[0].content[0].document.name';
const isNoName = /is not a document name: use letters/;

describe('Bedrock refuses, so it is refused by name and place, and nothing is reserved', () => {
  test.each<[string, Json, string, RegExp]>([
    ['an ideographic space', ask(attach('Price\u3000list')), NAME, isNoName],
    ['a no-break space', ask(attach('Price\u00a0list')), NAME, isNoName],
    ['a thin space', ask(attach('Price\u2009list')), NAME, isNoName],
    ['a tab', ask(attach('Price\tlist')), NAME, isNoName],
    ['a line break', ask(attach('Price\nlist')), NAME, isNoName],
    ['a line break at the end', ask(attach('Price list\n')), NAME, isNoName],
    [
      'one use with two results',
      ask(turns([use('t1')], [result('t1'), result('t1')])),
      '$.prompt.messages[2].content',
      /t1/,
    ],
    [
      'two uses of one id',
      ask(turns([use('t1'), use('t1')], [result('t1'), result('t1')])),
      '$.prompt.messages[1].content',
      /t1/,
    ],
    [
      'a result without its use',
      ask(turns([use('t1')], [result('t1'), result('t2')])),
      '$.prompt.messages[2].content',
      /t2/,
    ],
    [
      'a tool that Llama must use',
      ask(forced({ tool: { name: 'find' } }), 'llama'),
      '$.prompt.toolConfig.toolChoice',
      /llama takes no toolChoice: leave it out/,
    ],
    [
      'any tool that Llama must use',
      ask(forced({ any: {} }), 'llama'),
      '$.prompt.toolConfig.toolChoice',
      /llama takes no toolChoice: leave it out/,
    ],
    [
      'a choice that Llama does not have',
      ask(forced({ auto: {} }), 'llama'),
      '$.prompt.toolConfig.toolChoice',
      /llama takes no toolChoice: leave it out/,
    ],
  ])('%s', async (_what, request, path, message) => {
    const before = (await requestsSent()).length;
    const { status, body } = await sandbox.post('/v1/invoke', request);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors.map((each: Json) => each.path)).toContain(path);
    const found = body.errors.find((each: Json) => each.path === path);
    expect(found.message).toMatch(message);
    expect(await requestsSent()).toHaveLength(before);
    const { body: usage } = await sandbox.get('/v1/usage?costCenter=readers');
    expect(usage.costCenters[0].limits[0].reserved).toBe(0);
  });
});

describe('Bedrock accepts, so it is sent', () => {
  test.each<[string, Json, Json]>([
    [
      'a document name with underscores',
      ask(attach('price_list_2031')),
      { messages: [{ content: [{ document: { name: 'price_list_2031' } }, {}] }] },
    ],
    [
      'a document name with brackets and hyphens',
      ask(attach('price-list (1) [old]')),
      { messages: [{ content: [{ document: { name: 'price-list (1) [old]' } }, {}] }] },
    ],
    [
      'a tool that Claude must use',
      ask(forced({ any: {} })),
      { toolConfig: { toolChoice: { any: {} } } },
    ],
    [
      'a tool that Nova must use',
      ask(forced({ tool: { name: 'find' } }), 'nova'),
      { toolConfig: { toolChoice: { tool: { name: 'find' } } } },
    ],
    [
      'tools without a choice for Llama',
      ask(say('Find x', { toolConfig: { tools: [finder] } }), 'llama'),
      { toolConfig: {} },
    ],
    [
      'two uses with their results',
      ask(turns([use('t1'), use('t2')], [result('t2'), result('t1')])),
      { messages: [{}, {}, { content: [{ toolResult: { toolUseId: 't2' } }, {}] }] },
    ],
    [
      'stop sequences',
      ask(say('Hi', { parameters: { max_tokens: 50, stop_sequences: ['\n\nReader:'] } })),
      { inferenceConfig: { maxTokens: 50, stopSequences: ['\n\nReader:'] } },
    ],
    [
      'labels',
      ask(say('Hi', { requestMetadata: { branch: '7' } })),
      { requestMetadata: { branch: '7' } },
    ],
    [
      'a thinking budget inside max_tokens',
      ask(
        say('Hi', {
          additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1500 } },
        }),
      ),
      {
        inferenceConfig: { maxTokens: 3000 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1500 } },
      },
    ],
    [
      'a document without a format',
      ask(attach('hours', { format: undefined })),
      { messages: [{ content: [{ document: { name: 'hours', source: {} } }, {}] }] },
    ],
    [
      'citations',
      ask(attach('hours', { citations: { enabled: true } })),
      { messages: [{ content: [{ document: { citations: { enabled: true } } }, {}] }] },
    ],
  ])('%s', async (_what, request, sent) => {
    const { status, body } = await sandbox.post('/v1/invoke', request);
    expect([status, body.errors]).toEqual([200, undefined]);
    expect((await requestsSent()).at(-1).body).toMatchObject(sent);
  });
});

test('a guardrail, which has a separate price, is refused by name', async () => {
  const guardrailConfig = { guardrailIdentifier: 'g1', guardrailVersion: '1' };
  const { status, body } = await sandbox.post('/v1/invoke', ask(say('Hi', { guardrailConfig })));
  expect([status, body.errors[0].path]).toEqual([400, '$.prompt.guardrailConfig']);
});

describe("a browser's preflight", () => {
  const preflight = (origin: string, path = '/v1/invoke') =>
    fetch(sandbox.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

  test('of a named origin is answered with what the page may send', async () => {
    const { status, headers } = await preflight('https://desk.example.com');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://desk.example.com',
    ]);
    expect(headers.get('access-control-allow-methods')).toMatch(/POST|\*/);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/i);
  });

  test('is followed by an answer that the page can read', async () => {
    const origin = 'https://desk.example.com';
    const { status, headers } = await sandbox.post('/v1/invoke', ask(say('Hi')), { origin });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  });

  test.each([
    'https://evil.example',
    'http://desk.example.com',
    'https://desk.example.com:8443',
    'https://desk.example.com.evil.example',
    'https://sub.desk.example.com',
    'null',
  ])('of %s gets no leave', async (origin) => {
    const { headers } = await preflight(origin);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
