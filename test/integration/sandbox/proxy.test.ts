/** The AWS SDK, unchanged, against the proxy of the built sandbox: over HTTP/2, as it speaks by default. */
import { gzipSync } from 'node:zlib';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Json,
  pathOf,
  pause,
  type RunningSandbox,
  runSandbox,
} from './support/run-sandbox.ts';

const VARIABLES = pathOf('test/integration/sandbox/support/proxy.tfvars');

let sandbox: RunningSandbox;
const clients: BedrockRuntimeClient[] = [];

beforeAll(async () => {
  sandbox = await runSandbox('--var-file', VARIABLES);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await behave({});
});
afterAll(() => sandbox.stop());

const behave = async (behavior: object) =>
  expect((await sandbox.post('/_sandbox/bedrock/behavior', behavior)).status).toBe(200);

function clientOf(prefix = '', key?: string): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    endpoint: sandbox.url + prefix,
    region: 'us-east-1',
    ...(key === undefined
      ? { credentials: { accessKeyId: 'made', secretAccessKey: 'up' } }
      : { token: { token: key }, authSchemePreference: ['httpBearerAuth'] }),
  });
  clients.push(client);
  return client;
}

const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
const MICRO = 'amazon.nova-micro-v1:0';
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

const lastLine = async (): Promise<Json> =>
  (await sandbox.get('/_sandbox/audit')).body.filter((line: Json) => line.outcome).at(-1);
const outcomes = async (): Promise<readonly Json[]> =>
  (await sandbox.get('/_sandbox/audit')).body.filter((line: Json) => line.outcome);
