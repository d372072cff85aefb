/** Method: requests of several protocols for models of a resolved policy; what is bounded and sent. */
import { describe, expect, test } from '@jest/globals';
import {
  toWireCandidate,
  type WireRequest,
} from '../../../../core/protocols/request-bound/wire-candidate.ts';
import { policyOf } from '../../../support/policy.ts';

const PRICE = { input: 1, output: 5, cache_read: 0.1, cache_write: 1.25, cache_write_1h: 2 };
const custom = (model_id: string) => ({
  model_id,
  context_tokens: 100_000,
  max_output_tokens: 8_000,
  default_max_tokens: 1_000,
  price: PRICE,
});
const policy = policyOf({
  name: 'test',
  models: {
    claude: custom('anthropic.claude-test-1'),
    nova: custom('amazon.nova-test-v1:0'),
    llama: custom('meta.llama-test-v1:0'),
    titan: custom('amazon.titan-text-test'),
    gpt: custom('openai.gpt-test'),
    embed: custom('cohere.embed-test'),
    pictures: {
      ...custom('cohere.embed-pictures'),
      price: { input: 1, output: 1, per_image: 0.01 },
    },
    rerank: custom('cohere.rerank-test'),
  },
  applications: { faq: { environments: ['dev'] } },
  cost_centers: { retail: { models: ['claude'], applications: ['faq'] } },
});

const WINDOW = 100_000;

function prepare(alias: string, request: Partial<WireRequest>, allowed: readonly string[] = []) {
  const model = policy.models.get(alias);
  if (!model) throw new Error(`no model ${alias}`);
  const now = Date.parse('2026-11-29');
  const wire = { operation: 'converse' as const, body: {}, headers: {}, ...request };
  const target = { model, profileArn: undefined, allowed: new Set(allowed), now };
  return toWireCandidate(wire, target);
}

function valid(...args: Parameters<typeof prepare>) {
  const result = prepare(...args);
  if (result.outcome === 'valid') return result.candidate;
  throw new Error(JSON.stringify(result.problems));
}

function problemsOf(...args: Parameters<typeof prepare>) {
  const result = prepare(...args);
  return result.outcome === 'valid' ? [] : result.problems;
}

const converse = (over: object = {}) => ({
  messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
  ...over,
});
const invoke = (body: object): Partial<WireRequest> => ({
  operation: 'invoke',
  body: { ...body },
});

describe('a prompt in a form that is not understood', () => {
  const long = 'word '.repeat(2_000);
  test.each([
    ['claude', { operation: 'converse' as const, body: { messages: long } }],
    ['claude', { operation: 'converse' as const, body: { messages: [long] } }],
    ['claude', { operation: 'converse' as const, body: converse({ toolConfig: { tools: long } }) }],
    ['nova', invoke({ messages: long })],
    ['claude', invoke({ messages: { role: 'user', content: long } })],
    ['claude', invoke({ messages: [], tools: long })],
    ['gpt', invoke({ messages: long })],
    ['gpt', invoke({ messages: [[{ role: 'user', content: long }]] })],
    ['gpt', invoke({ messages: [{ role: 'user', content: [long] }] })],
  ])('of %s counts as the whole window: %j', (alias, request) => {
    expect(valid(alias, request).worstCase.input_tokens).toBeGreaterThanOrEqual(WINDOW);
  });

  test('is measured where it is a number', () => {
    const { worstCase } = valid('embed', invoke({ texts: 1e29 }));
    expect(worstCase.input_tokens).toBeGreaterThan(0);
    const other = valid('llama', invoke({ prompt: 1e29 }));
    expect(other.worstCase.input_tokens).toBeGreaterThan(5);
  });
});

