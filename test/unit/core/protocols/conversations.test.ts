/**
 * Conversations of twenty turns with tools and thinking, by every API, through the real steps and a
 * real ledger. Method: the client sends back all that it was answered; the ledger holds in the end
 * what the calls cost by hand.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import type { JsonObject } from '../../../../core/json-value.ts';
import { accountKey } from '../../../../core/ledger/account-keys.ts';
import { anthropicDialect } from '../../../../core/protocols/anthropic/dialect.ts';
import type { ModelOperation } from '../../../../core/protocols/fields/operations.ts';
import type { StreamFrame } from '../../../../core/protocols/metering/stream-meter.ts';
import { chatDialect, responsesDialect } from '../../../../core/protocols/openai/dialect.ts';
import type { Dialect } from '../../../../core/protocols/relay/dialect.ts';
import type { ModelRelay, RelayPorts } from '../../../../core/protocols/relay/ports.ts';
import { relayCall } from '../../../../core/protocols/relay/relay-call.ts';
import { callHarnessOn } from '../../../support/call-harness.ts';
import { chunkFrame, eventFrame } from '../../../support/event-frames.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { configWith, policyOf } from '../../../support/policy.ts';
import { jsonEvents } from '../../../support/sse.ts';

type Frame = Pick<StreamFrame, 'payload'>;
// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client of each API would.
type Json = any;

let table: TestLedger;
beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

const TURNS = 20;
const MODEL = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
/** USD per million tokens of Claude Haiku 4.5 through a profile of the US, as nano-USD a token. */
const PRICE = { input: 1_100n, output: 5_500n, read: 110n, write: 1_375n };

/** Counts that differ from turn to turn. */
const usageOf = (turn: number) => ({
  input: 10 + turn,
  output: 30 + 7 * turn,
  read: 100 * turn,
  write: 13 * turn,
});
const costOf = (turn: number): bigint => {
  const { input, output, read, write } = usageOf(turn);
  return (
    BigInt(input) * PRICE.input +
    BigInt(output) * PRICE.output +
    BigInt(read) * PRICE.read +
    BigInt(write) * PRICE.write
  );
};

/** Contents of a turn of the model: a thought with its signature, and a call of a tool. */
const thought = (turn: number) => ({ text: `thought ${turn}`, signature: `signature${turn}` });
const toolOf = (turn: number) => ({ id: `tool${turn}`, name: 'look', input: { turn } });

function converseAnswer(turn: number): JsonObject {
  const { input, output, read, write } = usageOf(turn);
  const { id, ...tool } = toolOf(turn);
  const content = [
    { reasoningContent: { reasoningText: thought(turn) } },
    { toolUse: { toolUseId: id, ...tool } },
  ];
  const usage = {
    inputTokens: input,
    outputTokens: output,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: write,
  };
  return { output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage };
}

function converseFrames(turn: number): readonly Buffer[] {
  const { usage } = converseAnswer(turn);
  const { text, signature } = thought(turn);
  const { id, name, input } = toolOf(turn);
  const delta = (index: number, each: object) =>
    eventFrame('contentBlockDelta', { contentBlockIndex: index, delta: each });
  return [
    eventFrame('messageStart', { role: 'assistant' }),
    delta(0, { reasoningContent: { text } }),
    delta(0, { reasoningContent: { signature } }),
    eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
    eventFrame('contentBlockStart', {
      contentBlockIndex: 1,
      start: { toolUse: { toolUseId: id, name } },
    }),
    delta(1, { toolUse: { input: JSON.stringify(input) } }),
    eventFrame('contentBlockStop', { contentBlockIndex: 1 }),
    eventFrame('messageStop', { stopReason: 'tool_use' }),
    eventFrame('metadata', { usage, metrics: { latencyMs: 1 } }),
  ];
}

function claudeAnswer(turn: number): Json {
  const { input, output, read, write } = usageOf(turn);
  const { text, signature } = thought(turn);
  return {
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: text, signature },
      { type: 'tool_use', ...toolOf(turn) },
    ],
    stop_reason: 'tool_use',
    usage: {
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: write,
    },
  };
}

/** With what real streams have: a start that comes twice, and counts that are corrected later. */
function claudeFrames(turn: number): readonly Buffer[] {
  const { content, usage } = claudeAnswer(turn);
  const { input } = toolOf(turn);
  const { output_tokens: output, ...before } = usage;
  const started = { ...before, input_tokens: before.input_tokens - 5, output_tokens: 1 };
  const start = chunkFrame({ type: 'message_start', message: { content: [], usage: started } });
  const block = (type: string, index: number, more: object) => chunkFrame({ type, index, ...more });
  const call = { ...content[1], input: {} };
  const json = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
  return [
    start,
    start,
    block('content_block_start', 0, { content_block: { ...content[0] } }),
    block('content_block_stop', 0, {}),
    block('content_block_start', 1, { content_block: call }),
    block('content_block_delta', 1, { delta: json }),
    block('content_block_stop', 1, {}),
    chunkFrame({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage }),
    chunkFrame({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 1, outputTokenCount: output - 1 },
    }),
  ];
}

