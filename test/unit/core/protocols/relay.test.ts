/**
 * Calls through the real steps and a real ledger; the model is scripted, its frames are real.
 * Method: for each way a stream can end, what the caller gets, what is settled, and when.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import { accountKey } from '../../../../core/ledger/account-keys.ts';
import type { ModelRelay, RelayPorts } from '../../../../core/protocols/relay/ports.ts';
import { relayCall } from '../../../../core/protocols/relay/relay-call.ts';
import { type CallHarness, callHarnessOn } from '../../../support/call-harness.ts';
import {
  chunkFrame,
  errorFrame,
  eventFrame,
  exceptionFrame,
} from '../../../support/event-frames.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { limitsConfig, policyOf } from '../../../support/policy.ts';
import { relayedRequest } from '../../../support/relayed-request.ts';

let table: TestLedger;
let bench: CallHarness;
let ports: RelayPorts;
let sent: Parameters<ModelRelay['send']>[0][];
/** The model's answer: frames, one after another, or an error at the end. */
let script: { status?: number; headers?: Record<string, string>; parts: (Buffer | Error)[] };

beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

let limits = 0;
const config = (amount = 10) =>
  limitsConfig([{ name: `l${++limits}`, window: 'month', unit: 'usd', amount }]);

beforeEach(() => {
  bench = callHarnessOn(table, policyOf(config()));
  sent = [];
  script = { parts: [] };
  const relay: ModelRelay = {
    send: async (request) => {
      sent.push(request);
      const { status = 200, headers = {}, parts } = script;
      return { outcome: 'answered', status, headers, body: bodyOf(parts) };
    },
  };
  ports = { ...bench.ports, relay, frames: eventStream };
});

async function* bodyOf(parts: readonly (Buffer | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

const request = (over: object = {}) =>
  relayedRequest(table.clock, { operation: 'converse-stream' as const, ...over });

/** All that comes out, and whether the call was settled as each part came. */
async function relayed(over: object = {}) {
  const outcome = await relayCall(ports, request(over));
  const parts: { bytes: Buffer; settled: boolean }[] = [];
  if (outcome.kind === 'relayed' && !(outcome.body instanceof Uint8Array)) {
    for await (const bytes of outcome.body) {
      parts.push({ bytes: Buffer.from(bytes), settled: bench.audit.length > 0 });
    }
  }
  return { outcome, parts, bytes: Buffer.concat(parts.map((each) => each.bytes)) };
}

const worst = () => bench.audit.at(-1)?.reservedNanoUsd ?? 0;
const actual = () => bench.audit.at(-1)?.actualNanoUsd;

const start = eventFrame('messageStart', { role: 'assistant' });
const delta = (text: string) =>
  eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text }, p: 'abc' });
const stop = eventFrame('messageStop', { stopReason: 'end_turn' });
const metadata = eventFrame('metadata', {
  usage: { inputTokens: 8, outputTokens: 5, totalTokens: 13 },
  metrics: { latencyMs: 5 },
});

describe('a front that gives up an answer that has not begun', () => {
  test.each([
    ['of a call without a stream', 'converse', 20_000, 20_000],
    ['of a stream, which may go on after that', 'converse-stream', 60_000, 20_000],
  ])('bounds the time %s', async (_what, operation, deadline, answerBy) => {
    script.parts = [start, stop, metadata];
    await relayed({ operation, answerBy: table.clock.now() + 20_000 });
    // The rest is for writing the outcome.
    const left = (until = 0) => until - table.clock.now() + 1_500;
    expect(left(sent[0]?.deadline)).toBe(deadline);
    expect(left(sent[0]?.answerBy)).toBe(answerBy);
  });
});

