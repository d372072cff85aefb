/** Requests of OpenAI's clients, as they become those of Bedrock for the models of a policy. */
import type { JsonObject } from '../../core/json-value.ts';
import { chatDialect, responsesDialect } from '../../core/protocols/openai/dialect.ts';
import type { Dialect } from '../../core/protocols/relay/dialect.ts';
import { configWith, policyOf } from './policy.ts';

const price = { input: 0.02, output: 0 };
const policy = policyOf(
  configWith({
    models: {
      haiku45: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
      opus5: { model_id: 'us.anthropic.claude-opus-5' },
      micro: { model_id: 'amazon.nova-micro-v1:0' },
      oss: { model_id: 'openai.gpt-oss-120b-1:0' },
      llama: { model_id: 'meta.llama3-70b-instruct-v1:0' },
      titan: {
        model_id: 'amazon.titan-embed-text-v2:0',
        price,
        context_tokens: 8192,
        max_output_tokens: 1,
      },
      cohere: {
        model_id: 'cohere.embed-english-v3',
        price,
        context_tokens: 512,
        max_output_tokens: 1,
      },
    },
    cost_centers: {
      retail: { model: 'micro', models: ['micro'], applications: ['faq'], limits: [] },
    },
  }),
);
export const modelOf = (alias: string) => {
  const model = policy.models.get(alias);
  if (!model) throw new Error(alias);
  return model;
};
export const wireOf = (dialect: Dialect, alias: string) => {
  const result = dialect.toWire(modelOf(alias), new Set());
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.wire;
};
export const pathsOf = (dialect: Dialect, alias: string) => {
  const result = dialect.toWire(modelOf(alias), new Set());
  return 'problems' in result ? result.problems.map(({ path }) => path) : [];
};

export const messages = [{ role: 'user', content: 'Hi' }];
export const chat = (body: JsonObject) => chatDialect({ model: 'm', messages, ...body });
export const respond = (body: JsonObject) => responsesDialect({ model: 'm', ...body });
