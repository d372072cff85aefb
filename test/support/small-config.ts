/** A small configuration to resolve, and its problems. */

import type { InputProblem } from '../../core/input-problem.ts';
import { type ResolveOptions, resolvePolicy } from '../../core/policy/resolve-policy.ts';
import { policyOf } from './policy.ts';

export type Change = Readonly<Record<string, unknown>>;

export const LIMIT = { window: 'month', unit: 'usd', amount: 500 };

/** A small valid configuration, with top-level variables replaced. */
export const config = (change: Change = {}): Change => ({
  name: 'genai',
  models: {
    lite: { model_id: 'amazon.nova-lite-v1:0' },
    haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
  },
  applications: { docs: { environments: ['dev', 'production'] }, crm: { environments: ['test'] } },
  cost_centers: { sales: center() },
  ...change,
});

export const center = (change: Change = {}): Change => ({
  model: 'lite',
  models: ['lite', 'haiku'],
  applications: ['docs'],
  ...change,
});

export const withLimits = (...limits: unknown[]): Change =>
  config({ cost_centers: { sales: center({ limits }) } });

export function problemsOf(
  document: unknown,
  options: ResolveOptions = {},
): readonly InputProblem[] {
  const resolution = resolvePolicy(document, options);
  return 'problems' in resolution ? resolution.problems : [];
}

export const limitsOf = (document: unknown) =>
  policyOf(document).costCenters.get('sales')?.limits ?? [];