interface Api {
  readonly asked: (
    body: JsonObject,
    isStreamed: boolean,
  ) => { dialect: Dialect } | { operation: ModelOperation };
  readonly body: (history: readonly JsonObject[], isStreamed: boolean) => JsonObject;
  /** The turns to add: those of the model, and the result of the tool. */
  readonly turns: (
    answer: string,
    isStreamed: boolean,
    turn: number,
    frames: readonly Frame[],
  ) => readonly JsonObject[];
}

const schema = { type: 'object' };
const result = 'It rains.';

const anthropic: Api = {
  asked: (body) => ({ dialect: anthropicDialect({ body, headers: new Headers() }) }),
  body: (messages, stream) => ({
    model: 'm',
    stream,
    max_tokens: 4000,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: [{ name: 'look', input_schema: schema, cache_control: { type: 'ephemeral' } }],
    messages,
  }),
  turns: (answer, isStreamed, turn) => {
    const content = isStreamed ? contentIn(jsonEvents(answer)) : JSON.parse(answer).content;
    const back = { type: 'tool_result', tool_use_id: `tool${turn}`, content: result };
    return [
      { role: 'assistant', content },
      { role: 'user', content: [back] },
    ];
  },
};

/** As Anthropic's clients put blocks together. */
function contentIn(events: readonly Json[]): readonly Json[] {
  const blocks: Json[] = [];
  for (const { type, index, content_block: block, delta } of events) {
    if (type === 'content_block_start') blocks[index] = { ...block };
    if (delta?.type !== 'input_json_delta') continue;
    blocks[index].input = JSON.parse(delta.partial_json);
  }
  return blocks;
}

const chat: Api = {
  asked: (body) => ({ dialect: chatDialect(body) }),
  body: (messages, stream) => ({
    model: 'm',
    stream,
    max_completion_tokens: 4000,
    reasoning_effort: 'low',
    tools: [{ type: 'function', function: { name: 'look', parameters: schema } }],
    messages,
  }),
  turns: (answer, isStreamed, turn) => {
    const back = { role: 'tool', tool_call_id: `tool${turn}`, content: result };
    if (!isStreamed) return [JSON.parse(answer).choices[0].message, back];
    const deltas = jsonEvents(answer).flatMap(({ choices }) => choices.map((c: Json) => c.delta));
    const calls = deltas.flatMap((each) => each.tool_calls ?? []);
    const blocks = deltas.flatMap((each) => each.thinking_blocks ?? []);
    const thinking = blocks.map((each) => each.thinking).join('');
    const [first] = calls;
    const text = calls.map((each) => each.function.arguments).join('');
    return [
      {
        role: 'assistant',
        content: null,
        thinking_blocks: [{ type: 'thinking', thinking, signature: blocks.at(-1)?.signature }],
        tool_calls: [{ ...first, function: { ...first.function, arguments: text } }],
      },
      back,
    ];
  },
};

const responses: Api = {
  asked: (body) => ({ dialect: responsesDialect(body) }),
  body: (input, stream) => ({
    model: 'm',
    stream,
    max_output_tokens: 4000,
    reasoning: { effort: 'low' },
    tools: [{ type: 'function', name: 'look', parameters: schema }],
    input,
  }),
  turns: (answer, isStreamed, turn) => {
    const { output } = isStreamed ? jsonEvents(answer).at(-1).response : JSON.parse(answer);
    return [...output, { type: 'function_call_output', call_id: `tool${turn}`, output: result }];
  },
};

const thinking = { type: 'enabled', budget_tokens: 1024 };

const converse: Api = {
  asked: (_, isStreamed) => ({ operation: isStreamed ? 'converse-stream' : 'converse' }),
  body: (messages) => ({
    inferenceConfig: { maxTokens: 4000 },
    additionalModelRequestFields: { thinking },
    toolConfig: {
      tools: [
        { toolSpec: { name: 'look', inputSchema: { json: schema } } },
        { cachePoint: { type: 'default' } },
      ],
    },
    messages: messages.map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? [{ text: content }] : content,
    })),
  }),
  turns: (answer, isStreamed, turn, frames) => {
    const content = isStreamed
      ? converseContent(frames)
      : JSON.parse(answer).output.message.content;
    const back = { toolUseId: `tool${turn}`, content: [{ text: result }] };
    return [
      { role: 'assistant', content },
      { role: 'user', content: [{ toolResult: back }] },
    ];
  },
};