describe('the output bound', () => {
  test('is written in where there is none, at the place of each family', () => {
    expect(valid('claude', { body: converse() }).body).toMatchObject({
      inferenceConfig: { maxTokens: 1_000 },
    });
    const bodies = [
      ['llama', { prompt: 'a' }, { max_gen_len: 1_000 }],
      ['titan', { inputText: 'a' }, { textGenerationConfig: { maxTokenCount: 1_000 } }],
      ['nova', converse(), { inferenceConfig: { maxTokens: 1_000 } }],
      ['gpt', { messages: [] }, { max_completion_tokens: 1_000 }],
      ['claude', { prompt: '\n\nHuman: a' }, { max_tokens_to_sample: 1_000 }],
      ['claude', { messages: [] }, { max_tokens: 1_000 }],
    ] as const;
    for (const [alias, body, sent] of bodies) {
      const candidate = valid(alias, invoke(body));
      expect(candidate.body).toMatchObject(sent);
      expect(candidate.worstCase.output_tokens).toBe(1_000);
    }
  });

  test('is what the request says, and above the maximum it is refused by name', () => {
    const body = converse({ inferenceConfig: { maxTokens: 7 } });
    expect(valid('claude', { body }).worstCase.output_tokens).toBe(7);
    const above = converse({ inferenceConfig: { maxTokens: 8_001 } });
    expect(problemsOf('claude', { body: above })).toEqual([
      { path: '$.inferenceConfig.maxTokens', message: expect.stringContaining('at most 8000') },
    ]);
  });

  test('may be nothing in the format of Claude, which then only fills its cache', () => {
    const candidate = valid('claude', invoke({ messages: [], max_tokens: 0 }));
    expect(candidate.worstCase.output_tokens).toBe(0);
    expect(candidate.body).toMatchObject({ max_tokens: 0 });
    const body = converse({ inferenceConfig: { maxTokens: 0 } });
    expect(problemsOf('claude', { body })).toMatchObject([{ path: '$.inferenceConfig.maxTokens' }]);
    expect(problemsOf('gpt', invoke({ messages: [], max_tokens: 0 }))).toHaveLength(1);
  });

  test('is the thinking budget where that is larger', () => {
    const thinking = { type: 'enabled', budget_tokens: 6_000 };
    const body = converse({
      inferenceConfig: { maxTokens: 2_000 },
      additionalModelRequestFields: { thinking },
    });
    const candidate = valid('claude', { body });
    expect(candidate.worstCase.output_tokens).toBe(6_000);
    expect(candidate.hidesReasoning).toBe(true);
  });

  test("is the model's maximum where the model takes none", () => {
    const reasoningConfig = { type: 'enabled', maxReasoningEffort: 'high' };
    const body = converse({ additionalModelRequestFields: { reasoningConfig } });
    const candidate = valid('nova', { body });
    expect(candidate.worstCase.output_tokens).toBe(8_000);
    expect(candidate.body).not.toHaveProperty('inferenceConfig.maxTokens');
  });

  test.each([
    { messages: [], max_tokens: 5, max_completion_tokens: 5 },
    { messages: [], n: 2 },
    { messages: [], max_tokens: 0 },
    { messages: [], max_tokens: 1.5 },
    { messages: [], max_tokens: '5' },
  ])('is refused in %p', (body) => expect(problemsOf('gpt', invoke(body))).toHaveLength(1));

  test('of queries and images is what the request has; audio and video are refused', () => {
    const listed = policyOf({
      name: 'test',
      models: {
        rerank: { model_id: 'cohere.rerank-v3-5:0' },
        media: { model_id: 'amazon.nova-2-multimodal-embeddings-v1:0' },
        image: { model_id: 'amazon.titan-embed-image-v1' },
        cohere: { model_id: 'us.cohere.embed-v4:0' },
      },
      applications: { faq: { environments: ['dev'] } },
      cost_centers: { retail: { models: ['rerank'], applications: ['faq'] } },
    });
    const of = (alias: string, body: object, operation: 'invoke' | 'converse' = 'invoke') => {
      const model = listed.models.get(alias);
      if (!model) throw new Error(`no model ${alias}`);
      const wire = { operation, body: { ...body }, headers: {} };
      const now = Date.parse('2026-11-29');
      return toWireCandidate(wire, { model, profileArn: undefined, allowed: new Set(), now });
    };
    const usd = (result: ReturnType<typeof of>) =>
      result.outcome === 'valid' ? result.candidate.worstCase.usd : JSON.stringify(result);
    const rerank = (documents: readonly string[]) => ({ query: 'a', documents, api_version: 2 });
    // USD 0.002 a query of up to 100 chunks.
    expect(usd(of('rerank', rerank(['b', 'c'])))).toBe(2_000_000);
    expect(usd(of('rerank', rerank(Array(101).fill('b'))))).toBe(4_000_000);
    expect(usd(of('rerank', rerank(['b'.repeat(50_001)])))).toBe(6_000_000);
    // USD 0.00006 an image, and the text.
    const text = usd(of('image', { inputText: 'a' }));
    expect(usd(of('image', { inputText: 'a', inputImage: 'AAAA' }))).toBeGreaterThan(
      Number(text) + 60_000,
    );
    const video = {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { video: { format: 'mp4' } },
    };
    expect(usd(of('media', video))).toContain('billed by the second');
    // Cohere bills tokens of images at another price than tokens of text.
    const unpriced = 'the price of an image is not known';
    expect(usd(of('cohere', { images: ['AAAA'], input_type: 'image' }))).toContain(unpriced);
    const parts = [{ type: 'image_url', image_url: { url: 'AAAA' } }];
    expect(usd(of('cohere', { inputs: [{ content: parts }] }))).toContain(unpriced);
    expect(usd(of('rerank', converse(), 'converse'))).toContain('makes no messages (rerank)');
  });

  test('of embeddings and reranking is nothing', () => {
    const embedded = valid('embed', invoke({ texts: ['a', 'b'], input_type: 'search_query' }));
    expect(embedded.worstCase.output_tokens).toBe(0);
    expect(embedded.writesText).toBe(false);
    const ranked = valid('rerank', invoke({ query: 'a', documents: ['b'], api_version: 2 }));
    expect(ranked.worstCase.output_tokens).toBe(0);
  });
});

