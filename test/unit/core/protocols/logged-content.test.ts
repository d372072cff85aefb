/**
 * Prompts and completions of relayed calls in the audit log: there if the policy logs them, and
 * otherwise in no line. Method: whole and streamed answers through the real steps.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventStream } from '../../../../adapters/event-stream.ts';
import { loggedPrompt, WrittenText } from '../../../../core/protocols/relay/logged-content.ts';
import { relayCall } from '../../../../core/protocols/relay/relay-call.ts';
import { type CallHarness, callHarnessOn } from '../../../support/call-harness.ts';
import { chunkFrame, eventFrame, exceptionFrame } from '../../../support/event-frames.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { configWith, policyOf } from '../../../support/policy.ts';
import { relayedRequest } from '../../../support/relayed-request.ts';

let table: TestLedger;
let bench: CallHarness;

beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());
beforeEach(() => {
  bench = callHarnessOn(table, policyOf(configWith({ log_prompts: true })));
});

/** As documented in docs/clients.md. */
const CHARACTERS_MAX = 100_000;
const QUESTION = 'What is the secret?';
const PICTURE = Buffer.from('not really a picture').toString('base64');
const converse = {
  messages: [
    {
      role: 'user',
      content: [{ text: QUESTION }, { image: { format: 'png', source: { bytes: PICTURE } } }],
    },
  ],
  inferenceConfig: { maxTokens: 100 },
};
const claude = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: QUESTION }],
};
const usage = { inputTokens: 8, outputTokens: 5, totalTokens: 13 };

/** Makes one call. @returns its audit line. */
async function call(
  operation: 'converse' | 'converse-stream' | 'invoke-with-response-stream',
  parts: readonly Buffer[],
) {
  const body = operation.startsWith('converse') ? converse : claude;
  async function* answer(): AsyncGenerator<Uint8Array> {
    yield* parts;
  }
  const outcome = await relayCall(
    {
      ...bench.ports,
      frames: eventStream,
      relay: {
        send: async () => ({ outcome: 'answered', status: 200, headers: {}, body: answer() }),
      },
    },
    relayedRequest(table.clock, { operation, body }),
  );
  if (outcome.kind === 'relayed' && !(outcome.body instanceof Uint8Array)) {
    for await (const bytes of outcome.body) expect(bytes.length).toBeGreaterThan(0);
  }
  return bench.audit.at(-1);
}

const whole = [
  Buffer.from(
    JSON.stringify({
      output: { message: { role: 'assistant', content: [{ text: 'It is 42.' }] } },
      stopReason: 'end_turn',
      usage,
    }),
  ),
];
const delta = (text: string) =>
  eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
const streamed = [
  eventFrame('messageStart', { role: 'assistant' }),
  delta('It is '),
  delta('42.'),
  eventFrame('messageStop', { stopReason: 'end_turn' }),
  eventFrame('metadata', { usage }),
];

describe('with log_prompts', () => {
  test('a whole answer is logged with what was sent, files by their size', async () => {
    const line = await call('converse', whole);
    expect(line).toMatchObject({
      outcome: 'succeeded',
      completion: { output: { message: { content: [{ text: 'It is 42.' }] } } },
    });
    const prompt = JSON.stringify(line?.prompt);
    expect(prompt).toContain(QUESTION);
    expect(prompt).toMatch(/"bytes":"\(about \d+ bytes\)"/);
    expect(prompt).not.toContain(PICTURE);
  });

  test('a stream is logged with the text that it wrote', async () => {
    expect(await call('converse-stream', streamed)).toMatchObject({ completion: 'It is 42.' });
  });

  test('a stream of the model itself too, with its thinking and its tool input', async () => {
    const event = (inner: object) =>
      chunkFrame({ type: 'content_block_delta', index: 0, delta: inner });
    const line = await call('invoke-with-response-stream', [
      event({ type: 'thinking_delta', thinking: 'Hm. ' }),
      event({ type: 'text_delta', text: 'It is ' }),
      event({ type: 'input_json_delta', partial_json: '{"n":42}' }),
      chunkFrame({
        type: 'message_stop',
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 8, outputTokenCount: 5 },
      }),
    ]);
    expect(line).toMatchObject({ completion: 'Hm. It is {"n":42}' });
    expect(JSON.stringify(line?.prompt)).toContain(QUESTION);
  });

  test('a failed stream is logged with what was sent', async () => {
    const failure = exceptionFrame('modelStreamErrorException', 'broken');
    const line = await call('converse-stream', [...streamed.slice(0, 2), failure]);
    expect(line?.outcome).toBe('failed');
    expect(JSON.stringify(line?.prompt)).toContain(QUESTION);
  });

  test('a line stays within what the log takes', () => {
    const written = new WrittenText();
    for (let i = 0; i < 2_000; i++) written.add({ delta: { text: 'x'.repeat(100) } });
    expect(written.text).toHaveLength(CHARACTERS_MAX + 1);
    const prompt = loggedPrompt({ messages: [{ content: 'y'.repeat(200_000) }] });
    expect(JSON.stringify(prompt).length).toBeLessThan(CHARACTERS_MAX + 100);
  });
});

describe('without log_prompts', () => {
  beforeEach(() => {
    bench = callHarnessOn(table, policyOf(configWith({ log_prompts: false })));
  });

  test.each([
    ['whole', 'converse', whole],
    ['streamed', 'converse-stream', streamed],
    ['broken', 'converse-stream', streamed.slice(0, 2)],
  ] as const)('no line of a %s answer has anything of it', async (_, operation, parts) => {
    const line = await call(operation, parts);
    expect(line).not.toHaveProperty('prompt');
    expect(line).not.toHaveProperty('completion');
    expect(JSON.stringify(bench.audit)).not.toMatch(/secret|It is/);
  });
});
