/** The routes of OpenAI and Anthropic of the built sandbox, as plain requests. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jsonEvents, readSse } from '../../support/sse.ts';
import { type Json, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', pathOf('test/integration/sandbox/support/proxy.tfvars'));
});
afterAll(() => sandbox.stop());

const behave = (behavior: object) => sandbox.post('/_sandbox/bedrock/behavior', behavior);
const lastLine = async (): Promise<Json> =>
  (await sandbox.get('/_sandbox/audit')).body.filter((line: Json) => line.outcome).at(-1);
const reached = async (): Promise<number> =>
  (await sandbox.get('/_sandbox/bedrock/requests')).body.length;

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(sandbox.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  return { status: answer.status, headers: answer.headers, text, body: isJson && JSON.parse(text) };
}

const messages = [{ role: 'user', content: 'Hello' }];
const ask = (model: string, more: object = {}) => ({ model, max_tokens: 50, messages, ...more });
const CHAT = '/openai/v1/chat/completions';
const MESSAGES = '/anthropic/v1/messages';

describe('a call', () => {
  test.each([
    [CHAT, 'micro', 'Converse'],
    ['/v1/chat/completions', 'haiku', 'Converse'],
    [`/app/faq/dev${CHAT}`, 'haiku', 'Converse'],
    [MESSAGES, 'haiku', 'InvokeModel'],
    ['/v1/messages?beta=true', 'haiku', 'InvokeModel'],
    [`/app/faq/dev${MESSAGES}`, 'micro', 'Converse'],
  ])('to %s of %s is one of %s, charged at what was used', async (path, model, operation) => {
    const given = { 'x-claude-code-session-id': 'session-1' };
    const { status, headers } = await post(path, ask(model), given);
    expect(status).toBe(200);
    expect(headers.get('x-sentry-cost-center')).toBe('retail');
    const [request] = (await sandbox.get('/_sandbox/bedrock/requests?last=1')).body;
    expect(request.operation).toBe(operation);
    expect(await lastLine()).toMatchObject({
      outcome: 'succeeded',
      settlement: 'settled',
      sessionId: 'session-1',
      usage: { inputTokens: 2, outputTokens: 50 },
      tags: { environment: path.startsWith('/app') ? 'dev' : 'production' },
    });
  });

  test('of the Responses API and of embeddings as well', async () => {
    const { body } = await post('/v1/responses', { model: 'micro', input: 'Hello' });
    expect(body).toMatchObject({ object: 'response', usage: { input_tokens: 2 } });
    const texts = { model: 'vector', input: ['a', 'b'] };
    const embedded = await post('/openai/v1/embeddings', texts);
    expect(embedded.body.data).toHaveLength(2);
    // Titan is called for each, and both calls are settled as one.
    expect(await lastLine()).toMatchObject({ usage: { inputTokens: 2, outputTokens: 0 } });
  });

  test('counts tokens in Anthropic format, and lists what there is', async () => {
    const counted = await post(`${MESSAGES}/count_tokens`, { model: 'haiku', messages });
    expect(counted.body).toEqual({ input_tokens: 2 });
    const { body } = await sandbox.get('/anthropic/v1/models?limit=1000');
    const ids = body.data.map(({ id }: Json) => id);
    expect(ids).toContain('us.anthropic.claude-haiku-4-5-20251001-v1:0');
    expect(ids).not.toContain('vector');
    const one = await sandbox.get('/openai/v1/models/amazon.nova-micro-v1%3A0');
    expect(one.body).toMatchObject({ object: 'model', id: 'amazon.nova-micro-v1:0' });
    const hello = await fetch(`${sandbox.url}/anthropic/api/hello`, { method: 'HEAD' });
    expect(hello.status).toBe(200);
  });

  test.each([
    ['x-api-key', '2023-06-01'],
    ['x-api-key', '2026-10-21'],
    ['authorization', '2023-06-01'],
    ['authorization', '2026-10-21'],
  ])('has its key in %s, in version %s of the API', async (name, version) => {
    const { id, key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'retail' })).body;
    const given = { [name]: name === 'authorization' ? `Bearer ${key}` : key };
    const { status } = await post(MESSAGES, ask('haiku'), {
      ...given,
      'anthropic-version': version,
    });
    expect(status).toBe(200);
    expect((await lastLine()).caller).toMatchObject({ kind: 'key', id });
    const [request] = (await sandbox.get('/_sandbox/bedrock/requests?last=1')).body;
    expect(request.body.anthropic_version).toBe('bedrock-2023-05-31');
    expect(JSON.stringify(request)).not.toContain(key);
  });

  test('of another model leaves out what it has no place for, and names it', async () => {
    const edits = [{ type: 'clear_thinking_20251015', keep: { type: 'all' } }];
    const hints = { thinking: { type: 'disabled' }, context_management: { edits } };
    const betas = { 'anthropic-beta': 'context-management-2025-06-27' };
    const { status, headers } = await post(MESSAGES, ask('micro', hints), betas);
    expect(status).toBe(200);
    expect(headers.get('x-sentry-ignored-fields')).toBe('context_management');
    expect(headers.get('x-sentry-dropped-betas')).toBe('context-management-2025-06-27');
    const search = { tools: [{ type: 'web_search_20260318', name: 'web_search' }] };
    const refused = await post(MESSAGES, ask('micro', search));
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringContaining('tools[0].type'),
    });
  });

  test('leaves out betas that are not known, and names them', async () => {
    const betas = { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' };
    const { headers } = await post(MESSAGES, ask('haiku'), betas);
    expect(headers.get('x-sentry-dropped-betas')).toBe('claude-code-20250219');
    const [{ body }] = (await sandbox.get('/_sandbox/bedrock/requests?last=1')).body;
    expect(body.anthropic_beta).toEqual(['effort-2025-11-24']);
  });
});

describe('a stream', () => {
  const include = { stream: true, stream_options: { include_usage: true } };

  test('ends with the usage and [DONE] in OpenAI format', async () => {
    const { text, headers } = await post(CHAT, ask('haiku', include));
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(readSse(text).at(-1)?.data).toBe('[DONE]');
    expect(jsonEvents(text).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 2, completion_tokens: 50 },
    });
  });

  test('ends with message_stop in Anthropic format', async () => {
    const { text, headers } = await post(MESSAGES, ask('haiku', { stream: true }));
    expect(jsonEvents(text).at(-1)).toEqual({ type: 'message_stop' });
    expect(headers.get('anthropic-ratelimit-unified-overage-status')).toBe('allowed');
    expect(text).not.toContain('invocationMetrics');
  });

  test.each(['close', 'destroy', 'exception'])(
    'that ends by %s ends with the error of its API, and is charged',
    async (how) => {
      await behave({ cut: { afterEvents: 3, how } });
      const anthropic = await post(MESSAGES, ask('haiku', { stream: true }));
      expect(jsonEvents(anthropic.text).at(-1)).toMatchObject({ error: { type: 'api_error' } });
      const openAi = await post(CHAT, ask('micro', { stream: true }));
      expect(jsonEvents(openAi.text).at(-1).error.type).toBe('server_error');
      expect(openAi.text).not.toContain('[DONE]');
      expect((await lastLine()).actualNanoUsd).toBeGreaterThan(0);
      await behave({});
    },
  );
});

describe('an error has the shape of its API:', () => {
  test('a final denial, which reaches no model', async () => {
    const { key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'poor' })).body;
    const before = await reached();
    const openAi = await post(CHAT, ask('micro'), { authorization: `Bearer ${key}` });
    expect([openAi.status, openAi.headers.get('x-should-retry')]).toEqual([429, 'false']);
    expect(openAi.body.error.code).toBe('insufficient_quota');
    const anthropic = await post(MESSAGES, ask('micro'), { 'x-api-key': key });
    expect([anthropic.status, anthropic.headers.get('x-should-retry')]).toEqual([429, 'false']);
    expect(anthropic.body.error.type).toBe('billing_error');
    expect(anthropic.body.error.message).toMatch(/nothing.*resets at/is);
    expect(await reached()).toBe(before);
  });

  test('a wrong key, an unknown model, a request that is not valid', async () => {
    const wrong = { authorization: 'Bearer bcs_wrong' };
    expect((await post(CHAT, ask('micro'), wrong)).status).toBe(401);
    expect((await post(MESSAGES, ask('micro'), wrong)).status).toBe(401);
    expect((await post(CHAT, ask('none'))).body.error.code).toBe('model_not_found');
    expect((await post(MESSAGES, ask('none'))).body.error.type).toBe('not_found_error');
    const { status, body } = await post(CHAT, ask('micro', { n: 2 }));
    expect([status, body.error.param]).toEqual([400, 'n']);
    expect(await lastLine()).toMatchObject({ outcome: 'not_valid' });
    const bound = await post(CHAT, ask('micro', { max_tokens: 10_000_000 }));
    expect(bound.body.error.param).toBe('max_tokens');
  });

  test('a count of tokens that cannot be made', async () => {
    const count = (body: object) => post(`${MESSAGES}/count_tokens`, body);
    const unknown = await count({ model: 'none', messages });
    expect([unknown.status, unknown.body.error.type]).toEqual([404, 'not_found_error']);
    const wrong = await count({ model: 'micro', messages, tools: [{ type: 'bash_20250124' }] });
    expect([wrong.status, wrong.body.error.type]).toEqual([400, 'invalid_request_error']);
    expect(wrong.body.error.message).toContain('tools[0].type');
    const without = await count({ messages });
    expect(without.body.error.message).toContain('model');
    await behave({ fail: { name: 'AccessDeniedException', times: 1 } });
    const failed = await count({ model: 'haiku', messages });
    expect([failed.status, failed.body.type]).toEqual([403, 'error']);
    expect((await lastLine()).outcome).not.toBe('failed');
  });

  test('an error of the service, in its own words', async () => {
    await behave({ fail: { name: 'ValidationException', times: 2 } });
    for (const path of [CHAT, MESSAGES]) {
      const { status, body } = await post(path, ask('micro'));
      expect([status, body.error.message]).toEqual([400, 'As set by the test.']);
    }
  });

  test.each([
    ['/anthropic/v1/v1/messages', 'the path /anthropic,'],
    ['/openai/chat/completions', 'the path /openai/v1,'],
    ['/openai/v1/completions', 'the path /openai/v1,'],
    ['/anthropic/messages', 'the path /anthropic,'],
    ['/somewhere/v1/responses', 'the path /openai/v1,'],
  ])('the path %s names the right base URL', async (path, hint) => {
    const { status, body } = await post(path, {});
    expect([status, body.error.message]).toEqual([404, expect.stringContaining(hint)]);
  });
});

describe('a web page', () => {
  const PATHS = [
    '/openai/v1/chat/completions',
    '/anthropic/v1/messages',
    '/model/micro/converse-stream',
  ];
  const send = (path: string, method: string, headers: Record<string, string>) =>
    fetch(sandbox.url + path, { method, headers, ...(method === 'POST' && { body: '{}' }) });
  const ASKED = 'authorization,content-type,x-api-key,x-stainless-lang';
  const preflight = (path: string, origin: string) =>
    send(path, 'OPTIONS', {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': ASKED,
    });

  test.each(PATHS)('of an allowed origin may call %s, and read its answers', async (path) => {
    const origin = 'https://app.example.com';
    const asked = await preflight(path, origin);
    expect([asked.status, await asked.text()]).toEqual([204, '']);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': ASKED,
      vary: 'Origin',
    });
    const { status, headers } = await send(path, 'POST', { origin });
    expect(status).toBe(400);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['https://evil.example.com', 'https://app.example.com.evil.com', 'null'])(
    'of %s may not',
    async (origin) => {
      for (const path of PATHS) {
        for (const answer of [
          await preflight(path, origin),
          await send(path, 'POST', { origin }),
        ]) {
          expect(answer.headers.get('access-control-allow-origin')).toBeNull();
          expect(answer.headers.get('vary')).toBe('Origin');
        }
      }
    },
  );
});
