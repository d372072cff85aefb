/** Operators of a sandbox whose configuration names none: one demo role. */
import type { Policy } from '../../core/policy/policy.ts';
import { toUnvalidated } from '../../core/unvalidated.ts';

const DEMO_ROLE = 'arn:aws:iam::000000000000:role/operator';

interface Configured {
  readonly policy: Policy;
  /** The tfvars that the policy was resolved from. */
  readonly config: unknown;
}

export function withOperators({ policy, config }: Configured): Configured {
  const { iamRoleArns, jwt } = policy.operators;
  if (iamRoleArns.length > 0 || Object.keys(jwt).length > 0) return { policy, config };
  return {
    policy: { ...policy, operators: { iamRoleArns: [DEMO_ROLE], jwt: {} } },
    config: {
      ...Object.fromEntries(toUnvalidated(config)),
      operators: { iam_role_arns: [DEMO_ROLE] },
    },
  };
}