/** As the clients of AWS put blocks together. */
function converseContent(frames: readonly Frame[]): readonly Json[] {
  const deltas = frames.flatMap(({ payload }) => (payload as Json).delta ?? []);
  const thoughts = deltas.flatMap(({ reasoningContent }) => reasoningContent ?? []);
  const { toolUse } = frames
    .map(({ payload }) => (payload as Json).start ?? {})
    .find((s) => s.toolUse);
  const texts = deltas.flatMap((each) => each.toolUse?.input ?? []);
  const reasoningText = Object.assign({}, ...thoughts);
  return [
    { reasoningContent: { reasoningText } },
    { toolUse: { ...toolUse, input: JSON.parse(texts.join('')) } },
  ];
}

const invoke: Api = {
  asked: (_, isStreamed) => ({
    operation: isStreamed ? 'invoke-with-response-stream' : 'invoke',
  }),
  body: (messages) => {
    const { model: _, stream: __, ...body } = anthropic.body(messages, false);
    return { anthropic_version: 'bedrock-2023-05-31', ...body };
  },
  turns: (answer, isStreamed, turn, frames) => {
    const events = frames.map(({ payload }) => {
      const { bytes } = payload as Json;
      return JSON.parse(Buffer.from(bytes, 'base64').toString());
    });
    const content = isStreamed ? contentIn(events) : JSON.parse(answer).content;
    return anthropic.turns(JSON.stringify({ content }), false, turn, []);
  },
};

async function framesOf(bytes: Buffer): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  const source = (async function* () {
    yield bytes;
  })();
  for await (const frame of eventStream.read(source)) frames.push(frame);
  return frames;
}

test.each([
  ['converse', converse],
  ['invoke', invoke],
  ['messages', anthropic],
  ['chat', chat],
  ['responses', responses],
])('by %s costs the sum of its calls', async (name, { asked, body, turns }) => {
  const limit = { name: 'all', window: 'month', unit: 'usd', amount: 100 };
  const center = { model: 'm', models: ['m'], applications: ['faq'], limits: [limit] };
  const config = { models: { m: { model_id: MODEL } }, cost_centers: { [name]: center } };
  const bench = callHarnessOn(table, policyOf(configWith(config)));
  let turn = 0;
  const sent: Json[] = [];
  const relay: ModelRelay = {
    send: async ({ operation, body: text }) => {
      sent.push(JSON.parse(text));
      const isClaude = operation.startsWith('invoke');
      const whole = isClaude ? claudeAnswer(turn) : converseAnswer(turn);
      const frames = isClaude ? claudeFrames(turn) : converseFrames(turn);
      const parts = operation.endsWith('stream') ? frames : [Buffer.from(JSON.stringify(whole))];
      const stream = (async function* () {
        yield* parts;
      })();
      return { outcome: 'answered', status: 200, headers: {}, body: stream };
    },
  };
  const ports: RelayPorts = { ...bench.ports, relay, frames: eventStream };
  let history: readonly JsonObject[] = [{ role: 'user', content: 'Hi' }];
  for (turn = 1; turn <= TURNS; turn += 1) {
    const isStreamed = turn % 2 === 0;
    const request = body(history, isStreamed);
    const outcome = await relayCall(ports, {
      requestId: `${name}-${turn}`,
      receivedAt: table.clock.now(),
      deadline: table.clock.now() + 60_000,
      modelName: 'm',
      body: request,
      headers: {},
      metadata: {},
      ...asked(request, isStreamed),
      key: { costCenter: name, application: 'faq', environment: 'production' },
      path: {},
      header: {},
    });
    if (outcome.kind !== 'relayed') throw new Error(outcome.problem.detail);
    const pieces: Uint8Array[] = [];
    if (outcome.body instanceof Uint8Array) pieces.push(outcome.body);
    else for await (const bytes of outcome.body) pieces.push(bytes);
    const whole = Buffer.concat(pieces);
    const isFramed = isStreamed && 'operation' in asked(request, isStreamed);
    const frames = isFramed ? await framesOf(whole) : [];
    history = [...history, ...turns(whole.toString(), isStreamed, turn, frames)];
  }
  const expected = Array.from({ length: TURNS }, (_, index) => costOf(index + 1));
  expect(bench.audit.map(({ actualNanoUsd }) => BigInt(actualNanoUsd ?? -1))).toEqual(expected);
  const total = Number(expected.reduce((sum, each) => sum + each, 0n));
  const counters = await table.counters(accountKey({ kind: 'costCenter', name }, 0));
  expect([...counters.values()]).toEqual([{ committed: total, settled: total }]);
  // Nothing was lost on the way: the last call holds every thought and every call before it.
  const last = JSON.stringify(sent.at(-1));
  for (let each = 1; each < TURNS; each += 1) {
    expect(last).toContain(`"signature":"signature${each}"`);
    expect(last).toContain(`{"turn":${each}}`);
  }
});
