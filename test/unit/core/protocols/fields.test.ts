/** Method: the lists of fields against the service model of the SDK, and requests against the lists. */
import { readFileSync } from 'node:fs';
import {
  ConverseRequest$,
  ConverseStreamRequest$,
  InferenceConfiguration$,
  InvokeModelRequest$,
  InvokeModelWithResponseStreamRequest$,
  OutputConfig$,
  PerformanceConfiguration$,
  ServiceTier$,
  Tool$,
  ToolConfiguration$,
} from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../core/json-value.ts';
import type { EffectivePrice } from '../../../../core/pricing/price.ts';
import { CONVERSE_MESSAGES_FIELDS } from '../../../../core/protocols/anthropic/fields.ts';
import { betasProblem, readBetas } from '../../../../core/protocols/fields/betas.ts';
import {
  additionalFields,
  CONVERSE_FIELDS,
  CONVERSE_TOOL_FIELDS,
} from '../../../../core/protocols/fields/converse-fields.ts';
import {
  type FieldList,
  fieldProblems,
  KindsOf,
  ListOf,
  ObjectOr,
} from '../../../../core/protocols/fields/field-list.ts';
import { invokeFamily } from '../../../../core/protocols/fields/invoke-fields.ts';
import { askedService, tierProblems } from '../../../../core/protocols/fields/service-tier.ts';
import {
  servedAsInHeaders,
  servedAsInJson,
} from '../../../../core/protocols/metering/served-tier.ts';
import {
  CHAT_FIELDS,
  EMBEDDINGS_FIELDS,
  RESPONSES_FIELDS,
} from '../../../../core/protocols/openai/fields.ts';

type FieldShape = FieldList[string];

/** The names of a shape's members, as the SDK's schemas list them. */
const membersOf = (shape: unknown): readonly string[] => {
  const names: unknown = Array.isArray(shape) ? shape[4] : undefined;
  return Array.isArray(names) ? names.map(String) : [];
};

describe('every member of the newest service model has a mark', () => {
  test.each([
    ['ConverseRequest', ConverseRequest$, CONVERSE_FIELDS],
    ['ConverseStreamRequest', ConverseStreamRequest$, CONVERSE_FIELDS],
    ['InferenceConfiguration', InferenceConfiguration$, CONVERSE_FIELDS.inferenceConfig],
    ['ToolConfiguration', ToolConfiguration$, CONVERSE_FIELDS.toolConfig],
    ['Tool', Tool$, CONVERSE_TOOL_FIELDS],
    ['PerformanceConfiguration', PerformanceConfiguration$, CONVERSE_FIELDS.performanceConfig],
    ['ServiceTier', ServiceTier$, CONVERSE_FIELDS.serviceTier],
    ['OutputConfig', OutputConfig$, CONVERSE_FIELDS.outputConfig],
  ])('%s', (_, shape, list) => {
    const members = membersOf(shape).filter((name) => name !== 'modelId');
    expect(members.length).toBeGreaterThan(0);
    expect(members.filter((name) => !Object.hasOwn(Object(list), name))).toEqual([]);
  });

  test.each([InvokeModelRequest$, InvokeModelWithResponseStreamRequest$])(
    'the headers of InvokeModel %#',
    (shape) => {
      const known = [
        'body',
        'contentType',
        'accept',
        'modelId',
        'trace',
        'guardrailIdentifier',
        'guardrailVersion',
        'performanceConfigLatency',
        'serviceTier',
        'requestMetadata',
        'projectIdentifier',
      ];
      expect(membersOf(shape).filter((name) => !known.includes(name))).toEqual([]);
    },
  );
});

