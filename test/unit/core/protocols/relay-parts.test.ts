/**
 * Calls with several parts through the real steps and a real ledger; the model is scripted.
 * Goal: all parts are reserved before the first is sent, few run at once, and what ran is settled.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import { formatUsd } from '../../../../core/money.ts';
import { answerHeaders } from '../../../../core/protocols/http/answer-headers.ts';
import { embeddingsDialect } from '../../../../core/protocols/openai/embeddings.ts';
import { openAiErrors } from '../../../../core/protocols/openai/error.ts';
import type { ModelRelay } from '../../../../core/protocols/relay/ports.ts';
import { relayCall } from '../../../../core/protocols/relay/relay-call.ts';
import { callHarnessOn } from '../../../support/call-harness.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { configWith, policyOf } from '../../../support/policy.ts';
import { relayedRequest } from '../../../support/relayed-request.ts';

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

type Sent = Awaited<ReturnType<ModelRelay['send']>>;
/** 20 nano-USD a token: no text of this test has more than a thousand. */
const PRICE = 20;

const answer = (status: number, body: object, headers = {}): Sent => ({
  outcome: 'answered',
  status,
  headers,
  body: (async function* () {
    yield Buffer.from(JSON.stringify(body));
  })(),
});
const vector = (text: string): Sent =>
  answer(200, { embedding: [text.length], inputTextTokenCount: 3 });

let limits = 0;

/** Runs a request: its answer, the texts that reached the model, and the most calls at once. */
async function embedded(
  input: readonly string[],
  reply: (text: string) => Sent = vector,
  limit: object = { unit: 'usd', amount: 10 },
  isReplaced = false,
) {
  const named = { name: `parts${++limits}`, window: 'month', ...limit };
  const retail = { model: 'titan', models: ['titan'], applications: ['faq'], limits: [named] };
  const policyWith = (model_id: string) =>
    policyOf(configWith({ models: { titan: { model_id } }, cost_centers: { retail } }));
  const bench = callHarnessOn(table, policyWith('amazon.titan-embed-text-v2:0'));
  const sent: string[] = [];
  let running = 0;
  let most = 0;
  const relay: ModelRelay = {
    send: async ({ body, modelId }) => {
      if (isReplaced && modelId === 'amazon.titan-embed-text-v2:0') {
        bench.policy = policyWith('amazon.titan-embed-text-v1');
        return answer(
          404,
          { message: 'gone' },
          { 'x-amzn-errortype': 'ResourceNotFoundException' },
        );
      }
      const { inputText } = JSON.parse(body);
      sent.push(inputText);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return reply(inputText);
    },
  };
  const body = { model: 'titan', input };
  const dialect = embeddingsDialect(body);
  const request = relayedRequest(table.clock, { modelName: 'titan', body, dialect });
  const outcome = await relayCall({ ...bench.ports, relay, frames: eventStream }, request);
  const bytes = 'body' in outcome && outcome.body instanceof Uint8Array ? outcome.body : undefined;
  const json = bytes && JSON.parse(Buffer.from(bytes).toString());
  return { outcome, json, sent, most, audit: bench.audit };
}

const texts = (count: number) => Array.from({ length: count }, (_, at) => 'x'.repeat(at + 1));

test('are sent eight at a time, answered in their order, and settled as one', async () => {
  const { json, sent, most, audit } = await embedded(texts(20));
  expect(most).toBe(8);
  expect(sent).toEqual(texts(20));
  expect(json.data.map((each: { index: number }) => each.index)).toEqual([...texts(20).keys()]);
  expect(json.data.map((each: { embedding: number[] }) => each.embedding[0])).toEqual(
    texts(20).map(({ length }) => length),
  );
  expect(json.usage).toEqual({ prompt_tokens: 60, total_tokens: 60 });
  expect(audit).toHaveLength(1);
  expect(audit[0]).toMatchObject({
    settlement: 'settled',
    usage: { inputTokens: 60, outputTokens: 0 },
    actualNanoUsd: 60 * PRICE,
  });
});

test('are reserved with the worst case of all of them', async () => {
  const one = await embedded(['a']);
  const four = await embedded(['a', 'a', 'a', 'a']);
  expect(four.audit[0]?.reservedNanoUsd).toBe(4 * (one.audit[0]?.reservedNanoUsd ?? 0));
});

