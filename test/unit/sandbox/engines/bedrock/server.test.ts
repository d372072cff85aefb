/** Method: the real SDK client against the mock, as the functions use it. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  type MockBedrock,
  startMockBedrock,
} from '../../../../../sandbox/engines/bedrock/server.ts';

import { BEDROCK_ERROR_STATUS } from '../../../../support/bedrock-errors.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const ARN = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abcdef123456';
const NOVA_ARN = ARN.replace('abcdef', 'novano');
/** The errors of Converse; one belongs to streams only. */
const ERRORS = BEDROCK_ERROR_STATUS.filter(([name]) => name !== 'ModelStreamErrorException');
let mock: MockBedrock;
let client: BedrockRuntimeClient;

beforeAll(async () => {
  const profiles = new Map([
    [ARN, MODEL],
    [NOVA_ARN, 'amazon.nova-lite-v1:0'],
  ]);
  mock = await startMockBedrock({ profiles });
  client = new BedrockRuntimeClient({
    endpoint: mock.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
    // Left alone, the client speaks HTTP/2, which the functions do not either.
    requestHandler: new NodeHttpHandler(),
  });
});
afterAll(async () => {
  client.destroy();
  await mock.close();
});
beforeEach(() => mock.behave({}));

const request = (over: Partial<ConverseCommandInput> = {}): ConverseCommandInput => ({
  modelId: MODEL,
  system: [{ text: 'Be short.' }],
  messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
  inferenceConfig: { maxTokens: 500 },
  ...over,
});
const converse = (over: Partial<ConverseCommandInput> = {}) =>
  client.send(new ConverseCommand(request(over)));

