/**
 * Method: the real SDK client against the sandbox's Bedrock, and against servers that misbehave.
 */
import { createServer, type RequestListener } from 'node:http';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { BedrockModelClient } from '../../../adapters/bedrock-converse.ts';
import { BedrockTokenCounter } from '../../../adapters/bedrock-count-tokens.ts';
import { systemClock } from '../../../adapters/system.ts';
import type { RequestBlock } from '../../../core/call/request/content-block.schema.ts';
import type { Prompt } from '../../../core/call/request/prompt.ts';
import { close, listen } from '../../../sandbox/base/loopback-server.ts';
import type { BedrockBehavior } from '../../../sandbox/engines/bedrock/behavior.ts';
import { type MockBedrock, startMockBedrock } from '../../../sandbox/engines/bedrock/server.ts';
import { BEDROCK_ERROR_STATUS } from '../../support/bedrock-errors.ts';
import { base64, imageBlock } from '../../support/images.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
let mock: MockBedrock;
const clients: BedrockRuntimeClient[] = [];

/**
 * jest runs tests in a separate realm, where an error of Node's net module is not an Error: the SDK
 * would wrap it and lose its code. Nothing but the realm is changed here.
 */
function inThisRealm(handler: NodeHttpHandler): NodeHttpHandler {
  const handle = handler.handle.bind(handler);
  handler.handle = (...request) =>
    handle(...request).catch(({ name, message, code }: Error & { code?: string }) => {
      throw Object.assign(new Error(message), { name, code });
    });
  return handler;
}

function clientOf(endpoint: string): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
    requestHandler: inThisRealm(new NodeHttpHandler()),
  });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  mock = await startMockBedrock();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await mock.close();
});
beforeEach(() => mock.behave({}));

const hi: Prompt = { system: [], messages: [{ role: 'user', content: [{ text: 'Hi' }] }] };

function converse(endpoint = mock.url, prompt: Prompt = hi, leftMs = 5_000) {
  const candidate = {
    modelId: MODEL,
    inferenceConfig: { maxTokens: 500, temperature: 0.5 },
    additionalModelRequestFields: { top_k: 5 },
  };
  const deadline = systemClock.now() + leftMs;
  const models = new BedrockModelClient(clientOf(endpoint), systemClock);
  return models.converse({ candidate, prompt, deadline });
}

const failureName = async (result: ReturnType<typeof converse>) => {
  const { outcome, ...rest } = await result;
  return outcome === 'failed' && 'failure' in rest ? rest.failure.name : outcome;
};

/** Runs against a server that answers as it likes. */
async function against<T>(answer: RequestListener, run: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  const url = await listen(server);
  try {
    return await run(url);
  } finally {
    await close(server);
  }
}

const json =
  (body: object): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

const image = imageBlock() as RequestBlock;
const conversation: Prompt = {
  system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
  messages: [
    {
      role: 'user',
      content: [
        { text: 'What is it?' },
        image,
        { document: { format: 'txt', name: 'A', source: { bytes: base64('text') } } },
        { document: { format: 'md', name: 'B', source: { text: '# text' } } },
      ],
    },
    {
      role: 'assistant',
      content: [{ toolUse: { toolUseId: 'u1', name: 'look', input: { at: { deep: [1] } } } }],
    },
    {
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 'u1',
            status: 'success',
            content: [{ json: { a: 1 } }, { text: 'seen' }, { image: image.image }] as object[],
          },
        },
        { cachePoint: { type: 'default', ttl: '1h' } },
      ],
    },
  ],
  toolConfig: {
    tools: [
      { toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } },
      { cachePoint: { type: 'default' } },
    ],
    toolChoice: { tool: { name: 'look' } },
  },
};

describe('an answer', () => {
  test('comes with its content, stop reason and usage', async () => {
    mock.behave({
      text: 'Hello.',
      usage: { inputTokens: 7, outputTokens: 3, cacheReadInputTokens: 2 },
    });
    expect(await converse()).toEqual({
      outcome: 'succeeded',
      content: [{ text: 'Hello.' }],
      stopReason: 'end_turn',
      reported: { inputTokens: 7, outputTokens: 3, cacheReadInputTokens: 2 },
    });
    expect(mock.requests.list().at(-1)).toMatchObject({
      operation: 'Converse',
      modelId: MODEL,
      body: {
        inferenceConfig: { maxTokens: 500, temperature: 0.5 },
        additionalModelRequestFields: { top_k: 5 },
      },
    });
  });

  test('every kind of block arrives as it was given', async () => {
    expect((await converse(mock.url, conversation)).outcome).toBe('succeeded');
    const { system, messages, toolConfig } = conversation;
    expect(mock.requests.list().at(-1)?.body).toMatchObject({ system, messages, toolConfig });
  });

  test('passes on cache writes by their time to live, tool uses and bytes', async () => {
    const message = {
      role: 'assistant',
      content: [
        { toolUse: { toolUseId: 'u', name: 'look', input: { at: 1 } } },
        { reasoningContent: { redactedContent: base64('hidden') } },
      ],
    };
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 33,
      cacheReadInputTokens: 10,
      cacheWriteInputTokens: 20,
      cacheDetails: [
        { ttl: '1h', inputTokens: 15 },
        { ttl: '5m', inputTokens: 5 },
      ],
    };
    const body = { output: { message }, stopReason: 'tool_use', usage, metrics: { latencyMs: 1 } };
    expect(await against(json(body), (url) => converse(url))).toEqual({
      outcome: 'succeeded',
      content: message.content,
      stopReason: 'tool_use',
      reported: usage,
    });
  });
});

