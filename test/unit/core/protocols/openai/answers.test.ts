/** Method: answers and streams of Converse to OpenAI's formats, and errors in OpenAI's shape. */
import { describe, expect, test } from '@jest/globals';
import { problemDetails } from '../../../../../core/call/answers/answers.ts';
import { chatDialect, responsesDialect } from '../../../../../core/protocols/openai/dialect.ts';
import { openAiErrors } from '../../../../../core/protocols/openai/error.ts';
import { unsealed } from '../../../../../core/protocols/openai/thoughts.ts';
import type { Dialect } from '../../../../../core/protocols/relay/dialect.ts';
import { limit, NOW, tags } from '../../../../support/denied-limit.ts';
import { eventFrame, writtenText } from '../../../../support/event-frames.ts';
import { jsonEvents } from '../../../../support/sse.ts';

const call = {
  operation: 'converse' as const,
  requestId: 'a-b',
  answeredAt: 5_999,
  modelName: 'micro',
};
const usage = {
  inputTokens: 4,
  outputTokens: 7,
  cacheReadInputTokens: 2,
  cacheWriteInputTokens: 3,
  totalTokens: 16,
};

async function streamed(dialect: Dialect, frames: readonly Buffer[]): Promise<string> {
  const writer = dialect.toStream({ ...call, operation: 'converse-stream' });
  return writtenText(writer, frames);
}

function whole(dialect: Dialect, content: object, stopReason = 'end_turn') {
  const body = { output: { message: { content } }, stopReason, usage };
  const bytes = dialect.toAnswer(Buffer.from(JSON.stringify(body)), call, {});
  return JSON.parse(Buffer.from(bytes ?? '').toString());
}