const reached = async (): Promise<number> =>
  (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
const limitOf = async (center: string): Promise<Json> =>
  (await sandbox.get(`/v1/usage?costCenter=${center}`)).body.costCenters[0].limits[0];

async function textOf(prefix = ''): Promise<string> {
  const command = new ConverseStreamCommand({ modelId: MICRO, messages });
  const { stream } = await clientOf(prefix).send(command);
  let text = '';
  for await (const event of stream ?? []) text += event.contentBlockDelta?.delta?.text ?? '';
  return text;
}

describe('the service tier', () => {
  const PRO = 'amazon.nova-pro-v1:0';
  const usage = { inputTokens: 1_000, outputTokens: 100, totalTokens: 1_100 };
  /** Nova Pro: 0.8 and 3.2 micro-USD a token, in flex half of that. */
  const DEFAULT_NANO_USD = 1_120_000;

  test.each([
    ['default', DEFAULT_NANO_USD],
    ['flex', DEFAULT_NANO_USD / 2],
    ['priority', DEFAULT_NANO_USD * 1.75],
  ])('%s: a call is settled as it was served', async (serviceTier, expected) => {
    await behave({ usage, serviceTier });
    const asked = { modelId: PRO, messages, serviceTier: { type: 'priority' as const } };
    await clientOf().send(new ConverseCommand(asked));
    expect((await lastLine()).actualNanoUsd).toBe(expected);
    const { stream } = await clientOf().send(new ConverseStreamCommand(asked));
    for await (const _ of stream ?? []);
    expect((await lastLine()).actualNanoUsd).toBe(expected);
    const tags = { applicationId: 'faq', costCenter: 'retail', environment: 'dev' };
    const prompt = { messages: [{ role: 'user', content: 'Hello' }] };
    const { body } = await sandbox.post('/v1/invoke', { model: 'pro', prompt, tags });
    expect(body.cost.nanoUsd).toBe(expected);
  });

  test('and the latency without a known price are refused by name', async () => {
    const calls = await reached();
    for (const asked of [
      { modelId: MICRO, messages, serviceTier: { type: 'flex' as const } },
      { modelId: PRO, messages, performanceConfig: { latency: 'optimized' as const } },
    ]) {
      const sent = clientOf().send(new ConverseCommand(asked));
      await expect(sent).rejects.toThrow('has no known price');
    }
    expect(await reached()).toBe(calls);
  });
});

describe('the AWS SDK', () => {
  test('converses, and Bedrock is sent who pays', async () => {
    const { usage } = await clientOf().send(new ConverseCommand({ modelId: MICRO, messages }));
    expect(usage).toMatchObject({ inputTokens: 2, outputTokens: 200 });
    const [{ body }] = (await sandbox.get('/_sandbox/bedrock/requests?last=1')).body;
    expect(body.requestMetadata).toMatchObject({
      costCenter: 'retail',
      application: 'faq',
      environment: 'production',
    });
    expect(await lastLine()).toMatchObject({
      outcome: 'succeeded',
      usage: { inputTokens: 2, outputTokens: 200 },
      tags: { requestId: body.requestMetadata.requestId },
    });
  });

  test('streams, event by event', async () => {
    await behave({ chunkMs: 20, text: 'The text of the test, in several pieces.' });
    expect(await textOf()).toBe('The text of the test, in several pieces.');
    expect(await lastLine()).toMatchObject({ outcome: 'succeeded', settlement: 'settled' });
  });

  test('names the application and the environment in the path', async () => {
    await textOf('/app/faq/dev');
    expect((await lastLine()).tags).toMatchObject({ environment: 'dev' });
  });

  test.each([
    [
      HAIKU,
      {
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'Hello' }],
      },
    ],
    ['meta.llama3-70b-instruct-v1:0', { prompt: 'Hello', max_gen_len: 50 }],
    [MICRO, { messages, inferenceConfig: { maxTokens: 50 } }],
  ])('invokes %s, whole and streamed', async (modelId, input) => {
    const body = JSON.stringify(input);
    const whole = await clientOf().send(new InvokeModelCommand({ modelId, body }));
    expect(JSON.parse(whole.body.transformToString())).toBeTruthy();
    expect(await lastLine()).toMatchObject({ settlement: 'settled', usage: { outputTokens: 50 } });
    const streamed = new InvokeModelWithResponseStreamCommand({ modelId, body });
    let events = 0;
    for await (const event of (await clientOf().send(streamed)).body ?? [])
      events += event.chunk ? 1 : 0;
    expect(events).toBeGreaterThan(1);
    expect(await lastLine()).toMatchObject({ settlement: 'settled', usage: { outputTokens: 50 } });
  });

  test('embeds text, which writes no tokens', async () => {
    const body = JSON.stringify({ inputText: 'Hello there' });
    await clientOf().send(new InvokeModelCommand({ modelId: 'vector', body }));
    expect(await lastLine()).toMatchObject({ settlement: 'settled', usage: { outputTokens: 0 } });
  });

  test('counts tokens', async () => {
    const command = new CountTokensCommand({ modelId: HAIKU, input: { converse: { messages } } });
    expect((await clientOf().send(command)).inputTokens).toBe(2);
  });

  test('reads why a model is unknown', async () => {
    const call = clientOf().send(new ConverseCommand({ modelId: 'does.not-exist', messages }));
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a denied call', () => {
  test('that is final reaches the proxy once, and its user reads which limit', async () => {
    const before = (await sandbox.get('/_sandbox/audit')).body.length;
    const { key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'poor' })).body;
    const call = clientOf('', key).send(new ConverseCommand({ modelId: MICRO, messages }));
    await expect(call).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      message: expect.stringMatching(/nothing.*resets at/is),
      $metadata: { httpStatusCode: 402, attempts: 1 },
    });
    expect((await sandbox.get('/_sandbox/audit')).body.length).toBe(before + 1);
  });
});