describe('a failure', () => {
  test.each(BEDROCK_ERROR_STATUS)(
    '%s keeps its name and status %i, and is tried once',
    async (name, httpStatus) => {
      const before = mock.requests.list().length;
      mock.behave({ fail: { name, times: 1 } });
      expect(await converse()).toMatchObject({ outcome: 'failed', failure: { name, httpStatus } });
      expect(mock.requests.list().length).toBe(before + 1);
    },
  );

  test('a silent model is given up at the deadline', async () => {
    mock.behave({ hang: true });
    expect(await failureName(converse(mock.url, hi, 100))).toBe('DeadlineExceeded');
  });

  test('a refused connection: nothing was sent', async () => {
    const gone = await against(json({}), async (url) => url);
    expect(await failureName(converse(gone))).toBe('NotSent');
  });

  test('a connection cut after the request: the model may have worked', async () => {
    const cut: RequestListener = (request) => {
      request.resume().on('end', () => request.socket.destroy());
    };
    expect(await failureName(against(cut, (url) => converse(url)))).toBe('ConnectionLost');
  });

  test('an answer without a message is malformed, and its usage is passed on', async () => {
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    const reply = json({ stopReason: 'end_turn', usage });
    const result = await against(reply, (url) => converse(url));
    expect(result).toEqual({ outcome: 'malformed', reported: usage });
    const nothing = await against(json({}), (url) => converse(url));
    expect(nothing).toEqual({ outcome: 'malformed', reported: undefined });
  });

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['partial', { outputTokens: 5 }],
    ['negative', { inputTokens: -1, outputTokens: -5 }],
    ['of fractions', { inputTokens: 1.5, outputTokens: 2.5 }],
  ])('usage that is %s is passed on as it came', async (_, usage) => {
    const output = { message: { role: 'assistant', content: [{ text: 'x' }] } };
    const result = await against(json({ output, usage }), (url) => converse(url));
    expect(result).toMatchObject({ outcome: 'succeeded' });
    expect('reported' in result && result.reported).toEqual(usage);
  });

  test('the service tier and latency of the answer are passed on', async () => {
    const output = { message: { role: 'assistant', content: [{ text: 'x' }] } };
    const answer = {
      output,
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      serviceTier: { type: 'flex' },
      performanceConfig: { latency: 'optimized' },
    };
    const result = await against(json(answer), (url) => converse(url));
    expect('reported' in result && result.reported).toMatchObject({
      servedAs: { tier: 'flex', latency: 'optimized' },
    });
  });

  test('a connection that is not established in time was never made', async () => {
    const failing = Object.assign(
      new Error('the request socket did not establish a connection with the server'),
      { name: 'TimeoutError' },
    );
    const client = clientOf(mock.url);
    client.middlewareStack.add(() => () => Promise.reject(failing), {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'neverConnects',
    });
    const models = new BedrockModelClient(client, systemClock);
    const candidate = { modelId: MODEL, inferenceConfig: { maxTokens: 5 } };
    const deadline = systemClock.now() + 5_000;
    const result = await models.converse({ candidate, prompt: hi, deadline });
    expect(result).toMatchObject({ outcome: 'failed', failure: { name: 'NotSent' } });
  });

  test('an error page that Bedrock did not send goes by its status', async () => {
    const page: RequestListener = (_, response) => {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>');
    };
    const result = await against(page, (url) => converse(url));
    expect(result).toMatchObject({ outcome: 'failed', failure: { httpStatus: 503 } });
  });

  test('what is not JSON at all may still have been billed', async () => {
    const garbage: RequestListener = (_, response) => void response.end('<html>');
    const name = await failureName(against(garbage, (url) => converse(url)));
    expect(['ConnectionLost', 'MalformedAnswer']).toContain(name);
  });
});

describe('counting tokens', () => {
  const warnings: string[] = [];
  const count = (endpoint = mock.url, leftMs = 2_000, baseModelId = MODEL) =>
    new BedrockTokenCounter({
      client: clientOf(endpoint),
      clock: systemClock,
      warn: (message) => void warnings.push(message),
    }).count({ baseModelId, prompt: conversation, deadline: systemClock.now() + leftMs });
  const behaving = (behavior: BedrockBehavior, leftMs = 2_000) => {
    mock.behave(behavior);
    return count(mock.url, leftMs);
  };
  beforeEach(() => void warnings.splice(0));

  test('sends the whole prompt, and nothing about the answer', async () => {
    mock.behave({ usage: { inputTokens: 123 } });
    expect(await count()).toBe(123);
    const { system, messages, toolConfig } = conversation;
    const last = mock.requests.list().at(-1);
    expect(last).toMatchObject({ operation: 'CountTokens', modelId: MODEL });
    expect(last?.body).toMatchObject({ input: { converse: { system, messages, toolConfig } } });
    expect(JSON.stringify(last?.body)).not.toContain('maxTokens');
  });

  test.each<[string, () => Promise<number | undefined>]>([
    ['is throttled', () => behaving({ fail: { name: 'ThrottlingException', times: 9 } })],
    ['is refused', () => count(mock.url, 2_000, `us.${MODEL}`)],
    ['takes too long', () => behaving({ hang: true }, 50)],
    ['cannot be reached', async () => count(await against(json({}), async (url) => url))],
  ])('says nothing when it %s, and never tells the prompt', async (_, run) => {
    expect(await run()).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/the strict bound is used$/)]);
    expect(warnings.join()).not.toContain('What is it?');
  });

  test('an answer without a count is not one', async () => {
    expect(await against(json({}), (url) => count(url))).toBeUndefined();
  });
});
