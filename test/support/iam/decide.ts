/**
 * Decides whether policies allow a request. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { type Context, conditionsHold } from './conditions.ts';
import { arnParts, matchesArn, matchesPattern } from './patterns.ts';
import type { Policy, Selection, Statement } from './policy.ts';

/** One action on one resource; what needs several is several requests. */
export interface AccessRequest {
  readonly action: string;
  /** Its ARN, or `*` for an action without resources. */
  readonly resource: string;
  readonly context?: Context;
}

type Decision =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'denied'; readonly by: 'default' }
  | { readonly outcome: 'denied'; readonly by: 'statement'; readonly sid: string };

/**
 * Decides by layers that must each allow, such as the identity's policies, its boundary, and the
 * service control policies of each level; within one a policy's permission is enough. A statement
 * that denies wins wherever it is.
 */
export function decide(layers: readonly (readonly Policy[])[], request: AccessRequest): Decision {
  const matching = layers.map((policies) =>
    policies.flat().filter((statement) => isAbout(statement, request)),
  );
  const denial = matching.flat().find(({ effect }) => effect === 'Deny');
  if (denial) return { outcome: 'denied', by: 'statement', sid: denial.sid };
  const isAllowed = matching.every((statements) =>
    statements.some(({ effect }) => effect === 'Allow'),
  );
  return isAllowed ? { outcome: 'allowed' } : { outcome: 'denied', by: 'default' };
}

function isAbout(
  { actions, resources, conditions }: Statement,
  { action, resource, context = {} }: AccessRequest,
): boolean {
  return (
    selects(actions, (pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
    selects(resources, (pattern) => matchesResource(pattern, resource)) &&
    conditionsHold(conditions, context)
  );
}

const selects = (
  { patterns, isNegated }: Selection,
  matches: (pattern: string) => boolean,
): boolean => patterns.some(matches) !== isNegated;

function matchesResource(pattern: string, resource: string): boolean {
  if (pattern === '*') return true;
  if (arnParts(pattern) === undefined) throw new Error(`${pattern}: is neither * nor an ARN`);
  return matchesArn(pattern, resource);
}
