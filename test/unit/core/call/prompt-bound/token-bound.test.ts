import { describe, expect, test } from '@jest/globals';
import { measurePrompt } from '../../../../../core/call/prompt-bound/prompt-size.ts';
import {
  countedTokenBound,
  inputTokenBound,
} from '../../../../../core/call/prompt-bound/token-bound.ts';
import { toPrompt } from '../../../../../core/call/request/prompt.ts';
import type { InvokeRequest } from '../../../../../core/call/request/request.schema.ts';
import { familyDefaults } from '../../../../../core/pricing/model-families.ts';
import { base64, imageBlock, png } from '../../../../support/images.ts';

type RequestPrompt = InvokeRequest['prompt'];
type Block = Exclude<RequestPrompt['messages'][number]['content'], string>[number];

const CONTEXT_TOKENS = 10_000_000;
const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

function boundOf(request: RequestPrompt, modelId = SONNET): number | undefined {
  const result = toPrompt(request);
  if (result.outcome !== 'valid') throw new Error(JSON.stringify(result.problems));
  return inputTokenBound(measurePrompt(result.prompt), {
    contextTokens: CONTEXT_TOKENS,
    betas: {},
    traits: familyDefaults(modelId).traits,
  });
}

const ask = (...content: Block[]): RequestPrompt => ({ messages: [{ role: 'user', content }] });
const bare = boundOf(ask({ text: 'x' })) ?? 0;
/** Tokens that blocks add to the bound of a prompt with a one-letter text. */
const added = (...content: Block[]): number =>
  (boundOf(ask({ text: 'x' }, ...content)) ?? 0) - bare;

describe('the strict bound', () => {
  test('grows by every byte of text', () => {
    expect(boundOf(ask({ text: 'x'.repeat(1_001) }))).toBe(bare + 1_000);
    expect(boundOf(ask({ text: `x${'\u{1f600}'.repeat(10)}` }))).toBe(bare + 40);
  });

  test('has an allowance for every block, message and call', () => {
    expect(added({ text: 'y' })).toBeGreaterThan(1);
    const turns = ask({ text: 'x' });
    turns.messages.push({ role: 'assistant', content: 'y' }, { role: 'user', content: 'z' });
    expect((boundOf(turns) ?? 0) - bare).toBeGreaterThan(64);
    expect(bare).toBeGreaterThan(128);
  });

  test('a cache point is no text', () => {
    expect(added({ cachePoint: { type: 'default', ttl: '1h' } })).toBeLessThan(16);
  });

  test('an image counts by its pixels, not by its bytes', () => {
    const image = (size: Uint8Array) => imageBlock(size) as Block;
    expect(added(image(png(1_000, 1_000)))).toBe(
      added(image(Buffer.concat([png(1_000, 1_000), Buffer.alloc(50_000)]))),
    );
    expect(added(image(png(1_000, 1_000)))).toBeGreaterThan(1_334);
    expect(added(image(png(10, 10)))).toBeLessThan(100);
  });

  test('a document counts by its text and its name', () => {
    const text = 'Gr\u00fc\u00dfe '.repeat(100);
    const block = (source: object): Block =>
      ({ document: { format: 'txt', name: 'Letter', source } }) as Block;
    expect(added(block({ text }))).toBeGreaterThan(Buffer.byteLength(text) + 6);
    expect(added(block({ bytes: base64(text) }))).toBe(added(block({ text })));
  });

  test('tools count with what explains them to the model', () => {
    const toolConfig = {
      tools: [
        { toolSpec: { name: 'weather', description: 'd'.repeat(500), inputSchema: { json: {} } } },
        { cachePoint: { type: 'default' as const } },
      ],
    };
    const request = { ...ask({ text: 'x' }), toolConfig };
    const claude = boundOf(request) ?? 0;
    // The table's largest number is 804.
    expect(claude - bare).toBeGreaterThan(804 + 500);
    expect(boundOf(request, 'amazon.nova-pro-v1:0')).toBeGreaterThan(claude);
  });

  test('uses of tools and their results count, with all that is in them', () => {
    const conversation = (text: string): RequestPrompt => ({
      toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: {} } } }] },
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'u', name: 'weather', input: { city: text } } }],
        },
        {
          role: 'user',
          content: [
            {
              toolResult: {
                toolUseId: 'u',
                content: [{ text }, { json: { a: text } }, imageBlock(png(100, 100)) as object],
              },
            },
          ],
        },
      ],
    });
    const grown =
      (boundOf(conversation('y'.repeat(1_001))) ?? 0) - (boundOf(conversation('y')) ?? 0);
    expect(grown).toBe(3_000);
  });

  test('a model without documented image tokens has none', () => {
    const request = ask({ text: 'x' }, imageBlock() as Block);
    expect(boundOf(request, 'amazon.nova-micro-v1:0')).toBeUndefined();
    expect(boundOf(request, 'acme.unheard-of')).toBeUndefined();
    expect(boundOf(request, 'amazon.nova-lite-v1:0')).toBeGreaterThan(bare);
  });

  test('an unknown family gets the larger allowances', () => {
    expect(boundOf(ask({ text: 'x' }), 'acme.unheard-of')).toBeGreaterThan(bare + 800);
  });
});

describe('a count', () => {
  test.each([
    [1_000_000, 0, 16],
    [1_000_000, 1, 18],
    [1_000_000, 10_000, 10_116],
    [10_050, 10_000, 10_050],
    [100, 10_000, 100],
  ])('strict %i, counted %i: %i', (strict, counted, bound) => {
    expect(countedTokenBound(strict, counted)).toBe(bound);
  });
});
