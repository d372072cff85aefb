import { describe, expect, test } from '@jest/globals';
import { toCandidate } from '../../../../../core/call/candidate/candidate.ts';
import { measurePrompt } from '../../../../../core/call/prompt-bound/prompt-size.ts';
import { toPrompt } from '../../../../../core/call/request/prompt.ts';
import type {
  InvokeRequest,
  RequestParameters,
} from '../../../../../core/call/request/request.schema.ts';
import { imageBlock } from '../../../../support/images.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const models = {
  haiku: { model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
  'opus-4-1': { model_id: 'us.anthropic.claude-opus-4-1-20250805-v1:0' },
  oss: { model_id: 'openai.gpt-oss-120b-1:0' },
  'haiku-4-5': { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
  'opus-4-7': { model_id: 'us.anthropic.claude-opus-4-7' },
  micro: { model_id: 'amazon.nova-micro-v1:0' },
  lite: { model_id: 'amazon.nova-lite-v1:0' },
  titan: { model_id: 'amazon.titan-text-express-v1' },
  cohere: { model_id: 'cohere.command-text-v14' },
  costly: {
    model_id: 'acme.costly-v1',
    context_tokens: 2_000_000_000,
    max_output_tokens: 2_000_000_000,
    price: { input: 100_000, output: 100_000 },
  },
};
const center = { model: 'haiku', models: Object.keys(models), applications: ['faq'], limits: [] };
const policy = policyOf(configWith({ models, cost_centers: { retail: center } }));
const now = Date.parse('2026-11-23T14:05:30Z');
const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123def456';

type RequestPrompt = InvokeRequest['prompt'];
interface CandidateRequest {
  readonly parameters?: RequestParameters;
  readonly messages?: RequestPrompt['messages'];
  readonly toolConfig?: RequestPrompt['toolConfig'];
  readonly profileArn?: string;
  readonly countedTokens?: number;
}

function candidateFor(alias: keyof typeof models, request: CandidateRequest = {}) {
  const { parameters = {}, profileArn, countedTokens, toolConfig } = request;
  const { messages = [{ role: 'user', content: 'Hi' }] } = request;
  const model = policy.models.get(alias);
  const result = toPrompt({ messages, ...(toolConfig && { toolConfig }) });
  if (!model || result.outcome !== 'valid') throw new Error('the test is wrong');
  const { prompt } = result;
  const size = measurePrompt(prompt);
  return toCandidate({ model, profileArn, prompt, size, countedTokens, parameters, now });
}

function valid(alias: keyof typeof models, request: CandidateRequest = {}) {
  const result = candidateFor(alias, request);
  if (result.outcome === 'valid') return result.candidate;
  throw new Error(JSON.stringify(result.problems));
}

describe('a candidate', () => {
  test('is called through its profile, and known by the id of that', () => {
    expect(valid('haiku', { profileArn: PROFILE })).toMatchObject({
      model: 'haiku',
      modelId: PROFILE,
      modelMetric: 'abc123def456',
    });
  });

  test('without a profile it is called by the id as it was given', () => {
    const id = models['haiku-4-5'].model_id;
    expect(valid('haiku-4-5')).toMatchObject({ modelId: id, modelMetric: id });
  });

  test('parameters go where Converse wants them; what was not given is left out', () => {
    const parameters = { max_tokens: 5, temperature: 0, top_k: 7 };
    expect(valid('haiku', { parameters })).toMatchObject({
      inferenceConfig: { maxTokens: 5, temperature: 0 },
      additionalModelRequestFields: { top_k: 7 },
    });
    expect(valid('haiku')).not.toHaveProperty('additionalModelRequestFields');
    expect(valid('haiku').inferenceConfig).toEqual({ maxTokens: 4_096 });
  });

  test('Claude takes no stop sequence of white space alone, others do', () => {
    const parameters = { stop_sequences: ['END', '\n\n'] };
    expect(candidateFor('haiku', { parameters })).toMatchObject({
      outcome: 'not_valid',
      problems: [{ path: '$.prompt.parameters.stop_sequences[1]' }],
    });
    expect(valid('lite', { parameters }).inferenceConfig.stopSequences).toEqual(['END', '\n\n']);
  });

  test.each([
    ['haiku', { top_k: 7 }],
    ['lite', { inferenceConfig: { topK: 7 } }],
    ['cohere', { k: 7 }],
  ] as const)('top_k of %s is in %j', (alias, fields) => {
    const { additionalModelRequestFields } = valid(alias, { parameters: { top_k: 7 } });
    expect(additionalModelRequestFields).toEqual(fields);
  });

  test('reserves the bound of the input and all of max_tokens, at the highest price', () => {
    const { worstCase } = valid('haiku', { parameters: { max_tokens: 100 } });
    expect(worstCase).toMatchObject({ requests: 1, output_tokens: 100 });
    expect(worstCase.tokens).toBe(worstCase.input_tokens + 100);
    // Nothing is written to a cache: input is 1 USD, output 5.
    expect(worstCase.usd).toBe(Math.ceil(worstCase.input_tokens * 1_000 + 100 * 5_000));
  });

  test('a count lowers the input it reserves, never above the strict bound', () => {
    const strict = valid('haiku').worstCase.input_tokens;
    expect(valid('haiku', { countedTokens: 20 }).worstCase.input_tokens).toBe(37);
    expect(valid('haiku', { countedTokens: 1_000_000 }).worstCase.input_tokens).toBe(strict);
  });

  test('caching for an hour reserves the price of that', () => {
    const cached = (ttl: '5m' | '1h') =>
      valid('haiku-4-5', {
        messages: [
          { role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default', ttl } }] },
        ],
      }).worstCase;
    expect(cached('1h').usd).toBeGreaterThan(cached('5m').usd);
  });
});

describe('what a model would reject', () => {
  const user = { role: 'user' as const, content: 'Hi' };
  const image = { role: 'user', content: [imageBlock()] } as RequestPrompt['messages'][number];
  const document = { format: 'txt' as const, name: 'A', source: { text: 'x' } };
  const toolConfig = { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: {} } } }] };
  const cached = (ttl: '5m' | '1h') => [
    {
      role: 'user' as const,
      content: [{ text: 'x' }, { cachePoint: { type: 'default' as const, ttl } }],
    },
  ];
  test.each<[keyof typeof models, CandidateRequest, string, RegExp]>([
    [
      'haiku',
      { parameters: { max_tokens: 64_001 } },
      'parameters.max_tokens',
      /is 64001, but haiku writes at most 64000/,
    ],
    [
      'opus-4-7',
      { parameters: { temperature: 0.5 } },
      'parameters.temperature',
      /not taken by opus-4-7: leave it out/,
    ],
    [
      'haiku-4-5',
      { parameters: { temperature: 0.5, top_p: 0.5 } },
      'parameters.top_p',
      /together with temperature/,
    ],
    ['titan', { parameters: { top_k: 5 } }, 'parameters.top_k', /leave it out/],
    [
      'titan',
      { messages: [{ role: 'system', content: 's' }, user] },
      'messages',
      /no system messages/,
    ],
    ['titan', { toolConfig }, 'toolConfig', /titan uses no tools: leave toolConfig out/],
    ['micro', { messages: [image] }, 'messages', /micro takes no images.*name a model with vision/],
    [
      'micro',
      { messages: [{ role: 'user', content: [{ text: 'x' }, { document }] }] },
      'messages',
      /micro takes no documents: put their text in a text block/,
    ],
    ['oss', { messages: cached('5m') }, 'messages', /takes no cachePoint/],
    ['opus-4-1', { messages: cached('1h') }, 'messages', /caches for 5m at most/],
    [
      'opus-4-7',
      { messages: [user, { role: 'assistant', content: 'So' }] },
      'messages',
      /cannot go on from one of the assistant/,
    ],
    [
      'haiku',
      { messages: [user, { role: 'assistant', content: 'So ' }] },
      'messages',
      /must not end with white space/,
    ],
  ])('%s: %j', (alias, request, path, message) => {
    expect(candidateFor(alias, request)).toEqual({
      outcome: 'not_valid',
      problems: [{ path: `$.prompt.${path}`, message: expect.stringMatching(message) }],
    });
  });

  test.each<[keyof typeof models, CandidateRequest]>([
    ['haiku', { messages: [image] }],
    ['lite', { messages: [image] }],
    ['haiku-4-5', { messages: cached('1h'), toolConfig }],
    ['micro', { toolConfig }],
    ['haiku', { messages: [user, { role: 'assistant', content: 'So' }] }],
  ])('%s takes %j', (alias, request) => {
    expect(candidateFor(alias, request)).toMatchObject({ outcome: 'valid' });
  });

  test('all problems are reported at once', () => {
    const parameters = { max_tokens: 5_000, temperature: 0.1, top_k: 1 };
    const result = candidateFor('titan', { parameters, toolConfig, messages: [image] });
    expect(result.outcome === 'not_valid' && result.problems.length).toBe(3);
  });

  test('an amount the ledger cannot count exactly is refused', () => {
    expect(candidateFor('costly', { parameters: { max_tokens: 2_000_000_000 } })).toEqual({
      outcome: 'not_valid',
      problems: [{ path: '$.prompt', message: expect.stringMatching(/lower `max_tokens`/) }],
    });
  });
});
