/** Method: shapes and figures as models report them, read from bodies, headers and streams. */
import { describe, expect, test } from '@jest/globals';
import { countsInHeaders, countsInJson } from '../../../../core/protocols/metering/read-counts.ts';
import { StreamMeter } from '../../../../core/protocols/metering/stream-meter.ts';
import {
  highest,
  sumOf,
  toCount,
  toReportedUsage,
} from '../../../../core/protocols/metering/token-counts.ts';

describe('an event of InvokeModel', () => {
  const hasContent = (json: object): boolean => {
    const meter = new StreamMeter();
    const payload = { bytes: Buffer.from(JSON.stringify(json)).toString('base64') };
    meter.add({ bytes: new Uint8Array(), kind: 'event', name: 'chunk', message: '', payload });
    return meter.hasContent;
  };

  test.each(['message_start', 'message_delta', 'message_stop', 'ping'])(
    'of the type %s holds nothing that the model wrote',
    (type) => expect(hasContent({ type })).toBe(false),
  );

  test.each([
    { type: 'content_block_delta', delta: { text: 'Hello' } },
    { type: 'completion', completion: 'Hello' },
    { type: 'unheard_of' },
    { outputText: 'Hello' },
  ])('such as %j may hold something', (json) => expect(hasContent(json)).toBe(true));
});

describe('counts in a body', () => {
  test.each([
    ['Converse', { usage: { inputTokens: 7, outputTokens: 9, totalTokens: 16 } }, [7, 9]],
    [
      'Converse with each cache count under two names',
      {
        usage: {
          inputTokens: 16,
          outputTokens: 40,
          cacheReadInputTokens: 3,
          cacheReadInputTokenCount: 3,
          cacheWriteInputTokens: 0,
          cacheWriteInputTokenCount: 5,
        },
      },
      [16, 40, 3, 5],
    ],
    [
      'Anthropic with the writes split by lifetime',
      {
        usage: {
          input_tokens: 3,
          output_tokens: 44,
          cache_read_input_tokens: 9511,
          cache_creation_input_tokens: 1956,
          cache_creation: { ephemeral_5m_input_tokens: 956, ephemeral_1h_input_tokens: 1000 },
        },
      },
      [3, 44, 9511, 1956, 956],
    ],
    [
      'OpenAI, whose prompt includes what was cached',
      {
        usage: {
          prompt_tokens: 100,
          completion_tokens: 20,
          prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        },
      },
      [30, 20, 60, 10],
    ],
    [
      'the Responses API, whose input includes what was cached',
      {
        usage: {
          input_tokens: 100,
          input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
          output_tokens: 20,
          output_tokens_details: { reasoning_tokens: 5 },
          total_tokens: 120,
        },
      },
      [30, 20, 60, 10],
    ],
    [
      'Anthropic with thinking, which its output includes',
      {
        usage: {
          input_tokens: 51,
          cache_creation_input_tokens: 0,
          output_tokens: 1699,
          output_tokens_details: { thinking_tokens: 139 },
          service_tier: 'standard',
        },
      },
      [51, 1699],
    ],
    ['Llama', { prompt_token_count: 8, generation_token_count: 35 }, [8, 35]],
    ['Titan', { inputTextTokenCount: 6.0, results: [{ tokenCount: 3.2 }] }, [6, 4]],
    ['Cohere', { meta: { billed_units: { input_tokens: 9, output_tokens: 2 } } }, [9, 2]],
    [
      'the metrics of an invocation with lower counts of the model',
      {
        usage: { inputTokens: 30 },
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 51 },
      },
      [30, 51],
    ],
  ])('%s', (_, body, [input, output, cacheRead, cacheWrite, cacheWrite5m]) => {
    expect(countsInJson(body)).toMatchObject({
      input,
      output,
      ...(cacheRead !== undefined && { cacheRead }),
      ...(cacheWrite !== undefined && { cacheWrite }),
      ...(cacheWrite5m !== undefined && { cacheWrite5m }),
    });
  });

  test('iterations are summed, and the sum counts where it is more than the whole', () => {
    const usage = {
      input_tokens: 682,
      output_tokens: 1320,
      iterations: [
        { input_tokens: 60_385, output_tokens: 592 },
        { input_tokens: 682, output_tokens: 1320 },
      ],
    };
    expect(countsInJson({ usage })).toMatchObject({ input: 61_067, output: 1912 });
  });

  test('a lifetime other than five minutes is not counted as five minutes', () => {
    const usage = {
      inputTokens: 3,
      outputTokens: 4,
      cacheWriteInputTokens: 500,
      cacheDetails: [{ ttl: '2h', inputTokens: 500 }],
    };
    const reported = toReportedUsage(countsInJson({ usage }), true);
    expect(reported.cacheDetails).toContainEqual({ ttl: '1h', inputTokens: 500 });
  });

  test('nothing is found in a body without counts', () => {
    expect(countsInJson({ outputs: [{ text: 'a' }] })).toEqual({});
    expect(countsInJson('text')).toEqual({});
  });
});

describe('counts in headers', () => {
  test('are read, and complete those of the body', () => {
    const headers = {
      'x-amzn-bedrock-input-token-count': '30',
      'x-amzn-bedrock-output-token-count': '51',
      'x-amzn-bedrock-cache-read-input-token-count': '0',
    };
    const counts = highest([
      countsInJson({ usage: { inputTokens: 30 } }),
      countsInHeaders(headers),
    ]);
    expect(counts).toEqual({ input: 30, output: 51, cacheRead: 0 });
  });
});

