/** Small policies for tests, resolved by the real resolver. */
import type { Model, Policy } from '../../core/policy/policy.ts';
import { type ResolveOptions, resolvePolicy } from '../../core/policy/resolve-policy.ts';

/** A complete, small configuration; `over` replaces top-level variables. */
export const configWith = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'test',
  models: {
    haiku: { model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
    micro: { model_id: 'amazon.nova-micro-v1:0' },
  },
  applications: { faq: { environments: ['dev', 'production'] } },
  cost_centers: {
    retail: { model: 'haiku', models: ['haiku', 'micro'], applications: ['faq'], limits: [] },
  },
  ...over,
});

/** The same with these limits for the one cost center. */
export const limitsConfig = (
  limits: readonly object[],
  over: Record<string, unknown> = {},
): Record<string, unknown> =>
  configWith({
    cost_centers: {
      retail: { model: 'haiku', models: ['haiku', 'micro'], applications: ['faq'], limits },
    },
    ...over,
  });

/** A limit of every kind of owner, two of the cost center. */
export const limitsOfAllOwners = (): Policy =>
  policyOf(
    limitsConfig(
      [
        { name: 'budget', window: 'month', unit: 'usd', amount: 500 },
        { name: 'calls', window: 'day', unit: 'requests', amount: 100 },
      ],
      {
        models: {
          haiku: {
            model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
            limits: [{ name: 'shared', window: 'day', unit: 'tokens', amount: 9 }],
          },
          micro: { model_id: 'amazon.nova-micro-v1:0' },
        },
        organization: { limits: [{ name: 'all', window: 'hour', unit: 'requests', amount: 7 }] },
      },
    ),
  );

export function policyOf(config: unknown, options: ResolveOptions = {}): Policy {
  const resolution = resolvePolicy(config, options);
  if ('policy' in resolution) return resolution.policy;
  throw new Error(resolution.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
}

/** A policy whose one cost center can use exactly these models, by alias. */
export function policyWithModels(ids: Readonly<Record<string, string>>): Policy {
  const models = Object.entries(ids).map(([alias, model_id]) => [alias, { model_id }] as const);
  const retail = { models: Object.keys(ids), applications: ['faq'], limits: [] };
  return policyOf(configWith({ models: Object.fromEntries(models), cost_centers: { retail } }));
}

/** The model of this alias. */
export function modelIn(policy: Policy, alias: string): Model {
  const model = policy.models.get(alias);
  if (!model) throw new Error(`the test's policy has no model ${alias}`);
  return model;
}