describe('every field that is ignored', () => {
  /** Names of the members with that mark, those of inner objects included. */
  const ignoredIn = (shape: FieldShape, name = ''): readonly string[] => {
    if (typeof shape === 'string') return shape === 'ignored' ? [name] : [];
    if (shape instanceof ListOf) return ignoredIn(shape.each, name);
    const fields = shape instanceof ObjectOr ? shape.fields : shape;
    const inner = fields instanceof KindsOf ? fields.kinds : fields;
    return Object.entries(inner).flatMap(([member, each]) => ignoredIn(each, member));
  };

  test.each([
    ['chat completions', CHAT_FIELDS],
    ['responses', RESPONSES_FIELDS],
    ['embeddings', EMBEDDINGS_FIELDS],
    ['messages', CONVERSE_MESSAGES_FIELDS],
  ])('in %s is in docs/clients.md', (_, list) => {
    const [, part = ''] = readFileSync('docs/clients.md', 'utf8').split(
      '## Fields that are ignored',
    );
    const names = ignoredIn(list);
    expect(names.length).toBeGreaterThan(0);
    const [table = ''] = part.split('\n## ');
    const written = (name: string) => table.includes(`\`${name}\``) || table.includes(`.${name}\``);
    expect(names.filter((name) => !written(name))).toEqual([]);
  });
});

describe('a request', () => {
  const none = new Set<string>();

  test('with a field on no list is refused by its path, and the setting is named', () => {
    const problems = fieldProblems({ messages: [], novelty: 1 }, CONVERSE_FIELDS, none);
    expect(problems).toEqual([
      { path: '$.novelty', message: expect.stringContaining('proxy.allow_fields') },
    ]);
  });

  test('with such a field passes once an operator lists it, but a refused one never does', () => {
    const allowed = new Set(['novelty', 'guardrailConfig', 'inferenceConfig.new']);
    const body = { novelty: 1, inferenceConfig: { new: 1 } };
    expect(fieldProblems(body, CONVERSE_FIELDS, allowed)).toEqual([]);
    const refused = fieldProblems({ guardrailConfig: {} }, CONVERSE_FIELDS, allowed);
    expect(refused.map(({ path }) => path)).toEqual(['$.guardrailConfig']);
  });

  test.each(['constructor', 'toString', '__proto__x'])('%s is no known field', (name) => {
    expect(fieldProblems({ [name]: 1 }, CONVERSE_FIELDS, none)).toHaveLength(1);
  });

  test('with a second output bound among the additional fields is refused', () => {
    for (const [model, field] of [
      ['anthropic.claude-sonnet-4-6', 'max_tokens'],
      ['openai.gpt-oss-120b-1:0', 'max_completion_tokens'],
    ] as const) {
      expect(fieldProblems({ [field]: 5 }, additionalFields(model), none)).toHaveLength(1);
    }
  });
});

describe('the family of a model', () => {
  test.each([
    ['anthropic.claude-sonnet-4-6', { messages: [] }, 'Anthropic Messages'],
    ['anthropic.claude-v2:1', { prompt: 'a' }, 'Anthropic text completion'],
    ['amazon.nova-lite-v1:0', { messages: [] }, 'Amazon Nova'],
    ['amazon.titan-text-express-v1', { inputText: 'a' }, 'Amazon Titan Text'],
    ['amazon.titan-embed-text-v2:0', { inputText: 'a' }, 'embeddings'],
    ['amazon.nova-2-multimodal-embeddings-v1:0', {}, 'embeddings'],
    ['cohere.embed-v4:0', { texts: ['a'] }, 'embeddings'],
    ['cohere.rerank-v3-5:0', { query: 'a' }, 'rerank'],
    ['cohere.command-r-plus-v1:0', { message: 'a' }, 'Cohere Command R'],
    ['cohere.command-text-v14', { prompt: 'a' }, 'Cohere Command'],
    ['meta.llama3-70b-instruct-v1:0', { prompt: 'a' }, 'Meta Llama'],
    ['mistral.mistral-7b-instruct-v0:2', { prompt: 'a' }, 'text completion'],
    ['mistral.mistral-large-2407-v1:0', { messages: [] }, 'Mistral chat'],
    ['deepseek.r1-v1:0', { prompt: 'a' }, 'text completion'],
    ['ai21.jamba-1-5-mini-v1:0', { messages: [] }, 'AI21 Jamba'],
    ['openai.gpt-oss-120b-1:0', { messages: [] }, 'OpenAI chat completions'],
    ['moonshot.kimi-k2-thinking', { messages: [] }, 'OpenAI chat completions'],
  ])('%s', (id, body, name) => expect(invokeFamily(id, body)?.name).toBe(name));

  test.each([
    'amazon.nova-canvas-v1:0',
    'amazon.titan-image-generator-v2:0',
    'stability.sd3-5-large-v1:0',
  ])('%s writes no text', (id) => expect(invokeFamily(id, {})).toBeUndefined());
});

