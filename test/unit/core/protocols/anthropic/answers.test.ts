/** Method: answers and streams of models to Messages; errors in Anthropic's shape. */
import { describe, expect, test } from '@jest/globals';
import { problemDetails } from '../../../../../core/call/answers/answers.ts';
import { anthropicDialect } from '../../../../../core/protocols/anthropic/dialect.ts';
import { anthropicErrors } from '../../../../../core/protocols/anthropic/error.ts';
import type { ModelOperation } from '../../../../../core/protocols/fields/operations.ts';
import { limit, NOW, tags } from '../../../../support/denied-limit.ts';
import { chunkFrame, eventFrame, writtenText } from '../../../../support/event-frames.ts';
import { jsonEvents, readSse } from '../../../../support/sse.ts';

const dialect = anthropicDialect({ body: {}, headers: new Headers() });
const callOf = (operation: ModelOperation) => ({
  operation,
  requestId: 'a-b',
  answeredAt: 0,
  modelName: 'micro',
});

async function streamed(operation: ModelOperation, frames: readonly Buffer[]): Promise<string> {
  const writer = dialect.toStream(callOf(operation));
  return writtenText(writer, frames);
}

describe("Claude's own stream", () => {
  test('comes out as it is, without what Bedrock adds', async () => {
    const start = { type: 'message_start', message: { usage: { input_tokens: 3 } } };
    const stop = {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 3 },
    };
    const text = await streamed('invoke-with-response-stream', [
      chunkFrame(start),
      chunkFrame(stop),
    ]);
    expect(text).toBe(
      `event: message_start\ndata: ${JSON.stringify(start)}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`,
    );
  });

  test('keeps each event in one line, however the model wrote it', async () => {
    const bytes = Buffer.from('{"type": "ping",\n "a": 1}').toString('base64');
    const text = await streamed('invoke-with-response-stream', [eventFrame('chunk', { bytes })]);
    expect(text).toBe('event: ping\ndata: {"type":"ping","a":1}\n\n');
  });
});

describe('a stream of Converse', () => {
  const delta = (index: number, each: object) =>
    eventFrame('contentBlockDelta', { contentBlockIndex: index, delta: each });
  const frames = [
    eventFrame('messageStart', { role: 'assistant' }),
    delta(0, { reasoningContent: { text: 'hm' } }),
    delta(0, { reasoningContent: { signature: 's' } }),
    eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
    delta(1, { text: '' }),
    eventFrame('contentBlockStop', { contentBlockIndex: 1 }),
    delta(2, { text: 'Hello' }),
    eventFrame('contentBlockStop', { contentBlockIndex: 2 }),
    eventFrame('contentBlockStart', {
      contentBlockIndex: 3,
      start: { toolUse: { toolUseId: 't', name: 'look' } },
    }),
    delta(3, { toolUse: { input: '{"a":' } }),
    delta(3, { toolUse: { input: '1}' } }),
    eventFrame('contentBlockStop', { contentBlockIndex: 3 }),
    eventFrame('messageStop', { stopReason: 'tool_use' }),
  ];
  const usage = { inputTokens: 4, outputTokens: 7, cacheReadInputTokens: 2 };

  test('becomes the events of Messages, with blocks numbered without gaps', async () => {
    const events = jsonEvents(
      await streamed('converse-stream', [...frames, eventFrame('metadata', { usage })]),
    );
    expect(events.map(({ type, index }) => [type, index])).toEqual([
      ['message_start', undefined],
      ['content_block_start', 0],
      ['content_block_delta', 0],
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1],
      ['content_block_start', 2],
      ['content_block_delta', 2],
      ['content_block_delta', 2],
      ['content_block_stop', 2],
      ['message_delta', undefined],
      ['message_stop', undefined],
    ]);
    expect(events[3].delta).toEqual({ type: 'signature_delta', signature: 's' });
    expect(events[8].content_block).toEqual({ type: 'tool_use', id: 't', name: 'look', input: {} });
    expect(events[12]).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { input_tokens: 4, output_tokens: 7, cache_read_input_tokens: 2 },
    });
  });

  test('without usage ends as well, and says that it is not known', async () => {
    const events = jsonEvents(await streamed('converse-stream', frames));
    expect(events.at(-2)).toMatchObject({ usage: { input_tokens: null, output_tokens: null } });
    expect(events.at(-1)).toEqual({ type: 'message_stop' });
  });

  test('that failed ends with an error event', () => {
    const writer = dialect.toStream(callOf('converse-stream'));
    const failure = { name: 'throttlingException', message: 'slow down' };
    const [event] = readSse(Buffer.from(writer.failure(failure)).toString());
    expect(event?.event).toBe('error');
    expect(JSON.parse(event?.data ?? '')).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'slow down' },
      request_id: 'a-b',
    });
  });
});