describe('a count', () => {
  test.each([
    [6.0, 6],
    [3.2, 4],
    ['18', 18],
    [0, 0],
  ])('%p is %p', (value, count) => expect(toCount(value)).toBe(count));

  test.each([-1, Number.NaN, Infinity, 'many', {}, true])('%p is not one', (value) =>
    expect(toCount(value)).toBeNaN(),
  );

  test.each([null, undefined])('%p is missing', (value) => expect(toCount(value)).toBeUndefined());

  test('that makes no sense gives way to one that does, and spoils a sum', () => {
    expect(highest([{ input: Number.NaN }, { input: 4 }])).toEqual({ input: 4 });
    expect(sumOf([{ input: Number.NaN }, { input: 4 }]).input).toBeNaN();
  });
});

/** Feeds the meter with the model's own JSON, as chunks carry it. */
function meterOf(...events: readonly object[]): StreamMeter {
  const meter = new StreamMeter();
  for (const event of events) {
    const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
    const frame = { bytes: new Uint8Array(), message: '', payload: { bytes } };
    meter.add({ ...frame, kind: 'event', name: 'chunk' });
  }
  return meter;
}

describe('a stream', () => {
  test('of Claude: the highest of message_delta and of metrics that lie below it', () => {
    const meter = meterOf(
      { type: 'message_start', message: { usage: { input_tokens: 392, output_tokens: 4 } } },
      { type: 'message_delta', usage: { output_tokens: 134 } },
      {
        type: 'message_stop',
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 392, outputTokenCount: 90 },
      },
    );
    expect(meter.counts).toMatchObject({ input: 392, output: 134 });
    expect(meter).toMatchObject({ hasStopped: true, hasUsage: true, events: 3 });
  });

  test('of Claude: a start that comes twice is counted once, and a correction counts', () => {
    const start = {
      type: 'message_start',
      message: { usage: { input_tokens: 43, output_tokens: 1 } },
    };
    const meter = meterOf(start, start, {
      type: 'message_delta',
      usage: { input_tokens: 61, output_tokens: 2 },
    });
    expect(meter.counts).toMatchObject({ input: 61, output: 2 });
    expect(meter.hasStopped).toBe(false);
  });

  test('of Claude: passes of a call that a delta resets count all, by their iterations', () => {
    const pass = (input: number, output: number, read: number) => ({
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: 0,
    });
    const meter = meterOf(
      { type: 'message_start', message: { usage: pass(100, 7, 55_096) } },
      {
        type: 'message_delta',
        usage: { ...pass(181, 8, 0), iterations: [pass(100, 83, 55_096), pass(181, 8, 0)] },
      },
      { type: 'message_stop' },
    );
    expect(meter.counts).toMatchObject({ input: 281, output: 91, cacheRead: 55_096 });
  });

  test('of OpenAI: the chunk with the usage counts, also before another one', () => {
    const meter = meterOf(
      { choices: [{ delta: { content: 'Paris' }, finish_reason: null }], usage: null },
      { choices: [{ delta: {}, finish_reason: 'stop' }], usage: null },
      { choices: [], usage: { prompt_tokens: 13, completion_tokens: 11, total_tokens: 24 } },
      { choices: [], usage: null },
    );
    expect(meter.counts).toMatchObject({ input: 13, output: 11 });
  });

  test('of Llama: counts that are null from the second event on keep their first value', () => {
    const meter = meterOf(
      { generation: 'a', prompt_token_count: 10, generation_token_count: 1, stop_reason: null },
      { generation: 'b', prompt_token_count: null, generation_token_count: 2, stop_reason: null },
    );
    expect(meter.counts).toEqual({ input: 10, output: 2 });
    expect(meter.hasStopped).toBe(false);
  });

  test.each([
    ['Llama', { generation: '', stop_reason: 'stop' }],
    ['Cohere', { is_finished: true }],
    ['Titan', { completionReason: 'FINISH' }],
    ['Mistral', { outputs: [{ text: '', stop_reason: 'stop' }] }],
    ['OpenAI', { choices: [{ finish_reason: 'stop' }] }],
    ['Nova', { messageStop: { stopReason: 'end_turn' } }],
  ])('of %s says when it is done', (_, last) => expect(meterOf(last).hasStopped).toBe(true));

  test('counts what was written, and sees that reasoning is hidden', () => {
    const meter = new StreamMeter();
    const delta = { text: 'hello' };
    const frame = { bytes: new Uint8Array(), kind: 'event' as const, message: '' };
    meter.add({ ...frame, name: 'contentBlockDelta', payload: { delta, p: 'x'.repeat(1000) } });
    expect(meter.writtenBytes).toBeGreaterThanOrEqual(5);
    expect(meter.writtenBytes).toBeLessThan(100);
    expect(meter.hidesReasoning).toBe(false);
    const hidden = { delta: { reasoningContent: { redactedContent: 'AA==' } } };
    meter.add({ ...frame, name: 'contentBlockDelta', payload: hidden });
    expect(meter.hidesReasoning).toBe(true);
  });
});