describe('a stream', () => {
  test('comes out byte for byte, and is settled before its last event', async () => {
    const frames = [start, delta('Hel'), delta('lo'), stop, metadata];
    script.parts = frames;
    const { bytes, parts } = await relayed();
    expect(bytes.equals(Buffer.concat(frames))).toBe(true);
    expect(parts.map(({ settled }) => settled)).toEqual([false, false, false, false, true]);
    expect(bench.audit).toHaveLength(1);
    expect(bench.audit[0]).toMatchObject({
      outcome: 'succeeded',
      settlement: 'settled',
      usage: { inputTokens: 8, outputTokens: 5 },
    });
  });

  test('that is split anywhere comes out the same', async () => {
    const whole = Buffer.concat([start, delta('Hello'), stop, metadata]);
    script.parts = Array.from({ length: whole.length }, (_, at) => whole.subarray(at, at + 1));
    const { bytes } = await relayed();
    expect(bytes.equals(whole)).toBe(true);
    expect(bench.audit[0]?.usage).toMatchObject({ outputTokens: 5 });
  });

  test('that ends without its usage is settled at its worst case, and ends cleanly', async () => {
    script.parts = [start, delta('Hello'), stop];
    const { bytes } = await relayed();
    expect(bytes.equals(Buffer.concat([start, delta('Hello'), stop]))).toBe(true);
    expect(actual()).toBe(worst());
    expect(worst()).toBeGreaterThan(0);
  });

  test.each([
    ['ends early', []],
    ['breaks off within a frame', [delta('Hello').subarray(0, 41)]],
    ['loses its connection', [new Error('socket hang up')]],
  ])('that %s ends with an exception, settled at its worst case', async (_, last) => {
    script.parts = [start, delta('Hel'), ...last];
    const { bytes } = await relayed();
    expect(bytes.toString('latin1')).toContain('modelStreamErrorException');
    expect(actual()).toBe(worst());
    expect(bench.audit[0]).toMatchObject({ outcome: 'failed', settlement: 'worst_case' });
  });

  test.each([
    ['an exception', exceptionFrame('throttlingException', 'slow down')],
    ['an error', errorFrame('InternalFailure', 'oh')],
  ])('with %s midway is settled by what came', async (_, last) => {
    script.parts = [start, delta('Hello'), last];
    const { bytes } = await relayed();
    expect(bytes.subarray(bytes.length - last.length).equals(last)).toBe(true);
    expect(actual()).toBeGreaterThan(0);
    expect(actual()).toBeLessThan(worst());
    expect(bench.audit[0]).toMatchObject({ outcome: 'failed', settlement: 'settled' });
  });

  test('with an exception midway is settled at its worst case where reasoning is hidden', async () => {
    const hidden = { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'AA==' } } };
    script.parts = [start, eventFrame('contentBlockDelta', hidden), exceptionFrame('a', 'b')];
    await relayed();
    expect(actual()).toBe(worst());
  });

  test('that begins with a throttling exception costs nothing', async () => {
    script.parts = [exceptionFrame('throttlingException', 'slow down')];
    await relayed();
    expect(bench.audit[0]).toMatchObject({ outcome: 'failed', settlement: 'released' });
  });

  test('of InvokeModel is settled before the event with its metrics', async () => {
    const frames = [
      chunkFrame({
        type: 'message_start',
        message: { usage: { input_tokens: 8, output_tokens: 1 } },
      }),
      chunkFrame({ type: 'content_block_delta', delta: { text: 'Hello' } }),
      chunkFrame({ type: 'message_delta', usage: { output_tokens: 6 } }),
      chunkFrame({
        type: 'message_stop',
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 8, outputTokenCount: 4 },
      }),
    ];
    script.parts = frames;
    const { parts } = await relayed({
      operation: 'invoke-with-response-stream',
      body: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 50 },
    });
    expect(parts.map(({ settled }) => settled)).toEqual([false, false, false, true]);
    expect(bench.audit[0]?.usage).toMatchObject({ inputTokens: 8, outputTokens: 6 });
  });

  const nothing = { inputTokens: 8, outputTokens: 0, totalTokens: 8 };

  test('in which the model wrote nothing is settled at its input', async () => {
    script.parts = [start, stop, eventFrame('metadata', { usage: nothing })];
    await relayed();
    expect(bench.audit[0]).toMatchObject({ settlement: 'settled', usage: { outputTokens: 0 } });
  });

  test('of InvokeModel in which the model wrote nothing is settled at its input', async () => {
    const stopEvent = {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 8, outputTokenCount: 0 },
    };
    script.parts = [chunkFrame({ type: 'message_start', message: {} }), chunkFrame(stopEvent)];
    const body = { anthropic_version: 'a', max_tokens: 9, messages: [] };
    await relayed({ operation: 'invoke-with-response-stream', body });
    expect(bench.audit[0]).toMatchObject({ settlement: 'settled', usage: { outputTokens: 0 } });
  });

  test('with text and no output cannot be right, and is settled at its worst case', async () => {
    script.parts = [start, delta('Hello'), stop, eventFrame('metadata', { usage: nothing })];
    await relayed();
    expect(actual()).toBe(worst());
  });

  const exception = exceptionFrame('throttlingException', 'slow down');
  test.each([
    ['whole', [start, delta('Hel'), delta('lo'), stop, metadata]],
    ['broken off by an exception', [start, delta('Hel'), delta('lo'), exception]],
  ])('that is %s costs the same at whichever event its reader leaves', async (_, frames) => {
    script.parts = frames;
    await relayed();
    const expected = actual();
    for (const leavesAfter of frames.keys()) {
      bench.audit.length = 0;
      const outcome = await relayCall(ports, request());
      if (outcome.kind !== 'relayed' || outcome.body instanceof Uint8Array)
        throw new Error('no stream');
      let events = 0;
      for await (const __ of outcome.body) if (events++ === leavesAfter) break;
      expect(bench.audit[0]).toMatchObject({ settlement: 'settled' });
      expect(actual()).toBe(expected);
    }
  });
});