describe('a key', () => {
  test('binds its bearer, and no other place of the request changes that', async () => {
    const binding = { costCenter: 'retail', application: 'faq', environment: 'dev' };
    const { key, id } = (await sandbox.post('/_sandbox/keys', binding)).body;
    await clientOf('', key).send(new ConverseCommand({ modelId: MICRO, messages }));
    expect(await lastLine()).toMatchObject({
      caller: { kind: 'key', id },
      tags: { environment: 'dev' },
    });
    const other = clientOf('/app/faq/production', key);
    const refused = other.send(new ConverseCommand({ modelId: MICRO, messages }));
    await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('that is unknown is refused, also where no identity is checked', async () => {
    const before = await reached();
    const key = `bcs_${'a'.repeat(10)}_${'b'.repeat(49)}`;
    const call = clientOf('', key).send(new ConverseCommand({ modelId: MICRO, messages }));
    await expect(call).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(await reached()).toBe(before);
  });
});

describe('a stream that is cut', () => {
  test.each(['close', 'destroy', 'exception'])(
    'by %s ends with an error and is charged',
    async (how) => {
      await behave({ cut: { afterEvents: 3, how } });
      await expect(textOf()).rejects.toMatchObject({ name: 'ModelStreamErrorException' });
      const line = await lastLine();
      expect(line).toMatchObject({ outcome: 'failed' });
      expect(line.actualNanoUsd).toBeGreaterThan(0);
      expect((await limitOf('retail')).reserved).toBe(0);
    },
  );

  test.each([
    ['which the proxy does not notice', {}],
    ['which the proxy notices', { noticeDisconnect: true }],
  ])('by its client, %s, runs on, and is settled at what the model used', async (_, more) => {
    await behave({ chunkMs: 5, ...more });
    const before = await outcomes();
    // At any moment: before the first event, after each of some, and near the end.
    const moments = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    await Promise.all(moments.map((events) => leaveAfter(events)));
    let lines: readonly Json[] = [];
    for (let tries = 0; tries < 200 && lines.length < moments.length; tries += 1) {
      await pause(50);
      lines = (await outcomes()).slice(before.length);
    }
    expect(lines).toHaveLength(moments.length);
    for (const line of lines) {
      expect(line).toMatchObject({ settlement: 'settled', usage: { outputTokens: 200 } });
    }
    expect((await limitOf('retail')).reserved).toBe(0);
  });

  /** Leaves by closing the connection, once so many events have come. */
  async function leaveAfter(events: number): Promise<void> {
    const client = clientOf();
    const stop = new AbortController();
    const command = new ConverseStreamCommand({ modelId: MICRO, messages });
    try {
      const { stream } = await client.send(command, { abortSignal: stop.signal });
      let left = events;
      if (left > 0) {
        for await (const _ of stream ?? []) {
          left -= 1;
          if (left === 0) break;
        }
      }
    } finally {
      stop.abort();
      client.destroy();
    }
  }
});

test('two hundred streams at once end whole: used is the sum of the audit log', async () => {
  await behave({ chunkMs: 5 });
  const client = clientOf();
  const texts = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const command = new ConverseStreamCommand({ modelId: MICRO, messages });
      let text = '';
      for await (const event of (await client.send(command)).stream ?? []) {
        text += event.contentBlockDelta?.delta?.text ?? '';
      }
      return text;
    }),
  );
  expect(new Set(texts).size).toBe(1);
  const audit: Json[] = (await sandbox.get('/_sandbox/audit')).body;
  const retail = audit.filter((line) => line.tags?.costCenter === 'retail');
  const sum = retail.reduce((total, line) => total + (line.actualNanoUsd ?? 0), 0);
  expect(await limitOf('retail')).toMatchObject({ used: sum, reserved: 0 });
});

test.each([
  ['/model/micro/converse', 'message'],
  ['/openai/v1/chat/completions', 'error'],
  ['/anthropic/v1/messages', 'error'],
])('a compressed body at %s is refused by name', async (path, member) => {
  const body = gzipSync(JSON.stringify({ model: 'micro', max_tokens: 5, messages }));
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
  const answer = await fetch(sandbox.url + path, { method: 'POST', headers, body });
  expect(answer.status).toBe(400);
  const text = (await answer.json())[member];
  expect(JSON.stringify(text)).toMatch(/without Content-Encoding, not as .{0,2}"gzip/);
});

test.each([
  ['/model/micro/converse', { messages }],
  ['/openai/v1/chat/completions', { model: 'micro', messages: [{ role: 'user', content: 'a' }] }],
  [
    '/anthropic/v1/messages',
    { model: 'micro', max_tokens: 5, messages: [{ role: 'user', content: 'a' }] },
  ],
])('a name that is wrong at %s is reported by its header', async (path, body) => {
  const answer = await fetch(sandbox.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sentry-cost-center': 'unheard' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status).toBe(400);
  expect(text).toContain('headers.x-sentry-cost-center: ');
  expect(text).not.toContain('$.tags');
});

test('both protocols are served on one port', async () => {
  const body = JSON.stringify({ messages });
  const answer = await fetch(`${sandbox.url}/model/micro/converse`, { method: 'POST', body });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-sentry-cost-center')).toBe('retail');
  expect(answer.headers.get('ratelimit-policy')).toContain('"spend"');
});
