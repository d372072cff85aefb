/** Calls with images and tools through all four steps, on a real ledger. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { isProblem } from '../../../../../core/call/answers/answers.ts';
import type { CallHarness } from '../../../../support/call-harness.ts';
import { answered, callHarnessOn, request } from '../../../../support/call-harness.ts';
import { base64, imageBlock, png } from '../../../../support/images.ts';
import { sharedLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const shared = sharedLedger();
let harness: CallHarness;
beforeEach(() => {
  harness = callHarnessOn(shared.table, policyOf(configWith({ log_prompts: true })));
});

const toolConfig = { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: {} } } }] };
const ask = (content: unknown, over: object = {}) =>
  request({ prompt: { messages: [{ role: 'user', content }], ...over } });

describe('an image', () => {
  test('reaches the model, is paid for, and is not in the log', async () => {
    const block = imageBlock(png(800, 600));
    const { status, answer } = await harness.run(ask([{ text: 'What is it?' }, block]));
    expect(status).toBe('succeeded');
    expect(harness.calls[0]?.prompt.messages[0]?.content[1]).toEqual(block);
    const reserved = isProblem(answer) ? 0 : answer.cost.reservedNanoUsd;
    // At least 640 tokens at 1 USD per million, before any allowance.
    expect(reserved).toBeGreaterThan(640 * 1_000);
    const logged = JSON.stringify(harness.audit);
    expect(logged).toContain('What is it?');
    expect(logged).not.toContain(block.image.source.bytes);
  });

  test('for a model without vision is refused before any cost', async () => {
    const { answer } = await harness.run({ ...ask([imageBlock()]), model: 'micro' });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request', outcome: 'not_valid' });
    expect(harness.calls).toEqual([]);
  });

  test('that is not one is refused with where and why', async () => {
    const wrong = { image: { format: 'png', source: { bytes: base64('no image at all') } } };
    const { answer } = await harness.run(ask([wrong]));
    expect(answer).toMatchObject({
      status: 400,
      detail:
        '$.prompt.messages[0].content[0].image.source.bytes: is not a png, jpeg, gif or webp image whose size can be read reliably: encode it again',
    });
  });
});

describe('a tool', () => {
  const toolUse = { toolUse: { toolUseId: 'u1', name: 'weather', input: { city: 'Ulm' } } };

  test('the model asks for is passed on with its stop reason, and settled', async () => {
    const result = answered();
    if (result.outcome !== 'succeeded') throw new Error('the test is wrong');
    harness.script = [{ ...result, content: [toolUse], stopReason: 'tool_use' }];
    const { answer } = await harness.run(ask('Will it rain?', { toolConfig }));
    expect(harness.calls[0]?.prompt.toolConfig).toEqual(toolConfig);
    expect(answer).toMatchObject({
      outcome: 'succeeded',
      stopReason: 'tool_use',
      message: { role: 'assistant', content: [toolUse] },
      cost: { nanoUsd: 110_000 },
    });
  });

  test('is answered in the next call', async () => {
    const messages = [
      { role: 'user', content: 'Will it rain?' },
      { role: 'assistant', content: [toolUse] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'u1', content: [{ json: { rain: true } }] } }],
      },
    ];
    const { status } = await harness.run(request({ prompt: { messages, toolConfig } }));
    expect(status).toBe('succeeded');
    expect(harness.calls[0]?.prompt.messages).toHaveLength(3);
  });
});
