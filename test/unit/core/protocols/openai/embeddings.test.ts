/** Method: OpenAI's embeddings to the format of each family, and its vectors back. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../../core/json-value.ts';
import { embeddingsDialect } from '../../../../../core/protocols/openai/embeddings.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const own = { price: { input: 0.02, output: 0 }, context_tokens: 8192, max_output_tokens: 1 };
const policy = policyOf(
  configWith({
    models: {
      micro: { model_id: 'amazon.nova-micro-v1:0' },
      titan: { model_id: 'amazon.titan-embed-text-v2:0', ...own },
      cohere: { model_id: 'cohere.embed-english-v3', ...own },
    },
    cost_centers: {
      retail: { model: 'micro', models: ['micro'], applications: ['faq'], limits: [] },
    },
  }),
);
const sentFor = (alias: string, body: JsonObject) => {
  const model = policy.models.get(alias);
  return model && embeddingsDialect({ input: 'a', ...body }).toWire(model, new Set());
};

describe('embeddings', () => {
  test.each([
    ['titan', { dimensions: 256 }, { inputText: 'a', dimensions: 256 }],
    [
      'cohere',
      { input_type: 'search_query' },
      { texts: ['a'], input_type: 'search_query', embedding_types: ['float'] },
    ],
  ])('of %s are asked for in its format', (alias, body, sent) => {
    expect(sentFor(alias, body)).toMatchObject({ wire: { operation: 'invoke', body: sent } });
  });

  test('are made by models for them alone', () => {
    expect(sentFor('micro', {})).toMatchObject({ problems: [{ path: '$.model' }] });
  });

  test('are asked for one by one where a model takes one text', () => {
    const input = ['a', 'b', 'c'];
    const texts = input.map((inputText) => ({ body: { inputText } }));
    const [wire, ...more] = texts;
    expect(sentFor('titan', { input })).toMatchObject({ wire, more });
    const many = sentFor('cohere', { input });
    expect(many).toMatchObject({ wire: { body: { texts: input } } });
    expect(many).not.toHaveProperty('more.0');
  });

  test('of several calls are one list in the order of the texts', () => {
    const answer = (prompt_tokens: number | null, embedding: number[]) =>
      Buffer.from(
        JSON.stringify({
          object: 'list',
          data: [{ index: 0, embedding }],
          usage: { prompt_tokens },
        }),
      );
    const joined = (...answers: Buffer[]) =>
      JSON.parse(Buffer.from(embeddingsDialect({}).join?.(answers) ?? '').toString());
    expect(joined(answer(2, [1]), answer(3, [2]))).toEqual({
      object: 'list',
      data: [
        { index: 0, embedding: [1] },
        { index: 1, embedding: [2] },
      ],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
    expect(joined(answer(2, [1]), answer(null, [2])).usage.prompt_tokens).toBeNull();
  });

  test.each([
    [{ embedding: [0.5, -1], inputTextTokenCount: 3 }, {}, [[0.5, -1]], 3],
    [{ embeddings: [[1], [2]] }, { input: 7 }, [[1], [2]], 7],
    [{ embeddings: { float: [[1]] } }, { input: 7 }, [[1]], 7],
    [{ embeddings: [{ embedding: [1] }] }, {}, [[1]], null],
  ])('%j are read', (body, counts, vectors, tokens) => {
    const call = { operation: 'invoke' as const, requestId: 'r', answeredAt: 0, modelName: 'm' };
    const bytes = Buffer.from(JSON.stringify(body));
    const answer = embeddingsDialect({}).toAnswer(bytes, call, counts);
    const json = JSON.parse(Buffer.from(answer ?? '').toString());
    expect(json.data.map((each: { embedding: number[] }) => each.embedding)).toEqual(vectors);
    expect(json.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
    const packed = embeddingsDialect({ encoding_format: 'base64' });
    const encoded = JSON.parse(Buffer.from(packed.toAnswer(bytes, call, {}) ?? '').toString());
    const read = Buffer.from(encoded.data[0].embedding, 'base64');
    expect(read.readFloatLE(0)).toBe(vectors[0]?.[0]);
  });

  test.each([
    [{ input: [1, 2] }, '$.input'],
    [{ input: [] }, '$.input'],
    [{ input: 'a', encoding_format: 'int8' }, '$.encoding_format'],
  ])('%j is refused', (body, path) => {
    const model = policy.models.get('titan');
    const result = model && embeddingsDialect(body).toWire(model, new Set());
    expect(result).toMatchObject({ problems: [{ path }] });
  });
});