const content = [
  { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
  { text: 'Hello' },
  { toolUse: { toolUseId: 't', name: 'look', input: { a: 1 } } },
];

const delta = (index: number, each: object) =>
  eventFrame('contentBlockDelta', { contentBlockIndex: index, delta: each });
const stop = (index: number) => eventFrame('contentBlockStop', { contentBlockIndex: index });
const toolStart = (index: number, toolUseId: string, name = 'look') =>
  eventFrame('contentBlockStart', {
    contentBlockIndex: index,
    start: { toolUse: { toolUseId, name } },
  });
const frames = [
  eventFrame('messageStart', { role: 'assistant' }),
  delta(0, { reasoningContent: { text: 'hm' } }),
  delta(0, { reasoningContent: { signature: 's' } }),
  stop(0),
  delta(1, { text: 'Hel' }),
  delta(1, { text: 'lo' }),
  stop(1),
  toolStart(2, 't1'),
  delta(2, { toolUse: { input: '{"a":' } }),
  delta(2, { toolUse: { input: '1}' } }),
  stop(2),
  toolStart(3, 't2'),
  stop(3),
  eventFrame('messageStop', { stopReason: 'tool_use' }),
  eventFrame('metadata', { usage }),
];

describe('a chat completion', () => {
  const chat = chatDialect({});

  test('has the text, the calls, the reasoning with its signature, and the usage', () => {
    expect(whole(chat, content, 'tool_use')).toEqual({
      id: 'chatcmpl-ab',
      object: 'chat.completion',
      created: 5,
      model: 'micro',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          logprobs: null,
          message: {
            role: 'assistant',
            content: 'Hello',
            refusal: null,
            reasoning_content: 'hm',
            thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 's' }],
            tool_calls: [
              { id: 't', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 7,
        total_tokens: 16,
        prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
      },
    });
  });

  test.each([
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop'],
    ['guardrail_intervened', 'content_filter'],
    ['refusal', 'content_filter'],
  ])('that ended by %s finished by %s', (reason, finish) => {
    expect(whole(chat, [{ text: 'a' }], reason).choices[0].finish_reason).toBe(finish);
  });

  test('of a tool for JSON is that JSON', () => {
    const asked = [{ toolUse: { toolUseId: 't', name: 'json_answer', input: { a: 1 } } }];
    const { message, finish_reason: finish } = whole(chat, asked, 'tool_use').choices[0];
    expect([message.content, message.tool_calls, finish]).toEqual(['{"a":1}', undefined, 'stop']);
  });

  test('streams its deltas, and the usage last where it is asked for', async () => {
    const asked = chatDialect({ stream_options: { include_usage: true } });
    const text = await streamed(asked, frames);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const chunks = jsonEvents(text);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'hm', thinking_blocks: [{ type: 'thinking', thinking: 'hm' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 's' }] },
      { content: 'Hel' },
      { content: 'lo' },
      {
        tool_calls: [
          { index: 0, id: 't1', type: 'function', function: { name: 'look', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
      {
        tool_calls: [
          { index: 1, id: 't2', type: 'function', function: { name: 'look', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
      undefined,
    ]);
    expect(chunks.at(-2)?.choices[0].finish_reason).toBe('tool_calls');
    expect(chunks.slice(0, -1).every((each) => each.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 },
    });
    expect(await streamed(chat, frames)).not.toContain('usage');
  });

  test('that failed ends with an error, and without [DONE]', () => {
    const failed = chat.toStream(call).failure({ name: 'modelStreamErrorException', message: 'm' });
    expect(Buffer.from(failed).toString()).toBe(
      'data: {"error":{"message":"m","type":"server_error","param":null,"code":"server_error"}}\n\n',
    );
  });
});

describe('a response', () => {
  const responses = responsesDialect({ instructions: 'Be brief.' });

  test('has an item for each block', () => {
    const response = whole(responses, content, 'tool_use');
    expect(response).toMatchObject({
      id: 'resp_ab',
      object: 'response',
      created_at: 5,
      status: 'completed',
      store: false,
      instructions: 'Be brief.',
      usage: { input_tokens: 9, output_tokens: 7, total_tokens: 16 },
    });
    const [reasoning, message, called] = response.output;
    expect(reasoning).toMatchObject({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'hm' }],
    });
    expect(unsealed(reasoning.encrypted_content)).toEqual({ text: 'hm', signature: 's' });
    expect(message.content).toEqual([
      { type: 'output_text', text: 'Hello', annotations: [], logprobs: [] },
    ]);
    expect(called).toMatchObject({
      type: 'function_call',
      call_id: 't',
      name: 'look',
      arguments: '{"a":1}',
    });
  });

  test('that was cut by its bound is incomplete', () => {
    expect(whole(responses, [{ text: 'a' }], 'max_tokens')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
  });

  test('streams numbered events, and ends with what it would be in one piece', async () => {
    const events = jsonEvents(await streamed(responses, frames));
    expect(events.map((each) => each.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    const { response } = events.at(-1);
    expect(response.usage).toMatchObject({ input_tokens: 9, output_tokens: 7 });
    const calls = [
      { toolUse: { toolUseId: 't1', name: 'look', input: { a: 1 } } },
      { toolUse: { toolUseId: 't2', name: 'look', input: {} } },
    ];
    const { output } = whole(responses, [...content.slice(0, 2), ...calls], 'tool_use');
    expect(response.output).toEqual(output);
  });

  test('that failed ends with its error', () => {
    const writer = responses.toStream(call);
    const failed = writer.failure({ name: 'throttlingException', message: 'm' });
    const events = jsonEvents(Buffer.from(failed).toString());
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['error', 'response.failed']);
    expect(events.at(-1).response).toMatchObject({
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'm' },
    });
  });
});

describe('an error', () => {
  test('of a limit that only its window ends is a quota that is used up, asked once', () => {
    const problem = problemDetails('limit_exceeded', tags, 'The limit.', { limit });
    const { status, headers, body } = openAiErrors.problem(problem, NOW);
    expect([status, headers['x-should-retry'], headers['retry-after']]).toEqual([
      429,
      'false',
      undefined,
    ]);
    expect(JSON.parse(body)).toEqual({
      error: {
        message: 'The limit.',
        type: 'insufficient_quota',
        param: null,
        code: 'insufficient_quota',
      },
    });
  });

  test('of a limit that passes soon says how long to wait', () => {
    const passing = { ...limit, reason: 'reserved' as const };
    const problem = problemDetails('limit_exceeded', tags, 'a', { limit: passing, retryAfter: 3 });
    const { status, headers, body } = openAiErrors.problem(problem, NOW);
    expect([status, headers['retry-after']]).toEqual([429, '3']);
    expect(JSON.parse(body).error.code).toBe('rate_limit_exceeded');
  });

  test.each([
    ['unauthenticated', 401, 'invalid_api_key'],
    ['forbidden_cost_center', 403, 'forbidden'],
    ['unknown_model', 404, 'model_not_found'],
    ['invalid_request', 400, null],
    ['ledger_unavailable', 503, 'service_unavailable'],
  ] as const)('%s is %i %s', (code, status, name) => {
    const error = openAiErrors.problem(problemDetails(code, tags, '$.tools[0].type: why'), NOW);
    expect([error.status, JSON.parse(error.body).error.code]).toEqual([status, name]);
    expect(JSON.parse(error.body).error.param).toBe('tools[0].type');
  });

  test.each([
    ['ValidationException', 400, 400, undefined],
    ['ThrottlingException', 429, 429, undefined],
    ['ExpiredTokenException', 403, 500, 'false'],
    ['ModelTimeoutException', 408, 504, 'false'],
  ])('%s of the service keeps its words', (name, httpStatus, status, retry) => {
    const failure = { name, message: 'as it is', httpStatus, headers: {} };
    const error = openAiErrors.service?.(failure, 'r');
    expect([error?.status, error?.headers['x-should-retry']]).toEqual([status, retry]);
    expect(JSON.parse(error?.body ?? '').error.message).toBe('as it is');
  });
});
