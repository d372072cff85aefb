/**
 * No malformed request gives a 500, a stack trace, a hang or a changed counter: bytes as a hostile
 * or broken client could send them, against the built functions in both executions.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RunningSandbox, runSandbox } from '../sandbox/support/run-sandbox.ts';
import { SMALL, smallRequest, statusOf } from '../sandbox/support/small-policy.ts';

const UNTOUCHED = { three: '0/0', spend: '0/0' };
const ANSWER_MS_MAX = 20_000;

interface Sent {
  body?: string | Uint8Array<ArrayBuffer>;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

async function send(url: string, { body, method = 'POST', path = '/v1/invoke', headers }: Sent) {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const json = (value: unknown): string => JSON.stringify(value);
const text = json(smallRequest());
const withMessages = (messages: unknown) => json(smallRequest({ prompt: { messages } }));
const withParameters = (parameters: unknown) =>
  json(smallRequest({ prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters } }));
const withTags = (tags: unknown) =>
  json(smallRequest({ tags: { applicationId: 'faq', costCenter: 'retail', ...Object(tags) } }));

/** Name, what is sent, status. */
const CASES: readonly [string, Sent, number][] = [
  ['no body', {}, 400],
  ['an empty body', { body: '' }, 400],
  ['white space', { body: ' \n ' }, 400],
  ['null', { body: 'null' }, 400],
  ['a list', { body: '[]' }, 400],
  ['a string', { body: '"hi"' }, 400],
  ['a number', { body: '1e999' }, 400],
  ['half of the JSON', { body: text.slice(0, 60) }, 400],
  ['two JSON texts', { body: text + text }, 400],
  ['a trailing comma', { body: `${text.slice(0, -1)},}` }, 400],
  ['a byte order mark', { body: `\uFEFF${text}` }, 400],
  ['UTF-16', { body: Buffer.from(text, 'utf16le') }, 400],
  [
    'invalid UTF-8',
    { body: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe])]) },
    400,
  ],
  ['a lone surrogate', { body: `{"model":"\\ud800","prompt":{},"tags":{}}` }, 400],
  ['a name twice', { body: `{"model":"haiku",${text.slice(1)}` }, 400],
  [
    'a name twice, deep',
    { body: text.replace('"costCenter"', '"costCenter":"x","costCenter"') },
    400,
  ],
  ['__proto__', { body: `{"__proto__":{"model":"haiku"},${text.slice(1)}` }, 400],
  ['constructor', { body: `{"constructor":{"prototype":{"x":1}},${text.slice(1)}` }, 400],
  ['100,000 brackets', { body: '['.repeat(100_000) }, 400],
  ['100,000 closed brackets', { body: '['.repeat(50_000) + ']'.repeat(50_000) }, 400],
  ['deep objects', { body: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}` }, 400],
  ['no messages', { body: withMessages([]) }, 400],
  [
    'messages that are not a list',
    { body: withMessages({ 0: { role: 'user', content: 'x' } }) },
    400,
  ],
  ['empty content', { body: withMessages([{ role: 'user', content: '' }]) }, 400],
  ['only system messages', { body: withMessages([{ role: 'system', content: 'x' }]) }, 400],
  ['an assistant first', { body: withMessages([{ role: 'assistant', content: 'x' }]) }, 400],
  ['negative max_tokens', { body: withParameters({ max_tokens: -1 }) }, 400],
  ['fractional max_tokens', { body: withParameters({ max_tokens: 1.5 }) }, 400],
  ['max_tokens zero', { body: withParameters({ max_tokens: 0 }) }, 400],
  ['enormous max_tokens', { body: withParameters({ max_tokens: 1e15 }) }, 400],
  [
    'max_tokens beyond numbers',
    { body: withParameters({}).replace('{}', '{"max_tokens":1e400}') },
    400,
  ],
  ['NaN as a string', { body: withParameters({ max_tokens: 'NaN' }) }, 400],
  ['NaN itself', { body: withParameters({}).replace('{}', '{"max_tokens":NaN}') }, 400],
  ['temperature 1.1', { body: withParameters({ temperature: 1.1 }) }, 400],
  ['parameters that are a list', { body: withParameters([]) }, 400],
  ['an unknown tag', { body: withTags({ team: 'x' }) }, 400],
  ['a control character in a tag', { body: withTags({ costCenter: 'retail\u0007' }) }, 400],
  ['a newline in a tag', { body: withTags({ applicationId: 'faq\nX-Evil: 1' }) }, 400],
  ['a tag that is a number', { body: withTags({ environment: 7 }) }, 400],
  ['a tag of 1 MB', { body: withTags({ costCenter: 'x'.repeat(100_000) }) }, 400],
  ['a model of 100 KB', { body: json(smallRequest({ model: 'x'.repeat(100_000) })) }, 400],
  [
    'a body of 7 MB',
    { body: withMessages([{ role: 'user', content: 'x'.repeat(7_000_000) }]) },
    413,
  ],
  ['plain text', { body: text, headers: { 'content-type': 'text/plain' } }, 415],
  ['a form', { body: text, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
  ['another method', { method: 'PUT', body: text }, 405],
  ['DELETE', { method: 'DELETE' }, 405],
  ['GET', { method: 'GET' }, 405],
  ['another path', { path: '/v1/invoke/../../etc/passwd', body: text }, 404],
  ['an encoded path', { path: '/v1/%69nvoke%00', body: text }, 404],
  ['a path of __proto__', { path: '/__proto__', body: text }, 404],
  ['usage of an unknown cost center', { method: 'GET', path: '/v1/usage?costCenter=ghost' }, 400],
  ['usage of __proto__', { method: 'GET', path: '/v1/usage?costCenter=__proto__' }, 400],
];

function expectProblem(answer: Awaited<ReturnType<typeof send>>): void {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const problem = JSON.parse(answer.text);
  expect(problem).toMatchObject({
    status: answer.status,
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
    code: expect.any(String),
  });
  expect(answer.text).not.toMatch(/\\n\s+at |node_modules|\.ts:|\.mjs:|\.cjs:/);
}

describe.each(['workflow', 'direct'])('malformed requests, executed in %s', (execution) => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL, '--execution', execution);
  }, 180_000);
  afterAll(async () => {
    const { code, stdout, stderr } = await sandbox.stop();
    expect(code).toBe(0);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });

  test.each(CASES)('%s is refused with a clear problem', async (_name, sent, status) => {
    const answer = await send(sandbox.url, sent);
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.anything()]);
    expectProblem(answer);
  });

  test('over 256 KB needs direct execution', async () => {
    const body = withMessages([{ role: 'user', content: 'x'.repeat(300_000) }]);
    const answer = await send(sandbox.url, { body });
    if (execution === 'workflow') {
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([413, 'payload_too_large']);
      expectProblem(answer);
    } else expect(answer.status).toBe(200);
  });

  test('10,001 messages are one too many, if the workflow carries them at all', async () => {
    const body = withMessages(Array(10_001).fill({ role: 'user', content: 'x' }));
    const answer = await send(sandbox.url, { body });
    expect(answer.status).toBe(execution === 'workflow' ? 413 : 400);
    expectProblem(answer);
  });

  test('10,000 messages are answered, one way or the other', async () => {
    const body = withMessages(Array(10_000).fill({ role: 'user', content: 'x' }));
    const { status } = await send(sandbox.url, { body });
    expect(status).toBe(execution === 'workflow' ? 413 : 200);
  });

  test('random changes of a good request never break anything', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.double(),
      fc.string({ unit: 'binary' }),
    );
    const paths = ['model', 'prompt', 'tags', 'prompt.messages', 'prompt.parameters', 'tags.x'];
    const changed = fc.tuple(fc.constantFrom(...paths), value).map(([path, replaced]) => {
      const request = JSON.parse(text);
      const [first = '', second] = path.split('.');
      if (second) request[first] = { ...request[first], [second]: replaced };
      else request[first] = replaced;
      return json(request);
    });
    const cut = fc.nat(text.length - 1).map((at) => text.slice(0, at));
    const flipped = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }));
    const bytes = flipped.map(([at, byte]) => {
      const buffer = Buffer.from(text);
      buffer[at] = byte;
      return buffer;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, cut, bytes), async (body) => {
        const answer = await send(sandbox.url, { body });
        expect([200, 400, 413, 429]).toContain(answer.status);
        if (answer.status !== 200) expectProblem(answer);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test('malformed requests alone leave counters and models untouched', async () => {
    const fresh = await runSandbox('--var-file', SMALL, '--execution', execution);
    try {
      await Promise.all(CASES.map(([, sent]) => send(fresh.url, sent)));
      expect(await statusOf(fresh)).toEqual(UNTOUCHED);
      expect((await fresh.get('/_sandbox/bedrock/requests')).body).toEqual([]);
    } finally {
      await fresh.stop();
    }
  }, 180_000);
});