describe('a whole answer', () => {
  const toJson = (body: object) => {
    const bytes = dialect.toAnswer(Buffer.from(JSON.stringify(body)), callOf('converse'), {});
    return bytes && JSON.parse(Buffer.from(bytes).toString());
  };

  test('of Claude is the same bytes', () => {
    const bytes = Buffer.from('{ "a" : 1 }');
    expect(dialect.toAnswer(bytes, callOf('invoke'), {})).toBe(bytes);
  });

  test('of Converse becomes a message', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { reasoningContent: { redactedContent: 'AA==' } },
      { text: 'Hello' },
      { toolUse: { toolUseId: 't', name: 'look', input: { a: 1 } } },
    ];
    const cacheDetails = [
      { ttl: '5m', inputTokens: 2 },
      { ttl: '1h', inputTokens: 3 },
    ];
    const usage = { inputTokens: 4, outputTokens: 7, cacheWriteInputTokens: 5, cacheDetails };
    expect(toJson({ output: { message: { content } }, stopReason: 'max_tokens', usage })).toEqual({
      id: 'msg_ab',
      type: 'message',
      role: 'assistant',
      model: 'micro',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 's' },
        { type: 'redacted_thinking', data: 'AA==' },
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', id: 't', name: 'look', input: { a: 1 } },
      ],
      stop_reason: 'max_tokens',
      stop_sequence: null,
      usage: {
        input_tokens: 4,
        output_tokens: 7,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
      },
    });
  });

  test('without a message is malformed', () => expect(toJson({ output: {} })).toBeUndefined());
});

describe('an error', () => {
  const read = ({ status, headers, body }: ReturnType<typeof anthropicErrors.problem>) => ({
    status,
    headers,
    body: JSON.parse(body),
  });

  test('of a limit that only its window ends is a billing error, asked once', () => {
    const problem = problemDetails('limit_exceeded', tags, 'The limit.', { limit });
    const error = read(anthropicErrors.problem(problem, NOW));
    expect(error).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'x-should-retry': 'false' },
      body: {
        type: 'error',
        error: { type: 'billing_error', message: 'The limit.' },
        request_id: 'r',
      },
    });
  });

  test('of a limit that passes soon is a rate limit, with the seconds to wait', () => {
    const passing = { ...limit, reason: 'reserved' as const };
    const problem = problemDetails('limit_exceeded', tags, 'a', { limit: passing, retryAfter: 3 });
    const { status, headers, body } = read(anthropicErrors.problem(problem, NOW));
    expect([status, headers['retry-after'], body.error.type]).toEqual([
      429,
      '3',
      'rate_limit_error',
    ]);
  });

  test.each([
    ['unauthenticated', 401, 'authentication_error'],
    ['forbidden_cost_center', 403, 'permission_error'],
    ['unknown_model', 404, 'not_found_error'],
    ['invalid_request', 400, 'invalid_request_error'],
    ['ledger_unavailable', 503, 'api_error'],
  ] as const)('%s is %i %s', (code, status, type) => {
    const error = read(anthropicErrors.problem(problemDetails(code, tags, 'why'), NOW));
    expect([error.status, error.body.error.type]).toEqual([status, type]);
  });

  test.each([
    ['ValidationException', 400, 400, 'invalid_request_error', undefined],
    ['ThrottlingException', 429, 429, 'rate_limit_error', undefined],
    ['AccessDeniedException', 403, 403, 'permission_error', undefined],
    ['ExpiredTokenException', 403, 500, 'api_error', 'false'],
    ['ModelErrorException', 424, 500, 'api_error', 'false'],
    ['ModelTimeoutException', 408, 504, 'timeout_error', 'false'],
    ['ServiceUnavailableException', 503, 503, 'api_error', undefined],
  ])('%s of the service keeps its words', (name, httpStatus, status, type, retry) => {
    const failure = { name, message: 'thinking: as it is', httpStatus, headers: {} };
    const error = anthropicErrors.service?.(failure, 'r');
    expect(error?.status).toBe(status);
    expect(error?.headers['x-should-retry']).toBe(retry);
    expect(JSON.parse(error?.body ?? '').error).toEqual({ type, message: 'thinking: as it is' });
  });
});