describe('the input bound', () => {
  const inputOf = (alias: string, request: Partial<WireRequest>) =>
    valid(alias, request).worstCase.input_tokens;

  test('grows with the text and never passes the window', () => {
    const text = (count: number) => ({ body: converse({ system: [{ text: 'x'.repeat(count) }] }) });
    const small = inputOf('claude', text(10));
    expect(inputOf('claude', text(1_010)) - small).toBe(1_000);
    expect(inputOf('claude', text(10_000_000))).toBe(WINDOW);
  });

  test.each([
    [{ document: { format: 'pdf', name: 'a', source: { bytes: 'AAAA' } } }],
    [{ document: { name: 'a', source: { text: 'x' } } }],
    [{ video: { format: 'mp4', source: { bytes: 'AAAA' } } }],
    [{ reasoningContent: { reasoningText: { text: 'a', signature: 'b' } } }],
    [{ somethingNew: {} }],
  ])('of a block without a separate bound is the window: %p', (block) => {
    const body = { messages: [{ role: 'user', content: [block] }] };
    expect(inputOf('claude', { body })).toBe(WINDOW);
  });

  test.each([
    { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
    { type: 'thinking', thinking: 'a', signature: 'b' },
    { type: 'novelty' },
  ])('of such a block in an Anthropic body is the window as well: %p', (block) => {
    const messages = [{ role: 'user', content: [block] }];
    expect(inputOf('claude', invoke({ messages, max_tokens: 5 }))).toBe(WINDOW);
  });

  test('reaches the larger window that a beta opens', () => {
    const body = {
      messages: [{ role: 'user', content: 'x'.repeat(5_000_000) }],
      max_tokens: 5,
      anthropic_beta: ['context-1m-2025-08-07'],
    };
    expect(inputOf('claude', invoke(body))).toBeGreaterThanOrEqual(1_000_000);
  });

  test('counts a cache entry of an hour at its price', () => {
    const cached = (ttl: string) => {
      const cache_control = { type: 'ephemeral', ttl };
      const content = [{ type: 'text', text: 'x'.repeat(1_000), cache_control }];
      return valid('claude', invoke({ messages: [{ role: 'user', content }], max_tokens: 1 }));
    };
    expect(cached('5m').cacheTtl).toBe('5m');
    expect(cached('1h').cacheTtl).toBe('1h');
    expect(cached('1h').worstCase.usd).toBeGreaterThan(cached('5m').worstCase.usd);
    expect(cached('2h').cacheTtl).toBe('1h');
  });

  test('of several inputs of an embedding is the sum, above the window where it must be', () => {
    const texts = Array.from({ length: 3 }, () => 'x'.repeat(60_000));
    expect(inputOf('embed', invoke({ texts }))).toBeGreaterThan(180_000);
    const images = { inputs: [{ content: [] }, { content: [] }], images: ['a', 'b'] };
    expect(inputOf('pictures', invoke(images))).toBeGreaterThanOrEqual(2 * WINDOW);
  });
});

describe('input with a separate price is refused', () => {
  const blocks = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
  test.each<[string, Partial<WireRequest>, string]>([
    ['claude', { body: converse({ guardrailConfig: {} }) }, '$.guardrailConfig'],
    ['claude', { body: converse({ promptVariables: {} }) }, '$.promptVariables'],
    [
      'nova',
      { body: converse({ toolConfig: { tools: [{ systemTool: { name: 'a' } }] } }) },
      '$.toolConfig.tools[0].systemTool',
    ],
    ['claude', { body: blocks({ guardContent: {} }) }, '$.messages[0].content[0].guardContent'],
    [
      'claude',
      { body: blocks({ image: { format: 'png', source: { s3Location: {} } } }) },
      '$.messages[0].content[0].image.source',
    ],
    [
      'claude',
      invoke({ ...blocks({ type: 'image', source: { type: 'url', url: 'a' } }), max_tokens: 1 }),
      '$.messages[0].content[0].source',
    ],
    [
      'claude',
      invoke({ messages: [], max_tokens: 1, tools: [{ type: 'web_search_20260209', name: 'a' }] }),
      '$.tools[0].type',
    ],
    [
      'claude',
      invoke({
        messages: [],
        max_tokens: 1,
        context_management: { edits: [{ type: 'compact_20260112' }] },
      }),
      '$.context_management.edits[0].type',
    ],
    ['claude', invoke({ messages: [], max_tokens: 1, mcp_servers: [] }), '$.mcp_servers'],
    [
      'gpt',
      invoke(blocks({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } })),
      '$.messages[0].content[0].image_url',
    ],
    [
      'claude',
      { body: converse(), headers: { 'x-amzn-bedrock-guardrailidentifier': 'a' } },
      'headers.x-amzn-bedrock-guardrailidentifier',
    ],
  ])('%s %#', (alias, request, path) => {
    expect(problemsOf(alias, request).map((each) => each.path)).toEqual([path]);
  });

  test('what a tool of the client was asked and answered is passed on, whatever it holds', () => {
    const input = { source: { type: 'url' }, guardContent: {}, image_url: 'https://example.com' };
    const body = blocks({ toolUse: { toolUseId: 'a', name: 'b', input } });
    expect(problemsOf('claude', { body })).toEqual([]);
  });
});

test('a request without its prompt is refused', () => {
  expect(problemsOf('claude', { body: {} })).toEqual([
    { path: '$.messages', message: 'is required' },
  ]);
});

test('unknown betas are left out of what is sent', () => {
  const anthropic_beta = ['effort-2025-11-24', 'novelty-2027-01-01'];
  const candidate = valid('claude', invoke({ messages: [], max_tokens: 1, anthropic_beta }));
  expect(candidate.body.anthropic_beta).toEqual(['effort-2025-11-24']);
  expect(candidate.droppedBetas).toEqual(['novelty-2027-01-01']);
});