describe('betas', () => {
  test('that are not known are left out by name', () => {
    const betas = readBetas(['interleaved-thinking-2025-05-14', 'novelty-2027-01-01']);
    expect(betas).toEqual({
      kept: ['interleaved-thinking-2025-05-14'],
      dropped: ['novelty-2027-01-01'],
    });
  });

  test('that are no list of names, or too many, are refused', () => {
    for (const value of ['context-1m-2025-08-07', { 0: 'a' }, [1], Array(101).fill('a')]) {
      expect(betasProblem(value, '$.anthropic_beta')?.path).toBe('$.anthropic_beta');
    }
    for (const value of [undefined, null, [], ['effort-2025-11-24']]) {
      expect(betasProblem(value, '$.anthropic_beta')).toBeUndefined();
    }
  });

  test('with a larger window are seen', () => {
    expect(readBetas(['context-1m-2025-08-07']).longContext).toBe('context-1m-2025-08-07');
    expect(readBetas(undefined)).toEqual({ dropped: [] });
  });
});

describe('the service tier', () => {
  const price = { input: 1n, output: 1n, cacheRead: 1n, cacheWrite: 1n, cacheWrite1h: 1n };
  const known = { price, tiers: { flex: { price }, priority: { price } } };
  const header = { 'x-amzn-bedrock-service-tier': 'flex' };
  const problems = (body: JsonObject, headers = {}, period: EffectivePrice = known) =>
    tierProblems({ body, headers }, period);

  test('must be the same wherever it is named', () => {
    const [problem] = problems({ serviceTier: { type: 'default' } }, header);
    expect(problem?.path).toBe('$.serviceTier.type');
  });

  test.each([{ serviceTier: { type: 'default' } }, { service_tier: 'standard_only' }, {}])(
    'is the standard one in %p',
    (body) => {
      expect(problems(body, {}, { price })).toEqual([]);
      expect(askedService({ body, headers: {} })).toEqual({});
    },
  );

  test('is taken where its price is known, and refused by name elsewhere', () => {
    expect(problems({}, header)).toEqual([]);
    expect(askedService({ body: {}, headers: header })).toEqual({ tier: 'flex' });
    expect(problems({}, header, { price })[0]?.message).toContain('"flex" has no known price');
    expect(problems({ service_tier: 'reserved' })[0]?.message).toContain('use flex, priority');
    const optimized = { performanceConfig: { latency: 'optimized' } };
    expect(problems(optimized)[0]?.message).toContain('latency "optimized" has no known price');
    const both = { ...known, latency: { optimized: { price } } };
    expect(problems(optimized, {}, both)).toEqual([]);
    expect(problems(optimized, header, both)[0]?.path).toBe('$.performanceConfig.latency');
  });

  test('of an answer is found in bodies, events and headers', () => {
    const tier = 'flex';
    for (const json of [
      { serviceTier: { type: tier } },
      { metadata: { serviceTier: { type: tier } } },
      { service_tier: tier },
      { usage: { service_tier: tier } },
      { message: { usage: { service_tier: tier } } },
    ]) {
      expect(servedAsInJson(json)).toEqual({ tier });
    }
    expect(servedAsInJson({ performanceConfig: { latency: 'optimized' } })).toEqual({
      latency: 'optimized',
    });
    expect(servedAsInHeaders(header)).toEqual({ tier });
    expect(servedAsInJson({ serviceTier: { type: 7 } })).toEqual({});
  });
});