describe('Converse', () => {
  test('answers text, and counts a quarter of the characters', async () => {
    const answer = await converse();
    expect(answer.output?.message?.role).toBe('assistant');
    expect(answer.output?.message?.content?.[0]?.text).toMatch(/\w/);
    expect(answer.stopReason).toBe('end_turn');
    expect(answer.usage).toEqual({
      inputTokens: 3, // "Be short." and "Hi" are 11 characters.
      outputTokens: 200,
      totalTokens: 203,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
    });
    expect(answer.metrics?.latencyMs).toBe(0);
  });

  test.each([
    [199, 199, 'max_tokens'],
    [200, 200, 'max_tokens'],
    [201, 200, 'end_turn'],
  ])('with maxTokens %i ends after %i tokens: %s', async (maxTokens, outputTokens, stopReason) => {
    const answer = await converse({ inferenceConfig: { maxTokens } });
    expect([answer.usage?.outputTokens, answer.stopReason]).toEqual([outputTokens, stopReason]);
  });

  test('answers the text and the usage that its behavior sets', async () => {
    const cacheDetails = [{ ttl: '1h', inputTokens: 5 }];
    const usage = { inputTokens: -7, outputTokens: 1.5, cacheDetails };
    mock.behave({ text: 'Ahoy', usage, serviceTier: 'flex' });
    const answer = await converse();
    expect(answer.output?.message?.content?.[0]?.text).toBe('Ahoy');
    expect(answer.usage).toEqual(usage);
    expect(answer.serviceTier).toEqual({ type: 'flex' });
  });

  test('leaves out what its behavior leaves out', async () => {
    mock.behave({ usage: { inputTokens: null, outputTokens: 3 } });
    expect((await converse()).usage).toEqual({ outputTokens: 3 });
    mock.behave({ usage: null });
    expect((await converse()).usage).toBeUndefined();
  });

  test('answers an error of any name with any status', async () => {
    mock.behave({ fail: { name: 'NewException', status: 418, times: 1 } });
    await expect(converse()).rejects.toMatchObject({
      name: 'NewException',
      $metadata: { httpStatusCode: 418 },
    });
  });

  test('keeps what reached it, with the ARN of a profile as the model', async () => {
    await converse({ modelId: ARN });
    expect(mock.requests.list().at(-1)).toEqual({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      operation: 'Converse',
      modelId: ARN,
      body: {
        system: [{ text: 'Be short.' }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 500 },
      },
    });
  });

  test('takes as long as configured', async () => {
    mock.behave({ latencyMs: 120 });
    const start = performance.now();
    const answer = await converse();
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
    expect(answer.metrics?.latencyMs).toBe(120);
  });

  test.each(ERRORS)('fails with %s (%i)', async (name, status) => {
    mock.behave({ fail: { name, times: 1 } });
    await expect(converse()).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
    await expect(converse()).resolves.toMatchObject({ stopReason: 'end_turn' });
  });

  test('hangs until the client goes', async () => {
    mock.behave({ hang: true });
    const abortSignal = AbortSignal.timeout(100);
    await expect(
      client.send(new ConverseCommand(request()), { abortSignal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('that hangs goes on when the behavior is reset', async () => {
    mock.behave({ hang: true });
    const before = mock.requests.list().length;
    const hanging = converse();
    while (mock.requests.list().length === before) await new Promise(setImmediate);
    mock.behave({});
    await expect(hanging).resolves.toMatchObject({ stopReason: 'end_turn' });
  });
});

describe('what Bedrock would refuse', () => {
  const user = (text: string) => ({ role: 'user' as const, content: [{ text }] });
  const assistant = (text: string) => ({ role: 'assistant' as const, content: [{ text }] });

  test.each<[string, Partial<ConverseCommandInput>, RegExp]>([
    ['roles that do not alternate', { messages: [user('a'), user('b')] }, /must alternate/],
    ['an assistant first', { messages: [assistant('a'), user('b')] }, /start with a user message/],
    ['no messages', { messages: [] }, /at least one message/],
    ['no content', { messages: [{ role: 'user', content: [] }] }, /is empty/],
    ['empty text', { messages: [user('')] }, /is blank/],
    ['blank text', { messages: [user(' \n')] }, /is blank/],
    ['blank system text', { system: [{ text: '' }] }, /system.0 is blank/],
    ['maxTokens 0', { inferenceConfig: { maxTokens: 0 } }, /maxTokens/],
    ['maxTokens 1.5', { inferenceConfig: { maxTokens: 1.5 } }, /maxTokens/],
    ['temperature 1.1', { inferenceConfig: { temperature: 1.1 } }, /temperature/],
    ['topP -0.1', { inferenceConfig: { topP: -0.1 } }, /topP/],
    ['an empty stop sequence', { inferenceConfig: { stopSequences: [''] } }, /stopSequences/],
    ['an invalid model', { modelId: 'claude' }, /model identifier is invalid/],
    [
      'a profile that does not exist',
      { modelId: ARN.replace('abc', 'xyz') },
      /model identifier is invalid/,
    ],
    [
      'top_k at the top for Nova',
      { modelId: NOVA_ARN, additionalModelRequestFields: { top_k: 5 } },
      /extraneous key \[top_k\]/,
    ],
    [
      "Nova's inferenceConfig for Claude",
      { additionalModelRequestFields: { inferenceConfig: { topK: 5 } } },
      /extraneous key \[inferenceConfig\]/,
    ],
  ])('%s', async (_what, over, message) => {
    await expect(converse(over)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test('members that Converse does not have', async () => {
    const response = await fetch(`${mock.url}/model/${MODEL}/converse`, {
      method: 'POST',
      body: JSON.stringify({ ...request(), modelId: undefined, max_tokens: 5 }),
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(await response.text()).toContain('extraneous key [max_tokens]');
  });

  test.each(['not JSON', '[]', '', 'null'])('the body %j', async (body) => {
    const url = `${mock.url}/model/${MODEL}/converse`;
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(400);
  });

  test('what is no operation at all', async () => {
    expect((await fetch(`${mock.url}/model/x/apply`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${mock.url}/model/%ZZ/converse`, { method: 'POST' })).status).toBe(404);
  });
});

describe('ConverseStream', () => {
  async function stream() {
    const { stream: events } = await client.send(new ConverseStreamCommand(request()));
    const seen = [];
    for await (const event of events ?? []) seen.push(event);
    return seen;
  }

  test('streams the text in pieces, and its usage last', async () => {
    mock.behave({ text: 'A text that is longer than one piece, with ünïcode.' });
    const events = await stream();
    const text = events.map((each) => each.contentBlockDelta?.delta?.text ?? '').join('');
    expect(text).toBe('A text that is longer than one piece, with ünïcode.');
    expect(events[0]?.messageStart?.role).toBe('assistant');
    expect(events.at(-2)?.messageStop?.stopReason).toBe('end_turn');
    expect(events.at(-1)?.metadata?.usage).toMatchObject({ inputTokens: 3, outputTokens: 200 });
  });

  test('fails before the stream like Converse', async () => {
    mock.behave({ fail: { name: 'ThrottlingException', times: 1 } });
    await expect(stream()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('breaks off in the middle with ModelStreamErrorException, telling no usage', async () => {
    mock.behave({ fail: { name: 'ModelStreamErrorException', times: 1 } });
    await expect(stream()).rejects.toMatchObject({ name: 'ModelStreamErrorException' });
  });
});

describe('CountTokens', () => {
  const count = (modelId: string) => {
    const { system, messages } = request();
    const input = { converse: { system, messages } };
    return client.send(new CountTokensCommand({ modelId, input }));
  };

  test('counts as Converse does', async () => {
    await expect(count(MODEL)).resolves.toMatchObject({ inputTokens: 3 });
    expect(mock.requests.list().at(-1)?.operation).toBe('CountTokens');
  });

  test.each([`us.${MODEL}`, ARN])('takes only a bare model id, not %s', async (modelId) => {
    await expect(count(modelId)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