describe('an answer in one piece', () => {
  const whole = (body: object): Buffer => Buffer.from(JSON.stringify(body, null, 1));

  test('comes out byte for byte and is settled at its usage', async () => {
    script.parts = [whole({ output: {}, usage: { inputTokens: 8, outputTokens: 5 } })];
    const { outcome } = await relayed({ operation: 'converse' });
    expect(outcome).toMatchObject({ kind: 'relayed', status: 200, body: script.parts[0] });
    expect(bench.audit[0]).toMatchObject({ settlement: 'settled', usage: { outputTokens: 5 } });
  });

  test('without usage is settled at its worst case', async () => {
    script.parts = [whole({ output: {} })];
    await relayed({ operation: 'converse' });
    expect(actual()).toBe(worst());
    expect(worst()).toBeGreaterThan(0);
  });

  test.each([
    ['converse', { output: { message: { content: [] } } }, true],
    ['converse', { output: { message: { content: [{ text: '' }] } } }, true],
    ['converse', { output: { message: { content: [{ text: 'a' }] } } }, false],
    ['converse', { output: { message: { content: [{ toolUse: {} }] } } }, false],
  ])('of %s with %j and no output is settled at its input: %s', async (operation, body, exact) => {
    script.parts = [whole({ ...body, usage: { inputTokens: 8, outputTokens: 0 } })];
    await relayed({ operation });
    expect(bench.audit[0]?.settlement).toBe(exact ? 'settled' : 'worst_case');
  });

  test('is metered by its headers where the body says nothing', async () => {
    script.parts = [whole({ completion: 'a' })];
    script.headers = {
      'x-amzn-bedrock-input-token-count': '18',
      'x-amzn-bedrock-output-token-count': '87',
    };
    await relayed({ operation: 'invoke', body: { prompt: 'a', max_tokens_to_sample: 90 } });
    expect(bench.audit[0]?.usage).toMatchObject({ inputTokens: 18, outputTokens: 87 });
  });

  test('that refuses the request is passed on, and nothing is charged', async () => {
    script = {
      status: 400,
      headers: { 'x-amzn-errortype': 'ValidationException:http://internal/coral/' },
      parts: [whole({ message: 'wrong' })],
    };
    const { outcome } = await relayed({ operation: 'converse' });
    expect(outcome).toMatchObject({ kind: 'relayed', status: 400, body: script.parts[0] });
    expect(bench.audit[0]).toMatchObject({
      settlement: 'released',
      error: { name: 'ValidationException' },
    });
  });

  test.each([408, 424, 500])('of status %d may have run and is charged', async (status) => {
    script = { status, parts: [whole({ message: 'oh' })] };
    await relayed({ operation: 'converse' });
    expect(actual()).toBe(worst());
  });
});

describe('the names of a call', () => {
  test('are written into the metadata of the call, next to what the caller wrote', async () => {
    script.parts = [metadata];
    const body = {
      messages: [{ role: 'user', content: [{ text: 'a' }] }],
      requestMetadata: { own: 'x' },
    };
    await relayed({ body, key: { ...request().key, user: 'alice@example.com' } });
    expect(JSON.parse(sent[0]?.body ?? '').requestMetadata).toEqual({
      own: 'x',
      requestId: bench.audit[0]?.requestId,
      costCenter: 'retail',
      application: 'faq',
      environment: 'production',
      user: 'alice@example.com',
    });
  });

  test.each([
    ['path', { path: { environment: 'dev' } }, 'forbidden_environment'],
    ['header', { header: { costCenter: 'other' } }, 'forbidden_cost_center'],
    [
      'metadata',
      { body: { messages: [], requestMetadata: { application: 'other' } } },
      'forbidden_application',
    ],
  ])('by the %s must agree with the key', async (_, over, code) => {
    const { outcome } = await relayed(over);
    expect(outcome).toMatchObject({ kind: 'problem', problem: { status: 403, code } });
    expect(sent).toEqual([]);
  });

  test('with a model that the key may not use is refused', async () => {
    const { outcome } = await relayed({ models: ['micro'] });
    expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'model_not_allowed' } });
  });
});

test('a call above the limit reaches no model and changes no counter', async () => {
  bench.policy = policyOf(config(0.000001));
  const { outcome } = await relayed();
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'limit_exceeded' } });
  expect(sent).toEqual([]);
  expect(bench.audit[0]).toMatchObject({ outcome: 'denied' });
});

test('two hundred streams at once: used is the sum of the audit log, and nothing stays reserved', async () => {
  script.parts = [start, delta('Hello'), stop, metadata];
  const results = await Promise.all(Array.from({ length: 200 }, () => relayed()));
  const expected = Buffer.concat([start, delta('Hello'), stop, metadata]);
  expect(results.every(({ bytes }) => bytes.equals(expected))).toBe(true);
  const sum = bench.audit.reduce((total, line) => total + (line.actualNanoUsd ?? 0), 0);
  const account = accountKey({ kind: 'costCenter', name: 'retail' }, 0);
  const counters = [...(await table.counters(account)).entries()];
  const name = [...(bench.policy.costCenters.get('retail')?.limits ?? [])][0]?.name ?? '';
  const [, state] = counters.find(([key]) => key.includes(name)) ?? [];
  expect(state).toEqual({ committed: sum, settled: sum });
});