test('of which not all fit into a limit are denied before the first is sent', async () => {
  const { outcome, sent, audit } = await embedded(texts(4), vector, {
    unit: 'requests',
    amount: 3,
  });
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'limit_exceeded' } });
  expect(sent).toEqual([]);
  expect(audit[0]).not.toHaveProperty('actualNanoUsd');
});

test('after one that is refused are not sent, and those in flight are settled', async () => {
  const refusal = { 'x-amzn-errortype': 'ValidationException' };
  const { outcome, sent, audit } = await embedded(texts(20), (text) =>
    text === 'xx' ? answer(400, { message: 'wrong' }, refusal) : vector(text),
  );
  expect(outcome).toMatchObject({ kind: 'relayed', status: 400 });
  expect(sent.length).toBeLessThan(20);
  expect(audit).toHaveLength(1);
  expect(audit[0]).toMatchObject({
    outcome: 'failed',
    settlement: 'settled',
    usage: { inputTokens: (sent.length - 1) * 3 },
    actualNanoUsd: (sent.length - 1) * 3 * PRICE,
  });
});

test('of which one is lost cost its worst case, and the others what they used', async () => {
  const lost: Sent = {
    outcome: 'failed',
    failure: { name: 'ConnectionLost', message: 'socket hang up' },
  };
  const single = (await embedded(['xx'])).audit[0]?.reservedNanoUsd ?? 0;
  const { outcome, sent, audit } = await embedded(texts(3), (text) =>
    text === 'xx' ? lost : vector(text),
  );
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'invocation_failed' } });
  expect(sent).toHaveLength(3);
  expect(audit[0]).toMatchObject({
    settlement: 'worst_case',
    actualNanoUsd: single + 2 * 3 * PRICE,
  });
});

test('that are all refused cost nothing', async () => {
  const refusal = { 'x-amzn-errortype': 'ThrottlingException' };
  const { outcome, audit } = await embedded(texts(3), () =>
    answer(429, { message: 'slow down' }, refusal),
  );
  expect(outcome).toMatchObject({ kind: 'relayed', status: 429 });
  expect(audit[0]).toMatchObject({ outcome: 'failed', settlement: 'released' });
});

describe('of which one is refused for want of capacity, clients of OpenAI', () => {
  const throttled = () =>
    answer(429, { message: 'slow down' }, { 'x-amzn-errortype': 'ThrottlingException' });
  const notSent: Sent = { outcome: 'failed', failure: { name: 'NotSent', message: 'no route' } };

  /** The error that a client sees. */
  async function errorOf(reply: (text: string) => Sent) {
    const { outcome } = await embedded(texts(3), reply);
    if (outcome.kind === 'problem') return openAiErrors.problem(outcome.problem, table.clock.now());
    const { failure, status: httpStatus, headers } = outcome;
    if (!failure) throw new Error('the call succeeded');
    return openAiErrors.service?.({ ...failure, httpStatus, headers }, 'id');
  }

  test.each([
    ['throttled', throttled],
    ['not sent', () => notSent],
  ])('send it again where none ran: %s', async (_, refused) => {
    expect(await errorOf(refused)).toMatchObject({
      headers: expect.not.objectContaining({ 'x-should-retry': 'false' }),
    });
  });

  test.each([
    ['throttled', throttled],
    ['not sent', () => notSent],
  ])('do not pay again for those that ran: %s', async (_, refused) => {
    expect(await errorOf((text) => (text === 'xx' ? refused() : vector(text)))).toMatchObject({
      headers: { 'x-should-retry': 'false' },
    });
  });

  test('see what those that ran cost', async () => {
    const some = (text: string) => (text === 'xx' ? throttled() : vector(text));
    const { outcome } = await embedded(texts(3), some);
    const headers = answerHeaders({ requestId: 'id', ...outcome }, table.clock.now());
    expect(headers['x-sentry-cost-usd']).toBe(formatUsd(2 * 3 * PRICE));
    const free = (await embedded(texts(3), throttled)).outcome;
    const none = answerHeaders({ requestId: 'id', ...free }, table.clock.now());
    expect(none['x-sentry-cost-usd']).toBe('0.00');
  });
});

test('of a model that was replaced are sent once more, and only those cost', async () => {
  const { json, sent, audit } = await embedded(texts(3), vector, { unit: 'usd', amount: 10 }, true);
  expect(json.data).toHaveLength(3);
  expect(sent).toEqual(texts(3));
  expect(audit).toHaveLength(1);
  expect(audit[0]).toMatchObject({
    modelId: 'amazon.titan-embed-text-v1',
    settlement: 'settled',
    usage: { inputTokens: 9 },
  });
});
